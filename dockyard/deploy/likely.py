"""Stacks as a synth will write them, known before it runs: those of the last one, with the tags that images have now.

What the stacks are made from has a fingerprint, to which the sources of images do not belong: of these a template has the tag
alone. An app.py of the user's own may do otherwise, so a synth still runs, while the new tasks start, and is what holds.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from dockyard.build.mirrored import Wanted
from dockyard.build.recipe import Recipe
from dockyard.deploy.assembly import StackArtifact, read_assembly
from dockyard.deploy.assembly_folder import Image, Note, read_note
from dockyard.deploy.intent import Intent
from dockyard.deploy.site import PARTITION, Site
from dockyard.deploy.stack import INLINE_TEMPLATE_BYTES


def likely_stacks(site: Site, intent: Intent) -> list[StackArtifact] | None:
    """The stacks; None where only a synth can tell: something else than images is new, or none has been written here."""
    note = read_note(site.assembly)
    if not intent.last or not note.ahead or not intent.infrastructure == intent.last.infrastructure == note.infrastructure:
        return None
    exchanged = _exchanged(note, intent.images)
    if exchanged is None:
        return None
    try:
        found = read_assembly(site.assembly, partition=PARTITION, account=site.aws.account, region=site.aws.region)
    except (OSError, ValueError, KeyError):  # its synth was killed, or it is being written
        return None
    if not all(any(_end(image) in one.template for one in found) for image in note.images.values()):
        return None  # another command has written there since
    likely = [replace(one, template=_with(exchanged, one.template)) for one in found]
    changed = [after for before, after in zip(found, likely, strict=True) if after != before]
    return None if any(len(one.template.encode()) > INLINE_TEMPLATE_BYTES for one in changed) else likely


def differing(likely: Sequence[StackArtifact], found: Sequence[StackArtifact]) -> list[StackArtifact]:
    """Those of the found ones that are not as it was likely."""
    before = {one.name: _compared(one) for one in likely}
    return [one for one in found if before.get(one.name) != _compared(one)]


def _exchanged(note: Note, images: Sequence[Wanted]) -> Mapping[str, str] | None:
    """What is to be exchanged in a template, and for what; None where more than the tags of built images differs."""
    now = Note.of("", images).images
    if now.keys() != note.images.keys():
        return None
    pairs = [(note.images[name], now[name]) for name in now if now[name] != note.images[name]]
    alike = all(before.kind == after.kind == Recipe.__name__ and before.repository == after.repository for before, after in pairs)
    return {_end(before): _end(after) for before, after in pairs} if alike else None


def _end(image: Image) -> str:
    """How a template ends its name."""
    return f'/{image.repository}:{image.tag}"'


def _with(exchanged: Mapping[str, str], template: str) -> str:
    for before, after in exchanged.items():
        template = template.replace(before, after)
    return template


def _compared(artifact: StackArtifact) -> StackArtifact:
    """Without where its files are, which their names in the template tell as well."""
    return replace(artifact, files=(), template_asset=None)
