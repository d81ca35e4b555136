"""`dockyard pipeline`: GitHub Actions, from a push to the last environment."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import typer

from dockyard.cli import screen
from dockyard.cli.arguments import Environment, Json, Project, Wait
from dockyard.cli.clean import clean_all
from dockyard.cli.locked import alone
from dockyard.cli.restore import restore_each
from dockyard.cli.session import Session
from dockyard.config import Pipeline, Web
from dockyard.deploy.operations import describe
from dockyard.deploy.site import bootstrap_bucket, qualifier
from dockyard.deploy.states import Safety
from dockyard.deploy.synthesis import synthesized
from dockyard.doors.github import GitHub
from dockyard.doors.website import answer_of
from dockyard.errors import DeployError, UsageError
from dockyard.operate.look import Lookout
from dockyard.pipeline.before import images_before, noted
from dockyard.pipeline.current import check_current
from dockyard.pipeline.permissions import permissions_of
from dockyard.pipeline.policy import Scope, documents
from dockyard.pipeline.roles import deploy_roles
from dockyard.pipeline.roles import variables as variables_of
from dockyard.pipeline.smoke import smoke as ask_each
from dockyard.pipeline.todo import cautions, setup_cautions, steps
from dockyard.pipeline.workflows import files

app = typer.Typer(help="GitHub Actions: from a push to the last environment, without a secret stored.", no_args_is_help=True)

Force = Annotated[bool, typer.Option("--force", help="Also write over files that were changed by hand.")]
Name = Annotated[str, typer.Argument(help="What the comment is of: `plan`, `preview`. One of the same name is replaced.")]
File = Annotated[Path, typer.Argument(help="Its text, as Markdown.", show_default=False)]
Folder = Annotated[Path, typer.Argument(help="Where the files are written.", show_default=False)]
Before = Annotated[Path, typer.Argument(help="What `note` writes, and `restore` reads.", show_default=False)]


@app.command()
def init(project: Project = None, force: Force = False) -> None:
    """Write the workflows, as dockyard.yaml says, and tell what is left to do.

    Example: dockyard pipeline init
    """
    session = Session(project)
    written = files(session.project, _pipeline(session))
    changed = [path for path, text in written.items() if _text(session.root / path) not in (None, text)]
    if changed and not force:
        _ask(changed)
    for path, text in written.items():
        told = "unchanged" if _text(session.root / path) == text else "written"
        (session.root / path).parent.mkdir(parents=True, exist_ok=True)
        (session.root / path).write_text(text, encoding="utf-8")
        screen.say(f"{path}: {told}")
    pinned = (session.root / "package-lock.json").is_file()
    setup = setup_cautions(_pipeline(session), _text(session.root / "requirements.txt"), pinned=pinned)
    for caution in (*setup, *cautions(session.project)):
        screen.warn(caution)
    screen.say("left to do, in this order:")
    for step in steps(session.project, _pipeline(session), qualifier(session.root)):
        screen.say(f"- {step.what}")
        for command in step.commands:
            screen.result(command)


@app.command()
def deploy(env: Environment = None, project: Project = None, wait: Wait = None) -> None:
    """Deploy the roles of one account, which no workflow may do.

    Example: dockyard pipeline deploy --env staging
    """
    session = Session(project, env)
    _pipeline(session)
    with alone(session, "dockyard pipeline deploy", wait) as (held, lock), screen.Board() as board:
        deploy_roles(held.site, board, Safety(lock.check, lambda _: False))


@app.command()
def variables(env: Environment = None, project: Project = None, json: Json = False) -> None:
    """Print the variables that the workflows read in GitHub: ARNs of roles, and the region where an environment has none.

    Example: dockyard pipeline variables --env staging
    """
    session = Session(project, env)
    _pipeline(session)
    found = variables_of(session.site)
    if json:
        screen.as_json(found)
        return
    for name, value in found.items():
        screen.result(f"{name}={value}")


@app.command()
def policy(folder: Folder, env: Environment = None, project: Project = None) -> None:
    """Write what CloudFormation's role needs for this application, for `cdk bootstrap --cloudformation-execution-policies`.

    It is read from the templates of the environment and from CloudFormation's schemas, and in several files where IAM takes no
    policy so long.

    Example: dockyard pipeline policy policies --env staging
    """
    session = Session(project, env)
    site = session.site
    with screen.Board() as board:
        stacks = synthesized(site, board, validate=False, folder=site.looked_at)
    bucket = bootstrap_bucket(site.aws, session.root)
    scope = Scope(site.project.name, site.aws.account, site.aws.region, qualifier(session.root), bucket)
    folder.mkdir(parents=True, exist_ok=True)
    for number, one in enumerate(documents(stacks, scope, permissions_of(scope.region)), 1):
        file = folder / f"{site.project.name}-deploys-{number}.json"
        file.write_text(json.dumps(one, indent=1) + "\n", encoding="utf-8")
        screen.result(str(file))


@app.command()
def comment(name: Name, file: File) -> None:
    """In a job: put a comment on the pull request, in the place of the last one of that name.

    The job gives it GITHUB_TOKEN, and PULL_REQUEST, its number.

    Example: dockyard pipeline comment plan plan.md
    """
    github, given = _github("PULL_REQUEST")
    screen.result(github.comment(int(given["PULL_REQUEST"]), f"<!-- dockyard {name} -->", _read(file)))


@app.command()
def current() -> None:
    """In a job: fail where its pull request is closed, or where its branch was pushed to again.

    The job gives it GITHUB_TOKEN, and PULL_REQUEST, its number, where it is of one.

    Example: dockyard pipeline current
    """
    check_current(*_github("GITHUB_REF", "GITHUB_SHA"))


@app.command()
def smoke(env: Environment = None, project: Project = None) -> None:
    """Ask each address of an environment, for a minute, until all have answered with 2xx or 3xx.

    Example: dockyard pipeline smoke --env staging
    """
    session = Session(project, env)
    addresses = _addresses(session)
    if not addresses:
        screen.say(f"nothing of {session.environment.name} answers to the world; there is nothing to ask")
    if faults := ask_each(addresses, answer_of, tell=screen.say):
        raise DeployError("\n".join(faults))


@app.command()
def note(file: Before, env: Environment = None, project: Project = None) -> None:
    """Write down what runs, for `restore`; fails where AWS does not tell of a service.

    Example: dockyard pipeline note before.json
    """
    session = Session(project, env)
    file.write_text(noted(Lookout(session.site).look(sorted(session.environment.services))), encoding="utf-8")


@app.command()
def restore(before: Before, env: Environment = None, project: Project = None) -> None:
    """Go back to the images that ran before, sidecars' too, of each service that runs others by now.

    Only images go back, as by `dockyard rollback`: settings stay as they were deployed, and so does a service of which nothing
    ran before.

    Example: dockyard pipeline restore before.json
    """
    if faults := restore_each(Session(project, env), images_before(before, _read(before))):
        raise DeployError("\n".join(faults))


@app.command()
def clean(project: Project = None, yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False) -> None:
    """Delete previews whose last deploy is longer ago than dockyard.yaml lets them live (`preview.lifetime`).

    Example: dockyard pipeline clean --yes
    """
    found = Session(project).project.previews
    if found is None or found.settings.preview is None:
        raise UsageError("dockyard.yaml has no previews", hint="add an environment: pr: {preview: {of: ENVIRONMENT}}")
    hours = found.settings.preview.lifetime
    if faults := clean_all(Session(project, found.shared), found, hours, yes=yes):
        raise DeployError("\n".join(faults))


def _github(*more: str) -> tuple[GitHub, Mapping[str, str]]:
    """GitHub as the job reaches it, and the job's variables, with these among them. Raises UsageError."""
    given = Session(None).variables
    if missing := [one for one in ("GITHUB_TOKEN", "GITHUB_REPOSITORY", *more) if not given.get(one)]:
        raise UsageError(f"{', '.join(missing)} should be set, as a job of GitHub Actions has it")
    if not (number := given.get("PULL_REQUEST") or "0").isdigit():
        raise UsageError(f"PULL_REQUEST should be the number of a pull request, got {number}")
    api = given.get("GITHUB_API_URL") or "https://api.github.com"
    return GitHub(api, given["GITHUB_REPOSITORY"], given["GITHUB_TOKEN"]), given


def _pipeline(session: Session) -> Pipeline:
    if session.project.pipeline is None:
        raise UsageError("dockyard.yaml has no pipeline", hint="add: pipeline: {repository: OWNER/NAME}")
    return session.project.pipeline


def _ask(changed: list[str]) -> None:
    """Raise UsageError where nobody can be asked, and end where the answer is no."""
    told = ", ".join(changed)
    if not screen.is_terminal():
        raise UsageError(f"{told}: changed by hand, or of another dockyard.yaml", hint="supply --force to write over it")
    screen.agree(f"write over {told}")


def _text(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{file}: {error.strerror}") from error


def _addresses(session: Session) -> dict[str, str]:
    """Of services that the world reaches, as their stacks tell."""
    site, found = session.site, {}
    for name, service in session.environment.services.items():
        if isinstance(service, Web) and service.http and "public" in service.http.entrances:
            stack = describe(site.reading.cloudformation, site.service_stack(name))
            outputs = stack.get("Outputs", []) if stack else []
            found[name] = next((output["OutputValue"] for output in outputs if output["OutputKey"] == "Address"), None)
    return {name: address for name, address in found.items() if address}
