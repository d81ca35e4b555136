"""Ranges of versions as npm reads them. https://docs.npmjs.com/cli/v11/configuring-npm/package-json#engines"""

import re
from collections.abc import Iterable

Version = tuple[int, int, int]
Interval = tuple[Version, Version]
"""From, and up to but without."""

_END = (10**9, 0, 0)
_PART = r"(\d{1,6}|[xX*])"
_COMPARATOR = re.compile(rf"(\^|~>?|>=|<=|>|<|=)?\s*v?{_PART}(?:\.{_PART})?(?:\.{_PART})?(?:[-+][\w.+-]+)?")


def intervals(text: str) -> list[Interval]:
    """What a range allows: `>=20 <23`, `^18 || 20.x`, `18 - 20`. Empty where it is no range."""
    return [found for alternative in text.split("||") if (found := _interval(alternative.strip())) and found[0] < found[1]]


def allows(text: str, version: str) -> bool:
    """Whether a version is in the range."""
    wanted = _COMPARATOR.match(version)
    return wanted is not None and any(low <= _low(_parts(wanted)) < high for low, high in intervals(text))


def newest_major(text: str, majors: Iterable[int]) -> str | None:
    """The first of these majors of which the range allows the newest version; else the newest part of one that it allows.

    `18`, `18.16`, `18.16.1`: as a tag of an image has it.
    """
    found = intervals(text)
    known = tuple(majors)
    for major in known:
        if any(low < (major + 1, 0, 0) <= high for low, high in found):
            return str(major)
    inside = {low[0]: (low, high) for low, high in sorted(found)} | {
        major: (low, high) for low, high in found for major in known if low < (major + 1, 0, 0) and (major, 0, 0) < high
    }
    best = next((major for major in known if major in inside), max(inside, default=None))
    return None if best is None else _below(*inside[best])


def _below(low: Version, high: Version) -> str:
    """The newest that is below `high`, with as many numbers as are needed to say so."""
    if high[2]:
        return f"{high[0]}.{high[1]}.{high[2] - 1}"
    if high[1]:
        return f"{high[0]}.{high[1] - 1}"
    return str(high[0] - 1 if high != _END else low[0])


def _interval(text: str) -> Interval | None:
    if text in ("", "*", "x", "X", "latest", "any"):
        return (0, 0, 0), _END
    if ends := re.fullmatch(r"\s*(\S+)\s+-\s+(\S+)\s*", text):
        first, last = (_COMPARATOR.fullmatch(end) for end in ends.groups())
        return (_low(_parts(first)), _after(_parts(last))) if first and last else None
    if re.sub(r"[\s,]", "", _COMPARATOR.sub("", text)):
        return None
    low, high = (0, 0, 0), _END
    for match in _COMPARATOR.finditer(text):
        from_, to = _comparator(match[1] or "", _parts(match))
        low, high = max(low, from_), min(high, to)
    return low, high


def _comparator(sign: str, parts: list[int]) -> Interval:
    if not parts:
        return (0, 0, 0), _END
    match sign:
        case ">=":
            return _low(parts), _END
        case ">":
            return _after(parts), _END
        case "<":
            return (0, 0, 0), _low(parts)
        case "<=":
            return (0, 0, 0), _after(parts)
        case "^":
            kept = next((index for index, part in enumerate(parts) if part), len(parts) - 1)
            return _low(parts), _after(parts[: kept + 1])
        case "~" | "~>":
            return _low(parts), _after(parts[:2])
    return _low(parts), _after(parts)


def _parts(match: "re.Match[str]") -> list[int]:
    """The numbers that are given, up to an `x`."""
    numbers: list[int] = []
    for part in match.groups()[1:]:
        if part is None or not part.isdigit():
            break
        numbers.append(int(part))
    return numbers


def _low(parts: list[int]) -> Version:
    major, minor, patch = [*parts, 0, 0, 0][:3]
    return major, minor, patch


def _after(parts: list[int]) -> Version:
    """What comes after all that begins with these numbers."""
    return _low([*parts[:-1], parts[-1] + 1]) if parts else _END
