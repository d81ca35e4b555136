"""Sizes and times, as people read them."""

_UNITS = ("B", "kB", "MB", "GB", "TB")


def size(count: float) -> str:
    """Bytes in steps of a thousand, as `docker images` tells them: `142 MB`, `1.5 kB`."""
    unit, *larger = _UNITS
    while count >= 999.5 and larger:
        count, unit = count / 1000, larger.pop(0)
    return f"{count:.1f} {unit}" if count < 9.95 and unit != "B" else f"{count:.0f} {unit}"
