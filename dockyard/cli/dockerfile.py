"""`dockyard dockerfile`: the Dockerfile that a service is built with."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.errors import UsageError


def dockerfile(service: Service, env: Environment = None, project: Project = None) -> None:
    """Print the Dockerfile of a service, its own or the generated one.

    Example: dockyard dockerfile shop
    """
    found = Session(project, env).recipes([service])
    if not found:
        raise UsageError(f"service {service} takes its image from a registry and has no Dockerfile")
    screen.result(found[0].dockerfile.rstrip("\n"))
