"""Stacks deployed by the CDK CLI, from the assembly that was synthesized: for what change sets here do not know."""

from collections.abc import Sequence
from pathlib import Path

from dockyard.deploy.site import Site
from dockyard.errors import DeployError
from dockyard.progress import Progress

STEP = "cdk deploy"
"""As what it is told and measured."""


def deploy_via_cdk(site: Site, assembly: Path, stacks: Sequence[str], progress: Progress) -> None:
    """Run `cdk deploy` for these stacks. Every image is in ECR by then. Raises DeployError with what it printed."""
    arguments = ["cdk", "deploy", *stacks, "--app", str(assembly), "--require-approval", "never",
                 "--progress", "events", "--exclusively",
                 "--import-existing-resources"]  # fmt: skip
    ended = site.processes.run(arguments, cwd=site.project.root, on_line=lambda line: progress.update(STEP, line))
    if ended.code != 0:
        raise DeployError(f"cdk deploy failed:\n{ended.output[-4000:].strip()}")
    progress.done(STEP, f"{len(stacks)} stacks")
