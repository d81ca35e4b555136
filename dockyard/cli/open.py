"""`dockyard open`: a service in the browser."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.cli.url import address_of
from dockyard.doors.browser import show


def open(service: Service, env: Environment = None, project: Project = None) -> None:
    """Show a service in the browser, and print its address; only that where there is no desktop.

    Example: dockyard open hello-python
    """
    address = address_of(Session(project, env), service)
    screen.result(address)
    if not show(address):
        screen.say("no browser can be opened here")
