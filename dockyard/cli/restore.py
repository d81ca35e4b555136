"""What `dockyard pipeline restore` does to each service."""

from collections.abc import Mapping

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.cli import screen
from dockyard.cli.locked import alone
from dockyard.cli.rollback import go_back
from dockyard.cli.session import Session
from dockyard.deploy.run import Wishes
from dockyard.errors import DockyardError
from dockyard.operate.look import Lookout
from dockyard.operate.version import tags_in


def restore_each(session: Session, before: Mapping[str, Mapping[str, str] | None]) -> list[str]:
    """Bring each service back to the images that it had, sidecars too; a line on each that could not be.

    :param before: service to its images by container, none where nothing of it ran; None where nobody knows.
    """
    faults = []
    for name in (one for one in session.environment.services if one in before):
        try:
            screen.say(f"{name}: {_restored(session.anew(), name, before[name])}")
        except (DockyardError, ClientError, BotoCoreError) as error:
            faults.append(f"{name}: {error}")
    return faults


def _restored(begun: Session, name: str, images: Mapping[str, str] | None) -> str:
    """What was done, in words."""
    if images is None:
        raise DockyardError("AWS did not tell what ran before, so it stays as it was deployed")
    if not images:
        return "nothing of it ran before, so it stays as it was deployed"
    with alone(begun, "dockyard pipeline restore", None) as (session, lock):
        now = Lookout(session.site).look([name])[0].images
        if images == now:
            return "runs the images that ran before; nothing goes back, and its settings stay as they are"
        wanted = {image.service: image for image in session.images([name])}
        before, running = tags_in(name, images, wanted), tags_in(name, now, wanted)
        if before == running:
            return "runs its own images that ran before; those of others and its settings stay as they are"
        again = f"dockyard rollback {name} --env {session.environment.name}"
        go_back(lock, session, Wishes([name]), again, before, running)
    return "back to the images that ran before; its settings stay as they are"
