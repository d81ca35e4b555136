"""`dockyard run`: a job or a task, now."""

from dataclasses import asdict
from typing import Annotated, Any

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Service
from dockyard.cli.session import Session
from dockyard.config import Job, Task
from dockyard.deploy.operations import describe
from dockyard.doors import tasks
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.run import container_of, followed, parameters_in, request

Command = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="COMMAND…", help="Another command for the container; after -- where it has options.", show_default=False
    ),
]
Variables = Annotated[
    list[str] | None,
    typer.Option(
        "--variable", metavar="NAME=VALUE", show_default=False,
        help="A variable for the container, beside its own or in the place of one; any number of them.",
    ),
]  # fmt: skip
Detach = Annotated[bool, typer.Option("--detach", help="Print the task, and do not wait for its end.")]


def run(
    service: Service,
    command: Command = None,
    env: Environment = None,
    variable: Variables = None,
    detach: Detach = False,
    project: Project = None,
    json: Json = False,
) -> None:
    """Run a job or a task now, show what it prints, and end with its exit code.

    Example: dockyard run migrate -- python migrate.py --dry-run
    """
    variables = _variables(variable or [])
    session = Session(project, env)
    _check(session, service)
    reading = session.site.reading
    parameters = _parameters(session, service)
    definition: Any = reading.ecs.describe_task_definition(taskDefinition=parameters["taskDefinition"])["taskDefinition"]
    cluster = parameters["cluster"]
    if isinstance(session.environment.services[service], Job) and (
        others := tasks.running(reading, cluster, definition["family"])
    ):
        raise DockyardError(
            f"{service} runs already: {others[0]}",
            hint=f"wait for it, or stop it: {_stopping(session, others[0])}",
        )
    arn = tasks.start(session.aws, request(parameters, definition, command or [], variables))
    if detach:
        screen.as_json({"task": arn}) if json else screen.result(arn)
        return
    container = container_of(definition)
    log = tasks.log_of(container, arn)
    try:
        screen.say(f"task {arn.rsplit('/', 1)[-1]}")
        if not log and (where := tasks.routed(container)):
            screen.say(f"  {service}: what it prints goes by FireLens to {where}")
        ended = followed(
            tasks.Watched(reading, cluster, arn, log),
            container["name"],
            screen.say if json else screen.result,
            lambda status: screen.say(f"  {service}: {status}"),
        )
    except KeyboardInterrupt:
        raise KeyboardInterrupt(f"the task goes on; to stop it: {_stopping(session, arn)}") from None
    if json:
        screen.as_json(asdict(ended))
    elif ended.exit_code:
        screen.say(f"{service} ended with {ended.exit_code}: {ended.reason}")
    raise typer.Exit(ended.exit_code)


def _variables(given: list[str]) -> dict[str, str]:
    """Name to value. Raises UsageError, without the value, which may be a secret."""
    pairs = [one.partition("=") for one in given]
    if wrong := [name for name, equals, _ in pairs if not (name and equals)]:
        raise UsageError(f"--variable should be NAME=VALUE, got {wrong[0] or '='}")
    return {name: value for name, _, value in pairs}


def _stopping(session: Session, arn: str) -> str:
    return f"aws ecs stop-task --cluster {session.site.cluster} --task {arn}"


def _check(session: Session, service: str) -> None:
    """Raise UsageError where it is nothing that is run by itself."""
    session.check_services([service])
    services = session.environment.services
    if not isinstance(services[service], Job | Task):
        runnable = [name for name, one in services.items() if isinstance(one, Job | Task)]
        raise UsageError(
            f"{service} is a {services[service].kind}, and run is for jobs and tasks; there is {', '.join(runnable) or 'none'}"
        )


def _parameters(session: Session, service: str) -> dict[str, Any]:
    stack = describe(session.site.reading.cloudformation, session.site.service_stack(service))
    outputs = stack.get("Outputs", []) if stack else []
    told = next((output["OutputValue"] for output in outputs if output["OutputKey"] == "RunTask"), None)
    if told is None:
        raise DockyardError(f"{service} is not deployed to {session.environment.name}", hint=f"run: dockyard deploy {service}")
    return parameters_in(told, service)
