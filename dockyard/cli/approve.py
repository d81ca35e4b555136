"""`dockyard approve`: a deployment that waits for approval goes on."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.operate.approval import answer


def approve(service: Service, env: Environment = None, project: Project = None) -> None:
    """Let a deployment go on that waits for approval.

    Example: dockyard approve shop
    """
    session = Session(project, env)
    session.check_services([service])
    answer(session.site, service, "CONTINUE")
    screen.say(f"{service} goes on; see how: dockyard status {service} --env {session.environment.name} --watch")
