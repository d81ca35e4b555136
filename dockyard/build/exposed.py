"""Ports that an app's own Dockerfile exposes: where service.yaml has another, a deploy may wait for it in vain."""

import re
from collections.abc import Iterator
from pathlib import Path

from dockyard.build.instructions import Instruction, instructions

_PORT = re.compile(r"(\d{1,5})(?:-(\d{1,5}))?(?:/tcp)?", re.I)
_MOST = 5
"""Ports that are told of."""
_UDP = re.compile(r"[\d-]+/udp", re.I)


def other_port(file: Path, dockerfile: str, target: str | None, port: int) -> Iterator[str]:
    """What is said where the Dockerfile exposes others, and nothing in it tells that the app takes its port from PORT.

    :param port: that of service.yaml, which the load balancer asks.
    """
    ports = exposed(dockerfile, target)
    if ports and port not in ports and not re.search(r"\bPORT\b", dockerfile):
        told = ", ".join(map(str, ports[:_MOST])) + (" and more" if len(ports) > _MOST else "")
        yield (
            f"{file} exposes {told}, and it is asked on port {port}: set port: {ports[0]} in service.yaml, "
            f"or EXPOSE {port} where the app listens on what the variable PORT says"
        )


def exposed(dockerfile: str, target: str | None = None) -> tuple[int, ...]:
    """Those of the stage that is built, by TCP; none where that cannot be told. What its base exposes is not known here.

    https://docs.docker.com/reference/dockerfile/#expose
    """
    stages: dict[str, tuple[int, ...]] = {}
    name = ""
    for one in instructions(dockerfile):
        if one.name == "FROM" and one.words:
            words = [word.text.lower() for word in one.words]
            name = words[2] if len(words) > 2 else str(len(stages))
            stages[name] = stages.get(words[0], ())
        elif one.name == "EXPOSE":
            found = _ports(one)
            if found is None:
                return ()
            stages[name] = (*stages.get(name, ()), *found)
    return tuple(dict.fromkeys(stages.get(target.lower() if target else name, ())))


def _ports(instruction: Instruction) -> list[int] | None:
    """None where one of them has a variable, or can be no port."""
    found: list[int] = []
    for word in instruction.words:
        match = _PORT.fullmatch(word.text)
        if match and 0 < int(match[1]) <= int(match[2] or match[1]) < 65536:
            found += range(int(match[1]), int(match[2] or match[1]) + 1)
        elif not _UDP.fullmatch(word.text):
            return None
    return found
