"""Build and push, and what is told of each image."""

from pathlib import Path

from dockyard.build.plan import Planned
from dockyard.cli import screen
from dockyard.cli.locked import alone
from dockyard.cli.session import Session
from dockyard.deploy.assembly_folder import check_writable
from dockyard.deploy.bringing import bring
from dockyard.deploy.run import prepare
from dockyard.deploy.states import Safety


def push_images(
    session: Session, services: list[str], platforms: list[str] | None, assembly: Path | None, wait: float | None
) -> list[Planned]:
    """The images of these services, or of all, in ECR: built, copied or there already.

    :param assembly: first synthesize into this folder, and deploy the registry's stack from there, under the environment's lock.
    :param wait: seconds for that, where another command changes the environment. Default: as long as it takes.
    """
    if not assembly:
        with screen.Board() as board:
            return bring(session.site, session.images_to_build(services, platforms), board)
    check_writable(assembly, session.root)
    with alone(session, "dockyard push --assembly", wait) as (held, lock), screen.Board() as board:
        safety = Safety(lock.check, lambda _: False)
        return prepare(held.site, held.images_to_build(services, platforms), board, assembly, safety)
