"""What a command leaves for the next one of its kind, which need not read the project then (`dockyard.deploy.standing`)."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from dockyard.build import Wanted
from dockyard.build.of_project import build_settings
from dockyard.cli.session import Session
from dockyard.config import Build
from dockyard.deploy.fingerprint import variables
from dockyard.deploy.intent import Intent, cautions_of
from dockyard.deploy.looking import Look, folder_of, holds, is_settings, look, sees
from dockyard.deploy.receipt import Receipt
from dockyard.deploy.standing import Standing, StandingImages, parts, rows


@dataclass(frozen=True)
class Leaving:
    """What the next command is to know of this one, by what was seen before its files were read."""

    seen: Look
    environment: str | None
    """As the user named it."""


def leave_deploy(
    session: Session, left: Leaving | None, intent: Intent, receipt: Receipt, where: str, lines: Sequence[str]
) -> None:
    """Keep it where the whole environment is as the project said, and all that the project is made of was seen.

    :param where: line that tells the environment, account and region.
    :param lines: what is told before the addresses.
    """
    site = session.site
    is_whole = (receipt.infrastructure, receipt.images) == (intent.infrastructure, intent.tags)
    if left and left.seen.settled and is_whole and _is_seen(session, left):
        Standing(
            seen=left.seen.digest(),
            where=where,
            account=site.aws.account,
            region=site.aws.region,
            role=site.lookup_role,
            stacks=receipt.stacks,
            cautions=cautions_of(site, intent.images),
            lines=lines,
            receipt=asdict(replace(receipt, pushed={}, nothing_changed=True)),
            variables=variables(session.root),
            images=rows(intent.images, receipt.digests),
        ).write(session.root, left.environment)


def leave_push(session: Session, left: Leaving | None, images: Sequence[Wanted], rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep it where all that the project is made of was seen; `images` are all of the environment, and `rows` tell of them.

    A folder of `services` of which a file was changed a moment ago is kept without a digest: its images are looked at again.
    """
    site = session.site
    if left and left.seen.is_settled(left.seen.rest) and _is_seen(session, left):
        docker = site.workshop.docker
        StandingImages(
            **parts(left.seen),
            account=site.aws.account,
            region=site.aws.region,
            role=site.lookup_role,
            publishing_role=site.publishing_role,
            registry=site.workshop.registry,
            keeps_indexes=docker.answers() and docker.keeps_indexes,  # who built nothing may have none
            cautions=[(image.service, text) for image in images for text in image.cautions],
            images=rows,
            builds=_builds(session),
            locked=session.project.lock.bases,
            cli=asdict(docker.cli) if docker.cli else None,
        ).write(session.root, left.environment)


def _builds(session: Session) -> dict[str, dict[str, Any]] | None:
    """How images are built, of which nothing but their sources may change; None where that is not sure."""
    root, files = session.root, [file for found in session.project.environments.values() for file in found.files]
    if session.project.lock.pins or any(folder_of(root, file.resolve()) and not is_settings(root, file) for file in files):
        return None
    found = {name: build_settings(session.project, name, one) for name, one in session.environment.images.items()}
    return {name: asdict(settings) for name, settings in found.items() if settings}


def _is_seen(session: Session, left: Leaving) -> bool:
    """Whether all that the project is made of is what `dockyard.deploy.standing.look` sees, and is still what it saw."""
    root, now = session.root, look(session.root)
    if not now or now.digest() != left.seen.digest():
        return False
    files = [file for found in session.project.environments.values() for file in found.files]
    return all(sees(root, path) for path in files) and all(holds(root, path) for path in _built_from(session))


def _built_from(session: Session) -> list[Path]:
    """Folders and Dockerfiles that images are built from, or would be without a pin."""
    found = []
    for name, settings in session.environment.images.items():
        build = settings.image.build or Build()
        context = session.project.service_folder(name) / build.context
        found += [] if settings.image.from_ else [context, context / (build.dockerfile or "Dockerfile")]
    return found
