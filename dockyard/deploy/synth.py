"""Run the user's app.py as the CDK CLI would, so that both write the same templates."""

import json
import shutil
from collections.abc import Mapping
from pathlib import Path

from dockyard.deploy.site import mapping_in
from dockyard.doors.process import Processes
from dockyard.errors import DeployError

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
    context: Mapping[str, str] | None = None,
) -> None:
    """Write the cloud assembly of one environment to `out`, anew.

    Raises DeployError with what app.py printed, or where cdk.json is damaged.

    `validate` runs aws-cdk-lib's template validator, which costs some seconds of CPU: it is for the first time that an
    infrastructure is seen; a source change alters a tag and nothing that it looks at. `context` is what else app.py is told.
    """
    shutil.rmtree(out, ignore_errors=True)
    settings = mapping_in(root / "cdk.json")
    remembered = root / "cdk.context.json"
    told = {
        **(mapping_in(remembered) if remembered.exists() else {}),
        **(settings.get("context") or {}),
        **_CLI_CONTEXT,
        "env": environment,
        **(context or {}),
    }
    command = settings.get("app")
    if not isinstance(command, str):
        raise DeployError(f"cdk.json: app: should be the command that runs the CDK app, got {json.dumps(command)}")
    variables = {
        "CDK_OUTDIR": str(out),
        "CDK_CONTEXT_JSON": json.dumps(told),
        "CDK_DEFAULT_ACCOUNT": account,
        "CDK_DEFAULT_REGION": region,
        "CDK_VALIDATION": "true" if validate else "false",
    }
    ended = processes.with_environment(**variables).run(command.split(), cwd=root)
    if ended.code != 0:
        raise DeployError(f"failed to synthesize: {command}:\n{ended.output.strip()}")
