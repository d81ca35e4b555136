"""Run the user's app.py as the CDK CLI would, so that both write the same templates."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from dockyard.deploy.assembly_folder import forget_note
from dockyard.deploy.site import mapping_in
from dockyard.doors.process import Processes
from dockyard.errors import DeployError, PrerequisiteError

# What the CDK CLI adds to the context (aws-cdk 2.1148, `prepareContext`); without it templates would differ between
# `dockyard deploy` and `cdk deploy`, and each would undo the other's metadata.
_CLI_CONTEXT = {
    "aws:cdk:enable-path-metadata": True,
    "aws:cdk:enable-asset-metadata": True,
    "aws:cdk:version-reporting": True,
    "aws:cdk:bundling-stacks": ["**"],
}


def synthesize(
    root: Path,
    out: Path,
    processes: Processes,
    *,
    environment: str,
    account: str,
    region: str,
    validate: bool,
    context: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """Write the cloud assembly of one environment to `out`, anew.

    Raises DeployError with what app.py printed, or where cdk.json is damaged.

    `validate` runs aws-cdk-lib's template validator, which costs some seconds of CPU: it is for the first time that an
    infrastructure is seen; a source change alters a tag and nothing that it looks at. `context` is what else app.py is told.
    """
    forget_note(out)
    shutil.rmtree(out, ignore_errors=True)
    variables = variables_of(
        root, out, environment=environment, account=account, region=region, validate=validate, context=context
    )
    command = command_of(root)
    ended = processes.with_environment(**variables).run(command.split(), cwd=root)
    if ended.code != 0:
        raise failed(command, ended.output)


def command_of(root: Path) -> str:
    """How cdk.json says that the CDK app is run. Raises DeployError, and PrerequisiteError where there is no cdk.json."""
    command = _settings(root).get("app")
    if not isinstance(command, str):
        raise DeployError(f"cdk.json: app: should be the command that runs the CDK app, got {json.dumps(command)}")
    return command


def variables_of(
    root: Path,
    out: Path,
    *,
    environment: str,
    account: str,
    region: str,
    validate: bool,
    context: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """What the CDK CLI tells app.py by its environment. Raises DeployError where cdk.json is damaged."""
    remembered = root / "cdk.context.json"
    told = {
        **(mapping_in(remembered) if remembered.exists() else {}),
        **(_settings(root).get("context") or {}),
        **_CLI_CONTEXT,
        "env": environment,
        **context,
    }
    return {
        "CDK_OUTDIR": str(out),
        "CDK_CONTEXT_JSON": json.dumps(told),
        "CDK_DEFAULT_ACCOUNT": account,
        "CDK_DEFAULT_REGION": region,
        "CDK_VALIDATION": "true" if validate else "false",
    }


def _settings(root: Path) -> Mapping[str, Any]:
    """What cdk.json says."""
    file = root / "cdk.json"
    if not file.exists():
        raise PrerequisiteError(
            f"{root} has no cdk.json, which says how the CDK app is run",
            hint="run: dockyard init, which writes app.py, cdk.json and stacks/ beside dockyard.yaml",
        )
    return mapping_in(file)


def failed(command: str, printed: str) -> DeployError:
    """That app.py has ended with a fault, and what it printed."""
    return DeployError(f"failed to synthesize: {command}:\n{printed.strip()}")
