"""`dockyard prune`: old images leave ECR, and none that is needed."""

import functools
from typing import Annotated

import typer

from dockyard.build.sizes import size
from dockyard.cli import screen, short
from dockyard.cli.arguments import Environment, Json, Project, Services
from dockyard.cli.session import Session
from dockyard.errors import UsageError
from dockyard.operate.care import Limits, remove, repositories, verdicts
from dockyard.operate.prune import Verdict


def prune(
    services: Services = None,
    env: Environment = None,
    project: Project = None,
    keep: Annotated[int, typer.Option("--keep", min=0, help="Newest images of each repository that stay in any case.")] = 10,
    older_than: Annotated[
        int, typer.Option("--older-than", min=0, help="Days; what was pushed since then stays in any case.")
    ] = 1,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what would go, and remove nothing.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    json: Json = False,
) -> None:
    """Remove old images from ECR: never one that a task definition in use names, nor one of the last 10 receipts.

    In use is what services, tasks, rules and schedules of all clusters of the account and region name. Whoever may not look at
    one of these cannot prune.

    Example: dockyard prune --keep 20
    """
    session = Session(project, env)
    names, limits = repositories(session.site, services or []), Limits(keep, older_than)
    current = session.images([])
    note = functools.cache(screen.warn)  # it is looked twice, and told once

    def look() -> list[Verdict]:
        return verdicts(session.site, names, current, limits, note)

    shown = look()
    going = {verdict.image.place for verdict in shown if not verdict.stays}
    if not json:
        _show(shown, session.site.cluster)
    if going and not dry_run:
        if not yes:
            _ask(len(going))
        still = [v.image for v in look() if not v.stays and v.image.place in going]  # somebody may have deployed meanwhile
        remove(session.site, still)
        going = {image.place for image in still}
        screen.say(f"{len(going)} images are removed, {size(sum(image.size for image in still))}")
    elif not going:
        screen.say("nothing to remove")
    if json:
        screen.as_json([{**_row(verdict), "removed": verdict.image.place in going and not dry_run} for verdict in shown])


def _ask(count: int) -> None:
    """Raise UsageError where nobody can be asked, and end where the answer is no."""
    if not screen.is_terminal():
        raise UsageError(
            f"{count} images would be removed, and there is nobody to ask", hint="supply --yes, or --dry-run to look"
        )
    screen.agree(f"remove {count} images")


def _show(verdicts: list[Verdict], cluster: str) -> None:
    rows = [
        {
            "": "stays" if verdict.stays else "goes", "repository": verdict.image.repository, "image": verdict.image.name[:26],
            "size": size(verdict.image.size), "pushed": f"{verdict.image.pushed:%Y-%m-%d %H:%M}",
            "why": short.uses(verdict.stays, cluster),
        }
        for verdict in verdicts
    ]  # fmt: skip
    screen.table(rows)


def _row(verdict: Verdict) -> dict[str, object]:
    image = verdict.image
    return {
        "repository": image.repository, "tags": image.tags, "digest": image.digest, "size": image.size,
        "pushed": image.pushed.isoformat(), "stays": verdict.stays or None,
    }  # fmt: skip
