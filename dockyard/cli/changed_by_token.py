"""Images of a push that reads no project, and asks the registry alone (`dockyard.cli.changed`), by a token that was kept."""

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from dockyard.build.bring import Ways, build_and_push
from dockyard.build.builder import told
from dockyard.build.plan import Planned, State, plan
from dockyard.build.push import layers_sent, push
from dockyard.build.recipe import Recipe
from dockyard.build.retries import Retries
from dockyard.deploy.by_token import refused
from dockyard.deploy.standing import has_images
from dockyard.doors.ecr_by_token import EcrByToken
from dockyard.doors.engine_socket import engine_for_push
from dockyard.doors.process import Processes
from dockyard.errors import BuildError
from dockyard.progress import Progress
from dockyard.threads import Threads

if TYPE_CHECKING:
    from dockyard.cli.changed import Begun


def bring_by_token(ecr: EcrByToken, begun: "Begun", progress: Progress, on_sure: Callable[[], None]) -> dict[str, Planned] | None:
    """The images in ECR, by service; None where it has not the others, or does not answer well.

    Raises BuildError, also at the first attempt of a push that fails, and where a base is to be fetched.

    :param on_sure: called once the others are there.
    """
    recipes, docker = begun.recipes, engine_for_push(Processes(begun.workshop.environment), begun.workshop.docker.cli)
    workshop = replace(begun.workshop, docker=docker, retries=Retries(attempts=1))
    try:
        with Threads(max_workers=2) as pool:
            others_there = pool.submit(has_images, ecr, begun.others)
            planned = plan(recipes, ecr, lambda _: False)
        if not others_there.result():
            return None
    except BuildError as error:
        refused(begun.left, error)
        return None
    except (TypeError, KeyError):  # what the push before left is damaged
        return None
    on_sure()
    there = [entry for entry in planned if entry.state is State.PUSHED]
    for entry in there:
        progress.done(entry.image.service, "image is in ECR already")
    names = {entry.image.service for entry in there}

    def built(recipe: Recipe) -> Planned:
        return Planned.of(told(begun.builds[recipe.service].result(), workshop, progress))

    def pushed(entry: Planned, on_there: Callable[[str], None]) -> Planned:
        return push(entry, ecr, ecr.registry(), workshop, progress, on_there)

    ways = Ways(built, pushed, lambda entry: layers_sent(entry, workshop))
    lacking = [recipe for recipe in recipes if recipe.service not in names]
    done = build_and_push(lacking, [], ways, progress, workshop.options.jobs)
    return {entry.image.service: entry for entry in (*there, *done)}
