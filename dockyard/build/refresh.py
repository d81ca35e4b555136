"""Layers made anew though nothing in them changed, so that system packages come patched.

An `ARG` after each `FROM` is in the environment of every `RUN` below it, so another value makes BuildKit run them again.
https://docs.docker.com/build/cache/invalidation/#build-arguments
"""

from dockyard.build.instructions import instructions

ARGUMENT = "DOCKYARD_REFRESH"


def refreshed(dockerfile: str, when: str) -> str:
    """The Dockerfile with every step depending on `when`."""
    for instruction in reversed(list(instructions(dockerfile))):
        if instruction.name == "FROM" and instruction.words:
            last = instruction.words[-1]
            end = dockerfile.find("\n", last.start + len(last.raw))
            end = len(dockerfile) if end < 0 else end
            dockerfile = f'{dockerfile[:end]}\nARG {ARGUMENT}="{when}"{dockerfile[end:]}'
    return dockerfile
