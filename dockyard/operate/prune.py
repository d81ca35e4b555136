"""Which images may go. It is decided here, and nowhere is an image removed that this has not named."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from dockyard.operate.held import Held
from dockyard.operate.in_use import Version

_SIGNATURE = re.compile(r"sha256-(?P<hex>[0-9a-f]{64})(\.\w+)?")
"""Tags by which cosign finds what belongs to an image. https://docs.sigstore.dev/cosign/signing/signing_with_containers/"""

_AT_ONCE = 100


@dataclass(frozen=True)
class Verdict:
    """An image, and why it stays; it goes where there is no reason."""

    image: Held
    stays: str = ""


def judge(images: Sequence[Held], needed: Mapping[Version, str], *, keep: int, pushed_before: datetime) -> list[Verdict]:
    """A verdict on each image of one repository.

    It goes where nothing needs it, by tag or digest, `keep` newer ones are there, and it was pushed before that time. What is
    listed by an index that stays, or belongs to an image that stays, stays with it; so does an index that lists what is needed,
    for that has no other tag, as a rule, and would expire without it. Caches, and images without a tag, are left to the
    lifecycle policy of the repository.
    """
    reasons = {image.digest: _own_reason(image, needed, pushed_before) for image in images}
    for digest, why in _lists_needed(images, needed).items():
        reasons[digest] = reasons[digest] or why
    ordinary = [image for image in images if image.tags and not image.is_cache and _subject(image) not in reasons]
    for image in sorted(ordinary, key=lambda one: one.pushed, reverse=True)[:keep]:
        reasons[image.digest] = reasons[image.digest] or f"one of the newest {keep}"
    while _spread(images, reasons):
        pass
    return [Verdict(image, reasons[image.digest]) for image in images]


def _own_reason(image: Held, needed: Mapping[Version, str], pushed_before: datetime) -> str:
    if why := _why_needed(image, needed):
        return why
    if image.is_cache:
        return "a cache: its lifecycle policy lets it expire"
    if not image.tags:
        return "no tag: its lifecycle policy lets it expire"
    return "" if image.pushed < pushed_before else f"pushed {image.pushed:%Y-%m-%d %H:%M}"


def _why_needed(image: Held, needed: Mapping[Version, str]) -> str:
    return next(filter(None, (needed.get((image.repository, version)) for version in (*image.tags, image.digest))), "")


def _lists_needed(images: Sequence[Held], needed: Mapping[Version, str]) -> dict[str, str]:
    """Digests of the indexes that list what is needed, however deep, and what that is."""
    known = {image.digest: image.name for image in images if _why_needed(image, needed)}
    found: dict[str, str] = {}
    while more := [image for image in images if image.digest not in known and known.keys() & image.listed.keys()]:
        found |= {image.digest: f"lists {known[next(iter(known.keys() & image.listed.keys()))]}" for image in more}
        known |= {image.digest: image.name for image in more}
    return found


def _spread(images: Sequence[Held], reasons: dict[str, str]) -> bool:
    """Whether one more image stays because of another that does."""
    before = sum(map(bool, reasons.values()))
    for image in images:
        if reasons[image.digest]:
            for digest in image.listed:
                if reasons.get(digest) == "":
                    reasons[digest] = f"listed by {image.name}"
        elif reasons.get(_subject(image) or ""):
            reasons[image.digest] = f"belongs to {_subject(image)}"
    return sum(map(bool, reasons.values())) > before


def _subject(image: Held) -> str | None:
    """Digest of the image that it belongs to."""
    signed = next((match for tag in image.tags if (match := _SIGNATURE.fullmatch(tag))), None)
    return image.subject or (f"sha256:{signed['hex']}" if signed else None)


def in_order(going: Sequence[Held]) -> Iterator[list[Held]]:
    """Parts of at most a hundred, as one call takes; indexes before what they list, which ECR keeps as long as they are there."""
    for some in ([one for one in going if one.listed], [one for one in going if not one.listed]):
        yield from (some[start : start + _AT_ONCE] for start in range(0, len(some), _AT_ONCE))
