"""`dockyard down`: the end of what `dockyard up` began."""

from dockyard.cli import local, screen
from dockyard.cli.arguments import Project
from dockyard.cli.session import Session
from dockyard.doors.docker import Docker


def down(project: Project = None) -> None:
    """Stop all that `dockyard up` started, and nothing else.

    Example: dockyard down
    """
    session = Session(project)
    docker, built = Docker(session.processes), f"{session.project.name}/*"
    are_left = docker.answers() and docker.has_built(built)  # before the engine is stopped, where it was started here
    local.stop(session)
    if are_left:
        removing = f"docker images -q '{built}' | sort -u | xargs docker rmi -f"
        screen.say(f"the images that were built stay on the engine; to remove them: {removing}")
