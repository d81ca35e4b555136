"""A synth of an environment, as a step of a deploy."""

import time
from pathlib import Path

from dockyard.deploy.assembly import StackArtifact, read_assembly
from dockyard.deploy.site import PARTITION, Site
from dockyard.deploy.synth import synthesize
from dockyard.progress import Progress


def synthesized(site: Site, progress: Progress, *, validate: bool, folder: Path | None = None) -> list[StackArtifact]:
    """The stacks of the environment as app.py writes them; with `validate` also checked by aws-cdk-lib.

    :param folder: where they are written to. Default: the site's own.
    """
    folder = folder or site.assembly
    validate = validate and may_validate(site)
    begun = time.monotonic()
    progress.update("synth", "writing templates" + (" and checking them" if validate else ""))
    (site.synth or synthesize)(
        site.project.root, folder, site.processes,
        environment=site.environment.name, account=site.aws.account, region=site.aws.region, validate=validate,
    )  # fmt: skip
    artifacts = stacks_in(site, folder)
    progress.done("synth", f"{len(artifacts)} stacks in {time.monotonic() - begun:.1f} s")
    return artifacts


def may_validate(site: Site) -> bool:
    """Whether templates may be checked: the user can forbid it, by CDK's own variable."""
    return site.processes.environment.get("CDK_VALIDATION") != "false"


def stacks_in(site: Site, folder: Path) -> list[StackArtifact]:
    """The stacks of the assembly in a folder."""
    return read_assembly(folder, partition=PARTITION, account=site.aws.account, region=site.aws.region)
