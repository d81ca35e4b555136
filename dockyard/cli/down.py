"""`dockyard down`: the end of what `dockyard up` began."""

from collections.abc import Sequence

from dockyard.build import repository_name
from dockyard.cli import local, screen
from dockyard.cli.arguments import Project
from dockyard.cli.session import Session
from dockyard.doors.docker import Docker


def down(project: Project = None) -> None:
    """Stop all that `dockyard up` started, and nothing else.

    Example: dockyard down
    """
    session = Session(project)
    docker = Docker(session.processes)
    left = _built(session, docker) if docker.answers() else []  # before the engine is stopped, where it was started here
    local.stop(session)
    if left:
        screen.say(f"the images that were built stay on the engine; to remove those that nothing uses: {removing(left)}")


def removing(repositories: Sequence[str]) -> str:
    """The command that takes away the images of these alone, and none that a container uses."""
    names = repositories[0] if len(repositories) == 1 else f"({'|'.join(repositories)})"
    return f"docker images --format '{{{{.Repository}}}}:{{{{.Tag}}}}' | grep -E '^{names}:' | xargs docker rmi"


def _built(session: Session, docker: Docker) -> list[str]:
    """Repositories of the project's own services that have images on the engine."""
    own = {repository_name(session.project, name) for one in session.project.environments.values() for name in one.images}
    return [name for name in sorted(own) if docker.has_built(name)]
