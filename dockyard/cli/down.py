"""`dockyard down`: the end of what `dockyard up` began."""

import re

from dockyard.cli import local, screen
from dockyard.cli.arguments import Project
from dockyard.cli.session import Session
from dockyard.doors.docker import Docker

_EACH = '{{if eq .Tag "<none>"}}{{.Repository}}@{{.Digest}}{{else}}{{.Repository}}:{{.Tag}}{{end}}'
"""What `docker images` is to print of each: the name by which it goes. One of a registry may have its digest alone."""


def down(project: Project = None) -> None:
    """Stop all that `dockyard up` started, and nothing else.

    Example: dockyard down
    """
    session = Session(project)
    docker = Docker(session.processes)
    left = docker.image_names() if docker.answers() else []  # before the engine is stopped, where it was started here
    own = names(session.project.name)
    local.stop(session)
    if any(re.search(own, name) for name in left):
        screen.say(f"the images that were built stay on the engine; to remove those that nothing uses: {removing(own)}")


def removing(own: str) -> str:
    """The command that takes these names away, and no image that a container uses; an image goes with its last name."""
    return f"docker images --digests --format '{_EACH}' | grep -E '{own}' | sort -u | xargs docker rmi"


def names(application: str) -> str:
    """What the names of its images match, services that are gone included: those that were built, and those of ECR.

    Without a registry `application/x` may be an image of Docker Hub, which has no such tag.
    """
    return rf"^({application}/[^:@]+:[0-9a-f]{{20}}$|([0-9]{{12}}\.dkr\.ecr\.[^/]+|localhost:[0-9]+)/{application}/)"
