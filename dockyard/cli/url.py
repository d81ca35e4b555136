"""`dockyard url`: where a service answers."""

from collections.abc import Mapping

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
    found = outputs_of(Session(project, env), service)
    screen.result(found["Address"])
    tell_network(found)


def tell_network(outputs: Mapping[str, str]) -> None:
    """Say where it is reached besides by a load balancer of its own, and by what name that goes."""
    others = [address for address in outputs.get("NetworkAddress", "").split() if address != outputs["Address"]]
    if others:
        screen.say(f"also at {', '.join(others)}")
    if balancer := outputs.get("NetworkLoadBalancer"):
        screen.say(f"its names must point at {balancer}")


def outputs_of(session: Session, service: str) -> dict[str, str]:
    """Outputs of its stack; `Address` is where it answers.

    Raises UsageError for what no address leads to, DockyardError where it is not deployed.
    """
    session.check_services([service])
    if not isinstance(session.environment.services[service], Web):
        raise UsageError(f"{service} is a {session.environment.services[service].kind}: no address leads to it from outside")
    name = session.site.service_stack(service)
    stack = describe(session.site.reading.cloudformation, name)
    outputs = {output["OutputKey"]: str(output["OutputValue"]) for output in (stack.get("Outputs", []) if stack else [])}
    if "Address" not in outputs:
        raise DockyardError(f"{service} is not deployed to {session.environment.name}", hint=f"run: dockyard deploy {service}")
    return outputs
