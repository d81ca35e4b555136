"""A cloud assembly in a folder, and what it was made from: a later command deploys from there."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path

from pydantic import TypeAdapter

from dockyard.build.mirrored import Wanted
from dockyard.deploy.assembly import StackArtifact, read_assembly
from dockyard.deploy.site import PARTITION, Site
from dockyard.doors.files import content, put, remove
from dockyard.doors.folders import is_free
from dockyard.errors import DeployError, UsageError

_MARK = "cdk.out"
"""A file that aws-cdk-lib writes into each assembly."""
_NOTE = "dockyard.json"
_ANEW = "synthesize anew: dockyard push --assembly"


def check_writable(folder: Path, root: Path) -> None:
    """Raise UsageError where what is there is no assembly: a synth deletes the folder, and writes it anew.

    :param root: the project's folder.
    """
    if root.is_relative_to(folder):
        raise UsageError(f"--assembly should be a folder for the assembly alone, got {folder}, where the project is")
    if not is_free(folder, _MARK):
        raise UsageError(
            f"--assembly should be a new or empty folder, or one with an assembly, got {folder}, where other files are"
        )


@dataclass(frozen=True)
class Image:
    """The image of a service or sidecar that a template names."""

    kind: str
    """How it comes into ECR: `Recipe`, `Mirrored`, `Pinned` or `Promoted`."""
    repository: str
    tag: str


@dataclass(frozen=True)
class Note:
    """What an assembly was made from."""

    infrastructure: str = ""
    """Fingerprint of the files, read before the synth; empty where it is not known."""
    images: Mapping[str, Image] = field(default_factory=dict)
    """Service or sidecar to its image."""
    ahead: bool = True
    """Whether the next deploy may go ahead of its synth: app.py was not seen to write more of sources than a tag."""

    @classmethod
    def of(cls, infrastructure: str, images: Sequence[Wanted], *, ahead: bool = True) -> "Note":
        """Of what a deploy is to bring about."""
        of_images = {one.service: Image(type(one).__name__, one.repository, one.tag) for one in images}
        return cls(infrastructure, of_images, ahead)

    def write(self, folder: Path) -> None:
        """Keep it with the assembly."""
        put(folder / _NOTE, json.dumps(asdict(self)).encode())


def read_note(folder: Path) -> Note:
    """That of the assembly there; nothing is known where there is none, or it is damaged."""
    try:
        return TypeAdapter(Note).validate_json(content(folder / _NOTE))
    except ValueError:  # pydantic's error is one
        return Note()


def forget_note(folder: Path) -> None:
    """From now on it is not known what the assembly there was made from."""
    remove(folder / _NOTE)


def read_folder(site: Site, folder: Path, wanted: Sequence[Wanted]) -> tuple[list[StackArtifact], str]:
    """The stacks that were synthesized there, and the fingerprint of what they were made from; empty where that is not known.

    Raises UsageError where it is none of this environment, or has not these images.
    """
    if not content(folder / "manifest.json"):
        raise UsageError(f"no cloud assembly in {folder}", hint="supply the folder that dockyard push --assembly wrote")
    found = read_assembly(folder, partition=PARTITION, account=site.aws.account, region=site.aws.region)
    if site.service_stack("platform") not in {one.name for one in found}:
        told = ", ".join(one.name for one in found)
        raise UsageError(f"{folder} is not of {site.project.name} in {site.environment.name}: it has {told}")
    if lacking := lacking_images(found, wanted):
        raise UsageError(f"{folder} was synthesized from other files than are here: it has no {', '.join(lacking)}", hint=_ANEW)
    return found, read_note(folder).infrastructure


def lacking_images(stacks: Sequence[StackArtifact], wanted: Sequence[Wanted]) -> list[str]:
    """Those of these images that no template names."""
    names = [f"{image.repository}:{image.tag}" for image in wanted]
    return [name for name in names if not any(f'/{name}"' in one.template for one in stacks)]


def check_images(stacks: Sequence[StackArtifact], wanted: Sequence[Wanted]) -> None:
    """Raise DeployError where a template names other images than these: files were changed between two looks at them."""
    if lacking := lacking_images(stacks, wanted):
        raise DeployError(
            f"files were changed while they were read: no template names {', '.join(lacking)}", hint="run the same command again"
        )
