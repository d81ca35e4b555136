"""`dockyard local exec`: a command in a container of the local AWS, in place of ECS Exec."""

import sys
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Project
from dockyard.cli.session import Session
from dockyard.doors.containers import attach, chosen, running
from dockyard.doors.docker import Docker
from dockyard.errors import DockyardError
from dockyard.local.lifecycle import LocalAws

Target = Annotated[str, typer.Argument(metavar="TASK_OR_SERVICE", help="A task (id or ARN), or a service: its first task.")]
Command = Annotated[list[str], typer.Argument(metavar="COMMAND…", help="The command; after -- where it has options.")]
Container = Annotated[
    str | None, typer.Option("--container", help="The container. Default: the task's only one.", show_default=False)
]


def exec_(target: Target, command: Command, container: Container = None, project: Project = None) -> None:
    """Run a command in a container, as `aws ecs execute-command` does on AWS; ends with the command's exit code.

    Example: dockyard local exec shop -- env
    """
    session = Session(project)
    docker = Docker(session.processes)
    found = chosen(running(docker, LocalAws(session.own_folder).label), target, container, _stack(session, target))
    if not found.may_be_entered:
        raise DockyardError(
            f"execute command was not enabled when task {found.task_id} was run",
            hint=f"write exec: true in its service.yaml; or, past ECS: docker exec -it {found.id} {command[0]}",
        )
    screen.say(f"task {found.task_id}, container {found.name}")
    raise typer.Exit(attach(docker, found, command, terminal=sys.stdin.isatty() and sys.stdout.isatty()))


def _stack(session: Session, service: str) -> str | None:
    """Name of the stack of a service of the project; None for any other."""
    known = service in session.environment.services
    return f"{session.project.name}-{session.environment.name}-{service}" if known else None
