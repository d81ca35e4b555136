"""Variables in an instruction, filled in as BuildKit does it.

https://docs.docker.com/reference/dockerfile/#environment-replacement
"""

import re
from collections.abc import Mapping

PLATFORM = "linux/amd64"
"""What Fargate and x86-64 servers run, whatever machine builds."""

_OF_THE_MACHINE = ("BUILDPLATFORM", "BUILDOS", "BUILDARCH", "BUILDVARIANT")
_VARIABLE = re.compile(r"\$(?:(?P<bare>\w+)|\{(?P<name>\w+)(?:(?P<colon>:?)(?P<sign>[-+?])(?P<word>[^${}]*))?\})")


def target_variables(platform: str) -> dict[str, str]:
    """What the builder sets by itself for a platform such as linux/arm64."""
    system, architecture = platform.split("/")
    return {"TARGETPLATFORM": platform, "TARGETOS": system, "TARGETARCH": architecture, "TARGETVARIANT": ""}


def filled_in(text: str, values: Mapping[str, str]) -> str:
    """The text with its variables filled in and without its quotes. A variable that is nowhere set is empty.

    Those that say on what machine the image is built stay as they are.
    """

    def value(match: re.Match[str]) -> str:
        name = match["bare"] or match["name"]
        if name in _OF_THE_MACHINE and name not in values:
            return match[0]
        found = values.get(name)
        there = bool(found) if match["colon"] else found is not None
        if match["sign"] == "+":
            return match["word"] if there else ""
        return match["word"] if match["sign"] == "-" and not there else found or ""

    text = re.sub("[\"']", "", text)
    for _ in range(text.count("$")):  # the innermost first: ${A:-${B}}
        text = _VARIABLE.sub(value, text)
    return text
