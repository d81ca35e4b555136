"""`dockyard open`: a service in the browser."""

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.cli.url import outputs_of, tell_network
from dockyard.doors.browser import show


def open(service: Service, env: Environment = None, project: Project = None) -> None:
    """Show a service in the browser, and print its address; only that where there is no desktop.

    Example: dockyard open hello-python
    """
    found = outputs_of(Session(project, env), service)
    address = found["Address"]
    screen.result(address)
    tell_network(found)
    if not address.startswith("http"):
        screen.say(f"a browser shows nothing of {address.partition(':')[0]}")
    elif not show(address):
        screen.say("no browser can be opened here")
