"""`dockyard secrets`: values that only the container sees."""

import getpass
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from pydantic import SecretStr, TypeAdapter, ValidationError

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project
from dockyard.cli.session import Session
from dockyard.config.checks import OWN_VARIABLES
from dockyard.config.model import VariableName
from dockyard.config.variables import read_env_file
from dockyard.deploy.site import in_lookup_role
from dockyard.errors import UsageError
from dockyard.operate.secrets import OwnSecrets

app = typer.Typer(help="Secrets of services, in SSM Parameter Store: encrypted, and in no template or log.", no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="The variable.")]
Service = Annotated[str | None, typer.Argument(help="The service. Default: the only one.", show_default=False)]
File = Annotated[Path, typer.Argument(help="A file of variables, NAME=value a line.", show_default=False)]


@app.command("set")
def set_(name: Name, service: Service = None, env: Environment = None, project: Project = None) -> None:
    """Store a secret. The value is asked for, or read from standard input; no argument takes it.

    Example: dockyard secrets set API_KEY shop
    """
    session = Session(project, env)
    owner = _service(session, service)
    _check_name(name)
    if reason := _own_variables(session, owner).get(name):
        raise UsageError(f"{name} {reason}")
    if screen.is_terminal():
        value = getpass.getpass(f"{name} of {owner} in {session.environment.name}: ")
    else:
        value = sys.stdin.read().removesuffix("\n").removesuffix("\r")
    _put(session, owner, {name: SecretStr(value)})


@app.command("import")
def import_(file: File, service: Service = None, env: Environment = None, project: Project = None) -> None:
    """Store all variables of a file, such as .env, as secrets.

    Example: dockyard secrets import .env shop
    """
    session = Session(project, env)
    owner = _service(session, service)
    path = Path.cwd() / file
    if not path.is_file():
        raise UsageError(f"no file at {path}")
    try:
        found = read_env_file(Path.cwd(), path).variables
    except ValueError as error:
        raise UsageError(str(error)) from None
    left_out = _own_variables(session, owner)
    for one in found:
        if reason := left_out.get(one.name):
            screen.warn(f"{file}, line {one.line}: {one.name} is left out: it {reason}")
    values = {one.name: SecretStr(one.value) for one in found if one.name not in left_out}
    if not values:
        raise UsageError(f"{file} has no variables that could be stored")
    _put(session, owner, values)


@app.command("list")
def list_(env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Tell which secrets are stored, and whether their services take them; never a value.

    Example: dockyard secrets list --env prod
    """
    session = Session(project, env)
    found = _own(session).listed(in_lookup_role(session.aws, session.root))
    rows = [asdict(one) | {"in_service_yaml": _is_taken(session, one.service, one.name)} for one in found]
    if json:
        screen.as_json(rows)
        return
    if not rows:
        screen.say(f"no secrets of {session.project.name} in {session.environment.name}; to store one: dockyard secrets set NAME")
    told = [
        {**row, "changed": f"{row['changed']:%Y-%m-%d %H:%M}", "in_service_yaml": "yes" if row["in_service_yaml"] else "no"}
        for row in rows
    ]
    screen.table(told)


@app.command()
def rm(
    name: Name,
    service: Service = None,
    env: Environment = None,
    project: Project = None,
    force: Annotated[bool, typer.Option("--force", help="Also where service.yaml still names it.")] = False,
) -> None:
    """Remove a secret.

    Example: dockyard secrets rm API_KEY shop
    """
    session = Session(project, env)
    owner = _service(session, service)
    if _is_taken(session, owner, name) and not force:
        raise UsageError(
            f"services/{owner}/service.yaml names {name}: its tasks could not start any more",
            hint="remove it there and deploy first; or remove it now with --force",
        )
    if not _own(session).remove(owner, name):
        raise UsageError(f"{owner} has no secret {name} in {session.environment.name}", hint="run: dockyard secrets list")
    screen.say(f"removed {name} of {owner}")


def _own(session: Session) -> OwnSecrets:
    return OwnSecrets(session.project.name, session.environment.shared, session.aws)


def _service(session: Session, service: str | None) -> str:
    if service is not None:
        session.check_services([service])
        return service
    known = list(session.environment.services)
    if len(known) != 1:
        raise UsageError(f"which service? There is {', '.join(known) or 'none'}", hint="name it after the variable")
    return known[0]


def _own_variables(session: Session, service: str) -> dict[str, str]:
    return dict(OWN_VARIABLES.get(session.environment.services[service].kind, {}))


def _check_name(name: str) -> None:
    try:
        TypeAdapter(VariableName).validate_python(name)
    except ValidationError as error:
        raise UsageError(error.errors()[0]["msg"].removeprefix("Value error, ")) from None


def _is_taken(session: Session, service: str, name: str) -> bool:
    """Whether a container of the service takes its own parameter of that name."""
    settings = session.environment.services.get(service)
    return any(secrets.get(name) is True for secrets in settings.all_secrets.values()) if settings else False


def _put(session: Session, service: str, values: dict[str, SecretStr]) -> None:
    names = _own(session).put(service, values)
    for name in names:
        screen.say(f"stored {name}")
    missing = [name for name in values if not _is_taken(session, service, name)]
    if not missing:
        screen.say("tasks get it when they start; those that run keep what they have")
        return
    screen.say(f"services/{service}/service.yaml is to have, and then: dockyard deploy {service}")
    if session.environment.services[service].secrets:
        screen.result("\n".join(["secrets:", *(f"  {name}: true" for name in missing)]))
    else:
        screen.result(f"secrets: [{', '.join(missing)}]")
