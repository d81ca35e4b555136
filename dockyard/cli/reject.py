"""`dockyard reject`: a deployment that waits for approval goes back."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.operate.approval import answer


def reject(service: Service, env: Environment = None, project: Project = None) -> None:
    """Take a deployment back that waits for approval.

    Example: dockyard reject shop
    """
    session = Session(project, env)
    session.check_services([service])
    answer(session.site, service, "ROLLBACK")
    screen.say(f"{service} goes back")
