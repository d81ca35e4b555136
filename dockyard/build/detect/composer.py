"""Constraints on PHP's version, as Composer reads them.

https://getcomposer.org/doc/articles/versions.md
"""

import re
from collections.abc import Iterable

_RELEASES = ("7.0", "7.1", "7.2", "7.3", "7.4", "8.0", "8.1", "8.2", "8.3", "8.4", "8.5")
_PART = re.compile(r"(?P<sign>>=|<=|!=|>|<|\^|~|=|)\s*v?(?P<major>\d+)(?:\.(?P<minor>\d+|[*x]))?(?P<rest>[.\d*x]*)")

Pair = tuple[int, int]


def written_for(constraint: str, locked: Iterable[str], default: str) -> str | None:
    """The release that an app was written for: the one that its constraint begins with, or the first after it that suits its
    locked packages, too. Of several alternatives the last counts; one without an upper end begins with the default. None where
    it says nothing, or something that is not understood.
    """
    alternatives = [found for found in re.split(r"\s*\|\|?\s*", constraint) if _PART.search(found)]
    if not alternatives:
        return None
    beginning = max(alternatives, key=_least)
    first = _least(beginning)
    if first < _pair(default) and ">" in beginning and "<" not in beginning:
        first = _pair(default)
    others = list(locked)
    suits = [release for release in _RELEASES if _pair(release) >= first and fits(constraint, release)]
    return next((release for release in suits if all(fits(other, release) for other in others)), suits[0] if suits else None)


def fits(constraint: str, release: str) -> bool:
    """Whether some patch of a release, as `8.3`, satisfies a constraint; one that is not understood is satisfied."""
    alternatives = [list(_PART.finditer(found)) for found in re.split(r"\s*\|\|?\s*", constraint)]
    return not any(alternatives) or any(all(_allows(part, _pair(release)) for part in parts) for parts in alternatives if parts)


def _allows(part: re.Match[str], release: Pair) -> bool:
    sign, major = part["sign"], int(part["major"])
    is_whole = part["minor"] in (None, "*", "x")
    said = (major, 0 if is_whole else int(part["minor"]))
    if sign in (">=", ">"):
        return release >= said
    if sign == "<":
        return release < said or (release == said and re.search(r"[1-9]", part["rest"]) is not None)
    if sign == "<=":
        return release <= said or (is_whole and release[0] == major)
    if sign == "!=":
        return True
    if sign == "^" or (sign == "~" and not part["rest"]) or is_whole:
        return release[0] == major and release >= said
    return release == said


def _least(constraint: str) -> Pair:
    parts = [part for part in _PART.finditer(constraint) if part["sign"] not in ("<", "<=", "!=")]
    return max(
        ((int(part["major"]), int(part["minor"]) if (part["minor"] or "x").isdigit() else 0) for part in parts), default=(0, 0)
    )


def _pair(release: str) -> Pair:
    major, _, minor = release.partition(".")
    return int(major), int(minor or 0)
