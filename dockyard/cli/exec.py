"""`dockyard exec`: a shell or a command in a task."""

import shlex
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Project, Service
from dockyard.cli.session import Session
from dockyard.doors import sessions
from dockyard.operate.deployed import surely_deployed
from dockyard.operate.enter import place

SHELL = "/bin/sh"

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


def exec(
    service: Service,
    command: Command = None,
    env: Environment = None,
    project: Project = None,
    task: Task = None,
    container: Container = None,
) -> None:
    """Open a shell, or run a command, in a task of a service, by ECS Exec.

    Its service.yaml must say `exec: true`, and session-manager-plugin be there; it tells no exit code of the command.

    Example: dockyard exec hello-python -- python -V
    """
    session = Session(project, env)
    session.check_services([service])
    sessions.program(session.processes)
    found = place(session.site.reading, surely_deployed(session.site, service), task, container)
    screen.say(f"task {found.task}, container {found.container}")
    begun = sessions.begin(session.aws, found.cluster, found.task, found.container, shlex.join(command or [SHELL]))
    raise typer.Exit(sessions.join(session.processes, session.aws, begun, found.runtime_id))
