"""`dockyard down`: the end of what `dockyard up` began."""

from dockyard.cli import local
from dockyard.cli.arguments import Project
from dockyard.cli.session import Session


def down(project: Project = None) -> None:
    """Stop all that `dockyard up` started, and nothing else."""
    local.stop(Session(project))
