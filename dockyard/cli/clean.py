"""What `dockyard pipeline clean` does."""

from datetime import UTC, datetime

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.cli import screen
from dockyard.cli.destroy import asked, destroy_under
from dockyard.cli.locked import alone
from dockyard.cli.session import Session
from dockyard.config import Environment
from dockyard.errors import DockyardError
from dockyard.pipeline.clean import expired


def clean_all(session: Session, previews: Environment, hours: int, *, yes: bool) -> list[str]:
    """Delete previews that were last deployed so long ago; a line on each that could not be.

    :param session: of the environment that they are of.
    :param previews: the environment that stands for them.
    """
    names, faults = _expired(session, previews, hours), []
    if not names:
        screen.say(f"no preview was last deployed more than {hours} hours ago")
    for name in names:
        try:
            begun = session.of(name)
            agreed = asked(begun, yes=yes)
            with alone(begun, "dockyard pipeline clean", None) as (preview, lock):
                if name in _expired(session, previews, hours):  # a deploy may have been waited for
                    destroy_under(lock, preview, agreed=agreed)
                else:
                    screen.say(f"{name}: was deployed again, and stays")
        except (DockyardError, ClientError, BotoCoreError) as error:
            faults.append(f"{name}: {error}")
    return faults


def _expired(session: Session, previews: Environment, hours: int) -> list[str]:
    pages = session.site.reading.cloudformation.get_paginator("describe_stacks").paginate()
    stacks = [stack for page in pages for stack in page["Stacks"] if stack["StackStatus"] != "DELETE_COMPLETE"]
    return expired(stacks, application=session.project.name, previews=previews.name, hours=hours, now=datetime.now(UTC))
