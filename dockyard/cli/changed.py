"""A push of which nothing changed but sources of images: what the project says is what it said, and is not read.

Most of the time of a push of one image is the start of what reads the project, and asks AWS. So it is built meanwhile.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from dockyard.build.bases import STAND_INS, Bases
from dockyard.build.begun import begin
from dockyard.build.build_settings import BuildSettings
from dockyard.build.builder import Built, Options, Workshop, ca_bundle
from dockyard.build.failures import MissingBaseError, PassingError
from dockyard.build.recipe import Recipe, recipe_of
from dockyard.build.rendered import Rendered
from dockyard.cli import screen
from dockyard.cli.as_left import shown
from dockyard.cli.programs import processes_of
from dockyard.defaults import FOLDER
from dockyard.deploy.looking import Look, folder_of
from dockyard.deploy.standing import StandingImages, parts
from dockyard.doors.buildkit import BuildKit
from dockyard.doors.buildx import Cli, may_be_called, programs
from dockyard.doors.git import Git
from dockyard.doors.kept_token import forget, kept
from dockyard.doors.process import Processes, end_all
from dockyard.doors.waiting import Waiting
from dockyard.errors import BuildError, DockyardError
from dockyard.progress import Progress
from dockyard.threads import Threads

if TYPE_CHECKING:
    from dockyard.build.plan import Planned
    from dockyard.doors.docker import Docker


@dataclass(frozen=True)
class Begun:
    """A push that reads no project, once the builds of what changed are begun."""

    left: StandingImages
    recipes: Sequence[Recipe]
    others: Sequence[Mapping[str, Any]]
    """Rows of the images that did not change."""
    workshop: Workshop
    builds: "Mapping[str, Future[Built]]"
    """By service."""


def changed(root: Path, left: StandingImages, seen: Look) -> list[str] | None:
    """Services of which sources may have changed since that push; None where anything else may have."""
    if left.builds is None or seen.rest.digest() != left.rest or not seen.is_settled(seen.rest):
        return None
    if list(seen.folders) != list(left.folders):
        return None
    others = {name for name, one in seen.folders.items() if one.digest() != left.folders[name] or not seen.is_settled(one)}
    return [service for service, written in left.builds.items() if _folders(root, written) & {*others, None}]


def _folders(root: Path, written: Mapping[str, Any]) -> set[str | None]:
    """The folders of `services` that an image is built from; with None where that is not one of them."""
    context = Path(written["context"])
    dockerfile = (context / (written["dockerfile"] or "Dockerfile")).resolve()
    return {folder_of(root, context), folder_of(root, dockerfile)}


def push_changed(
    root: Path, environment: str | None, left: StandingImages, seen: Look, jobs: int, waiting: Waiting | None, *, json: bool
) -> list[Mapping[str, Any]] | None:
    """What is told of all images; None where the project is to be read, which tells what is wrong as well.

    Nothing is pushed before it is sure that the account is the same and has the other images. Raises BuildError where an image
    cannot be built or pushed.

    :param environment: as the user named it.
    :param waiting: a buildx for the first build.
    """
    try:
        services = changed(root, left, seen)
        if services is None:
            return None
        workshop = _workshop(root, left, jobs, waiting)
        if workshop.git:
            workshop.git.look_at([Path(left.builds[service]["context"]) for service in services if left.builds])
        render = Rendered(left.rendered)
        made = [
            recipe_of(BuildSettings.read(left.builds[service]), workshop.bases, render) for service in services if left.builds
        ]
        before = {image["service"]: image["tag"] for image in left.images}
        recipes = [recipe for recipe in made if recipe.tag != before[recipe.service]]  # others were touched, and are the same
        others = [image for image in left.images if image["service"] not in {recipe.service for recipe in recipes}]
        cautions = _cautions(left, made)
        if not left.keeps_indexes and any(map(workshop.stand_ins, recipes)) and not _may_pull(left, workshop):
            return None
    except (DockyardError, TypeError, KeyError, AttributeError, ValueError):  # all but the first where the file is damaged
        return None
    with screen.Board() as board, Threads(max_workers=jobs) as pool:
        builds = begin(recipes, workshop, board, pool)
        if len(builds) != len(recipes):
            return None
        # to ask the registry, AWS and the engine takes time to import: the builds are under way by now
        from dockyard.cli.push_rows import row, row_as_left  # noqa: PLC0415

        def on_sure() -> None:
            for service, text in cautions:
                board.note(service, text)
            for image in others:
                board.done(image["service"], "image is in ECR already")

        brought = _brought(Begun(left, recipes, others, workshop, builds), board, on_sure)
    if brought is None:
        return None
    there = {name: row_as_left(one) for name, one in brought.items()}
    images = [there.get(image["service"], image) for image in left.images]
    replace(left, **parts(seen), cautions=cautions, images=images, rendered=render.known).write(root, environment)
    told = {image["service"]: dict(image) if json else shown(image) for image in left.images}
    return list({**told, **{name: row(one, json=json) for name, one in brought.items()}}.values())


def _brought(begun: Begun, progress: Progress, on_sure: Callable[[], None]) -> "dict[str, Planned] | None":
    """The images in ECR, by service; None where the project is to be read. Raises BuildError."""
    from dockyard.deploy.by_token import by_token  # noqa: PLC0415  # as of `push_changed`

    left = begun.left
    ecr = by_token(left)
    try:
        if ecr:
            from dockyard.cli.changed_by_token import bring_by_token  # noqa: PLC0415

            found = bring_by_token(ecr, begun, progress, on_sure)
        else:
            from dockyard.cli.changed_images import bring_changed  # noqa: PLC0415

            found = bring_changed(begun, progress, on_sure)
    except BuildError:
        faults = [build.exception() for build in begun.builds.values()]
        if any(isinstance(fault, MissingBaseError | PassingError) for fault in faults) or _lost(begun.workshop):
            return None  # who reads the project tells why, as ever
        if ecr and not any(faults):  # the registry's
            forget(left.account, left.region, left.publishing_role)
            return None
        raise
    if found is None:
        end_all()  # the builds, which are begun anew by who reads the project
    return found


def _cli(left: StandingImages, processes: Processes) -> Cli | None:
    """What built before; None where it is to be looked for."""
    cli = Cli(**left.cli) if left.cli else None
    is_there = cli and cli.program in programs(processes) and (not cli.plugin or may_be_called(cli.plugin, processes.environment))
    return cli if is_there else None


def _may_pull(left: StandingImages, workshop: Workshop) -> bool:
    """Whether builds may ask the registry for stand-ins by now, as a token of it is kept."""
    token = kept(left.account, left.region, left.publishing_role)
    if token is None or token.host != left.registry:
        return False
    workshop.docker.login(token)
    return True


def _lost(workshop: Workshop) -> bool:
    """Whether the program that built before is one no more that can, or the engine is gone."""
    return BuildKit(Processes(workshop.environment)).cli != workshop.docker.cli or not workshop.docker.answers()


def _cautions(left: StandingImages, recipes: Sequence[Recipe]) -> list[tuple[str, str]]:
    """What users should know of all images, in their order."""
    made = {recipe.service: [(recipe.service, text) for text in recipe.cautions] for recipe in recipes}
    services = [image["service"] for image in left.images]
    before = {service: [(name, text) for name, text in left.cautions if name == service] for service in services}
    return [told for service in services for told in made.get(service, before[service])]


def _workshop(root: Path, left: StandingImages, jobs: int, waiting: Waiting | None) -> Workshop:
    """What builds need that begin at once."""
    processes = processes_of(root, os.environ)
    kit = BuildKit(processes, _cli(left, processes), waiting)
    bases, variables = Bases.read(left.locked, os.environ.get(STAND_INS)), processes.environment
    return Workshop(
        cast("Docker", kit),  # nothing else is asked of it
        bases,
        left.registry,
        root / FOLDER,
        ca_bundle(variables),
        Options(jobs),
        variables,
        Git(processes),
    )
