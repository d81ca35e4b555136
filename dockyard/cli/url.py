"""`dockyard url`: where a service answers."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.config import Web
from dockyard.deploy.operations import describe
from dockyard.errors import DockyardError, UsageError


def url(service: Service, env: Environment = None, project: Project = None) -> None:
    """Print the address of a service.

    Example: curl $(dockyard url hello-python)
    """
    screen.result(address_of(Session(project, env), service))


def address_of(session: Session, service: str) -> str:
    """Where it answers. Raises UsageError for what no address leads to, DockyardError where it is not deployed."""
    session.check_services([service])
    if not isinstance(session.environment.services[service], Web):
        raise UsageError(f"{service} is a {session.environment.services[service].kind}: no address leads to it from outside")
    name = session.site.service_stack(service)
    stack = describe(session.site.reading.cloudformation, name)
    outputs = stack.get("Outputs", []) if stack else []
    address = next((output["OutputValue"] for output in outputs if output["OutputKey"] == "Address"), None)
    if address is None:
        raise DockyardError(f"{service} is not deployed to {session.environment.name}", hint=f"run: dockyard deploy {service}")
    return str(address)
