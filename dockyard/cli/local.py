"""`dockyard local`: the local AWS, started, stopped, emptied, looked at."""

import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any

import typer

from dockyard.build.bases import references
from dockyard.build.of_project import dockerfile_of, sources
from dockyard.cli import screen, short
from dockyard.cli.arguments import Json, Port, Project
from dockyard.cli.local_exec import exec_
from dockyard.cli.local_variables import OTHER_CREDENTIALS, forget_others, local_variables
from dockyard.cli.session import Session
from dockyard.config import Reference
from dockyard.doors.containers import TaskContainer, running
from dockyard.doors.docker import Docker
from dockyard.doors.lock import alone
from dockyard.local.engine import Engine
from dockyard.local.lifecycle import LocalAws
from dockyard.local.sessions import PROGRAMS
from dockyard.local.stand_ins import StandIns

Persist = Annotated[
    bool | None,
    typer.Option("--persist/--no-persist", help="Keep the account when the local AWS ends; by default as it was last."),
]

SETUP_QUIET_SECONDS = 20.0
"""Between two lines of what is made once a machine, where no terminal is."""

app = typer.Typer(help="The local AWS: the same templates, real containers, no account.", no_args_is_help=True)

app.command("exec")(exec_)


def start(session: Session, port: int | None, persist: bool | None = None) -> Session:
    """Start what is not running yet; a session whose AWS is the local one."""
    local = LocalAws(session.own_folder)
    with (
        alone(session.own_folder / "local.lock", lambda: screen.say("another dockyard starts the local AWS; waiting")),
        screen.Board(SETUP_QUIET_SECONDS) as board,
    ):
        docker = Engine(session.own_folder, session.processes, screen.say, board).ensure()
        local.up(docker, port, session.environment.settings.account, screen.say, persist)
    here = in_local_aws(session)
    dockerfiles = (dockerfile_of(session.project, name, service) for name, service in session.environment.images.items())
    bases = [base for found in dockerfiles if found for base in references(found.text, found.args)]
    official = [name for name in sorted(sources(session.environment)) if Reference.parse(name).is_official]
    named = dict.fromkeys([*bases, *official])  # whatever another is called, nobody but its owner can make it
    with screen.Board(SETUP_QUIET_SECONDS) as board:
        StandIns(local.stand_ins, docker, here.processes, screen.say, board).ensure(named, here.aws)
    return here


def stop(session: Session) -> None:
    """Stop what was started here, and nothing else."""
    docker = Docker(session.processes)
    was_running = LocalAws(session.own_folder).down(docker if docker.answers() else None)
    screen.say("the local AWS is stopped" if was_running else "the local AWS did not run")
    Engine(session.own_folder, session.processes, screen.say).stop()


def in_local_aws(session: Session) -> Session:
    """The same session with the local AWS as its account. Raises PrerequisiteError where it does not run."""
    forget_others()
    return session.with_variables(variables(session))


def variables(session: Session) -> dict[str, str]:
    """What the environment must hold for the local AWS to be used. Raises PrerequisiteError where it does not run."""
    return local_variables(LocalAws(session.own_folder), session.tools)


@app.command()
def up(port: Port = None, persist: Persist = None, project: Project = None) -> None:
    """Start the local AWS, and the Docker engine where none answers; see that the services' base images can be had.

    Example: dockyard local up --persist
    """
    session = start(Session(project), port, persist)
    screen.say(f"the local AWS listens on {session.variables['AWS_ENDPOINT_URL']}")
    screen.say('to use it: eval "$(dockyard local env)"; then: cdk bootstrap && cdk deploy --all, or: dockyard up')


@app.command()
def down(project: Project = None) -> None:
    """Stop the local AWS with all that it runs, and the Docker engine where it was started here.

    Example: dockyard local down
    """
    stop(Session(project))


@app.command()
def reset(project: Project = None) -> None:
    """Empty the account: all resources and containers go, the local AWS stays.

    Example: dockyard local reset
    """
    session = Session(project)
    LocalAws(session.own_folder).reset(Docker(session.processes))
    screen.say("the local AWS is empty; next: cdk bootstrap && cdk deploy --all, or: dockyard up")


@app.command()
def env(project: Project = None) -> None:
    """Print the shell exports that point any AWS tool at the local AWS.

    Example: eval "$(dockyard local env)"
    """
    session = Session(project)
    for name, value in variables(session).items():
        if name == "PATH":
            value = os.pathsep.join([*session.tools, str(PROGRAMS)])  # noqa: PLW2901
            screen.result(f'export PATH={shlex.quote(value)}:"$PATH"')
        else:
            screen.result(f"export {name}={shlex.quote(value)}")
    screen.result(f"unset {' '.join(OTHER_CREDENTIALS)}")


@app.command()
def status(project: Project = None, json: Json = False) -> None:
    """Print what runs, and which resources of its stacks only look as on AWS or are stored and do nothing.

    Example: dockyard local status
    """
    session = Session(project)
    docker = Docker(session.processes)
    local = LocalAws(session.own_folder)
    answers = docker.answers()
    found = local.status(docker) if answers else None
    left = docker.containers(local.label) if answers else []
    of_tasks = running(docker, local.label) if answers else []
    resources = local.resources() if found else {}
    if json:
        screen.as_json(
            {
                "running": asdict(found) if found else None,
                "containers": left,
                "tasks": [asdict(one) for one in of_tasks],
                "resources": resources,
            }
        )
        return
    engine = Engine(session.own_folder, session.processes, screen.say).pid
    if found is None:
        screen.result("the local AWS does not run" + ("" if answers else ", nor does a Docker engine"))
    else:
        since = datetime.fromtimestamp(found.started).astimezone()
        screen.table(
            [
                {"": "address", "value": f"http://localhost:{found.port}"},
                {"": "process", "value": f"{found.pid}, since {since:%Y-%m-%d %H:%M}"},
                {"": "account", "value": "kept when it ends" if found.persist else "gone when it ends"},
            ]
        )
    if engine:
        screen.result(f"the Docker engine was started here (process {engine}); dockyard down stops it")
    screen.table([_container(name, of_tasks, f"{session.project.name}-{session.environment.name}") for name in left])
    for line in _limits(resources):
        screen.result(line)


def _container(name: str, of_tasks: Sequence[TaskContainer], cluster: str) -> dict[str, str]:
    """What one is for; the one that holds the network of a task is nobody's."""
    found = next((one for one in of_tasks if one.id == name), None)
    return {
        "service": short.service(found.service, cluster) if found else "",
        "task": found.task_id[:8] if found else "",
        "container": found.name if found else "",
        "on the engine": name,
    }


def _limits(resources: Mapping[str, Any]) -> Iterator[str]:
    """What of the account's resources is not as on AWS, a line each."""
    stored = [f"{name} ({count})" for name, count in resources.get("stored_only", {}).items()]
    if stored:
        yield f"stored only: {', '.join(stored)}"
    for name, one in resources.get("simulated", {}).items():
        yield f"simulated: {name} ({one['count']}): {one['how']}"
