"""A cloud assembly that one command synthesizes into a folder of the user's, and another deploys from there."""

import json
from collections.abc import Sequence
from pathlib import Path

from dockyard.build.mirrored import Wanted
from dockyard.deploy.assembly import StackArtifact, read_assembly
from dockyard.deploy.site import PARTITION, Site, mapping_in
from dockyard.errors import UsageError

_MARK = "cdk.out"
"""A file that aws-cdk-lib writes into each assembly."""
_NOTE = "dockyard.json"
_KEY = "infrastructure"
_ANEW = "synthesize anew: dockyard push --assembly"


def check_writable(folder: Path, root: Path) -> None:
    """Raise UsageError where what is there is no assembly: a synth deletes the folder, and writes it anew.

    :param root: the project's folder.
    """
    if root.is_relative_to(folder):
        raise UsageError(f"--assembly should be a folder for the assembly alone, got {folder}, where the project is")
    if folder.exists() and not (folder / _MARK).is_file() and not (folder.is_dir() and not any(folder.iterdir())):
        raise UsageError(
            f"--assembly should be a new or empty folder, or one with an assembly, got {folder}, where other files are"
        )


def note_fingerprint(folder: Path, infrastructure: str) -> None:
    """Keep with the assembly what it was made from.

    :param infrastructure: fingerprint of the files, read before the synth.
    """
    (folder / _NOTE).write_text(json.dumps({_KEY: infrastructure}), encoding="utf-8")


def read_folder(site: Site, folder: Path, wanted: Sequence[Wanted]) -> tuple[list[StackArtifact], str]:
    """The stacks that were synthesized there, and the fingerprint of what they were made from; empty where that is not known.

    Raises UsageError where it is none of this environment, or has not these images.
    """
    if not (folder / "manifest.json").is_file():
        raise UsageError(f"no cloud assembly in {folder}", hint="supply the folder that dockyard push --assembly wrote")
    found = read_assembly(folder, partition=PARTITION, account=site.aws.account, region=site.aws.region)
    if site.service_stack("platform") not in {one.name for one in found}:
        told = ", ".join(one.name for one in found)
        raise UsageError(f"{folder} is not of {site.project.name} in {site.environment.name}: it has {told}")
    names = [f"{image.repository}:{image.tag}" for image in wanted]
    if lacking := [name for name in names if not any(f'/{name}"' in one.template for one in found)]:
        raise UsageError(f"{folder} was synthesized from other files than are here: it has no {', '.join(lacking)}", hint=_ANEW)
    note = folder / _NOTE
    return found, str(mapping_in(note).get(_KEY, "")) if note.is_file() else ""
