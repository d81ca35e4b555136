"""`dockyard exec`: a shell, a command or a port in a task."""

import re
import shlex
from typing import Annotated, NamedTuple

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.doors import sessions
from dockyard.errors import UsageError
from dockyard.operate.deployed import surely_deployed
from dockyard.operate.enter import place

SHELL = "/bin/sh"
_PORTS = re.compile(r"(\d{1,5})(?::(\d{1,5}))?")

Command = Annotated[
    list[str] | None,
    typer.Argument(metavar="COMMAND…", help="The command; after -- where it has options. Default: a shell.", show_default=False),
]
Task = Annotated[
    str | None,
    typer.Option("--task", help="Id of a task, or its beginning. Default: the one started last.", show_default=False),
]
Container = Annotated[
    str | None, typer.Option("--container", help="The container. Default: the service's own.", show_default=False)
]


class Ports(NamedTuple):
    """One here, and the one there that it leads to."""

    here: int
    there: int


def _ports(text: str) -> Ports:
    match = _PORTS.fullmatch(text)
    ports = [int(port) for port in match.groups() if port] if match else []
    if not ports or not all(1 <= port <= 65535 for port in ports):
        raise typer.BadParameter(f"should be a port such as 5432, or one here and one there: 15432:5432; got {text}")
    return Ports(ports[0], ports[-1])


Forward = Annotated[
    Ports | None,
    typer.Option(
        "--forward",
        parser=_ports,
        metavar="PORT[:PORT]",
        show_default=False,
        help="In place of a command: a port of this machine that leads to one of the container, the same or the second one.",
    ),
]


def exec(
    service: Service,
    command: Command = None,
    env: Environment = None,
    project: Project = None,
    task: Task = None,
    container: Container = None,
    forward: Forward = None,
) -> None:
    """Open a shell, run a command, or reach a port, in a task of a service, by ECS Exec.

    Its service.yaml must say `exec: true`, and session-manager-plugin be there; it tells no exit code of the command.

    Example: dockyard exec hello-python -- python -V
    """
    if forward and command:
        raise UsageError("--forward takes the place of a command", hint="leave out one of them")
    session = Session(project, env)
    session.check_services([service])
    sessions.program(session.processes)
    found = place(session.site.reading, surely_deployed(session.site, service), task, container)
    screen.say(f"task {found.task}, container {found.container}")
    if forward:
        here, there = forward
        screen.say(f"localhost:{here} leads to its port {there}, until Ctrl-C")
        at = sessions.target(found.cluster, found.task, found.runtime_id)
        raise typer.Exit(sessions.forward(session.processes, session.aws, at, here, there))
    begun = sessions.begin(session.aws, found.cluster, found.task, found.container, shlex.join(command or [SHELL]))
    raise typer.Exit(sessions.join(session.processes, session.aws, begun, found.runtime_id))
