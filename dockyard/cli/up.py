"""`dockyard up`: from nothing to running services, on this machine."""

import sys
import tempfile
from pathlib import Path

from dockyard.cli import local, screen
from dockyard.cli.arguments import AllowDataLoss, AllowInterruption, Environment, Json, Port, Project, Yes
from dockyard.cli.deploying import deploy_and_tell
from dockyard.cli.session import Session
from dockyard.deploy.replacements import Allowed
from dockyard.deploy.run import Wishes
from dockyard.deploy.site import qualifier
from dockyard.errors import DockyardError


def up(
    port: Port = None,
    env: Environment = None,
    project: Project = None,
    json: Json = False,
    allow_interruption: AllowInterruption = False,
    allow_data_loss: AllowDataLoss = False,
    yes: Yes = False,
) -> None:
    """Start the local AWS, bootstrap it, deploy everything, and print where each service answers.

    Example: dockyard up --port 4567
    """
    session = local.start(Session(project, env), port)
    if session.aws.parameter(f"/cdk-bootstrap/{qualifier(session.root)}/version") is None:
        _bootstrap(session)
    wishes = Wishes(allowed=Allowed(allow_interruption, allow_data_loss))
    deploy_and_tell(session, wishes, command="dockyard up", json=json, yes=yes)
    if routed := [name for name, one in session.environment.services.items() if one.firelens]:
        screen.say(f"no log router (firelens) runs on the local AWS; dockyard logs shows what these print: {', '.join(routed)}")
    screen.say(f'next: change a service and run this again\nfor cdk and aws in this shell: eval "$({_own_name()} local env)"')


def _own_name() -> str:
    """How this program is called from here: `make` has it on its PATH, the user's shell may not."""
    program = Path(sys.argv[0])
    return str(program.relative_to(Path.cwd())) if program.is_relative_to(Path.cwd()) else program.name


def _bootstrap(session: Session) -> None:
    screen.say("bootstrapping the account for CDK")
    where = f"aws://{session.aws.account}/{session.aws.region}"
    with tempfile.TemporaryDirectory() as elsewhere:  # in the project's folder the CLI would synthesize first
        ended = session.processes.run(["cdk", "bootstrap", where, "--qualifier", qualifier(session.root)], cwd=Path(elsewhere))
    if ended.code != 0:
        raise DockyardError(f"cdk bootstrap failed:\n{ended.output[-2000:].strip()}")
