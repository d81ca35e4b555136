"""Stacks of services that the project no longer has, and their end by `dockyard deploy --prune`."""

from collections.abc import Sequence

from dockyard.cli import screen
from dockyard.cli.destroy import telling_what_stays
from dockyard.cli.session import Session
from dockyard.deploy.lock import Lock
from dockyard.deploy.orphans import orphan_text, orphans
from dockyard.deploy.receipt import note_orphans
from dockyard.errors import UsageError
from dockyard.operate.destroy import destroy, doomed
from dockyard.operate.kept import kept


def agreed(session: Session, *, yes: bool) -> list[str]:
    """Stacks that are to go, after asking; it is asked before anything is changed.

    Raises UsageError where nobody can be asked, and ends where the answer is no.
    """
    found = orphans(session.site)
    left = kept(session.site.reading, found)
    for name in found:
        screen.say(f"  {orphan_text(session.site, name)}" + (f"; stays: {', '.join(left[name])}" if name in left else ""))
    if not found or yes:
        return found
    if not screen.is_terminal():
        raise UsageError("these stacks would be deleted, and there is nobody to ask", hint="supply --yes, or leave --prune")
    screen.agree("delete these after the deploy")
    return found


def delete(session: Session, stacks: Sequence[str], lock: Lock) -> list[str]:
    """Delete them, those of them that are still orphans; all that are left. What their templates retain stays."""
    still = [name.removeprefix(session.site.service_stack("")) for name in orphans(session.site) if name in stacks]
    if still:
        names = [session.site.service_stack(name) for name in still]
        with telling_what_stays(session.site, names), screen.Board() as board:
            destroy(session.site, doomed(session.site, still, registry=False), board, lock.check)
    left = orphans(session.site)
    note_orphans(session.site.receipt_file, left)
    return left
