"""Secrets that the steps of a build may see, and what is kept of them: nothing."""

import json
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from dockyard.build.recipe import Recipe
from dockyard.errors import BuildError

REDACTED = "[REDACTED]"
SHORTEST = 4
"""Characters that a text must have to be looked for in what a builder prints; shorter ones are in anything."""
SHORTEST_PART = 8
"""The same of a part of a line: `true` or `8080` is no secret."""
_AGENT = "SSH_AUTH_SOCK"


def check_build_secrets(recipes: Sequence[Recipe], environment: Mapping[str, str]) -> None:
    """Raise BuildError where a secret or the SSH agent is not there, with all that is missing."""
    told = [f"{recipe.service}: {fault}" for recipe in recipes for fault in missing(recipe, environment)]
    if told:
        raise BuildError("\n".join(told), hint="supply what is named there, then run the same command again; no image was built")


def missing(recipe: Recipe, environment: Mapping[str, str]) -> Iterator[str]:
    """What its steps want to see and is not there, a sentence each."""
    for id, secret in recipe.secrets.items():
        if secret.env and not environment.get(secret.env):
            yield f"build secret {id}: the variable {secret.env} is not set"
        if secret.file and not (Path(secret.file).is_file() and os.access(secret.file, os.R_OK)):
            yield f"build secret {id}: no file at {secret.file} that can be read"
    if recipe.ssh and not environment.get(_AGENT):
        yield f"no SSH agent runs ({_AGENT} is not set), and image.build.ssh wants one: eval $(ssh-agent); ssh-add"


def secret_arguments(recipe: Recipe) -> list[str]:
    """Arguments of `docker build` that say where the values are; the values themselves are in none of them."""
    words = []
    for id, secret in recipe.secrets.items():
        words += ["--secret", f"id={id},env={secret.env}" if secret.env else f"id={id},{_field('src', secret.file or '')}"]
    return [*words, *(("--ssh", "default") if recipe.ssh else ())]


def redaction(recipe: Recipe, environment: Mapping[str, str]) -> Callable[[str], str]:
    """What takes the values out of a line that a step printed."""
    values = {text for secret in recipe.secrets.values() for text in _texts(secret.env, secret.file, environment)}
    ordered = sorted((value for value in values if len(value) >= SHORTEST), key=len, reverse=True)

    def redact(line: str) -> str:
        for value in ordered:
            line = line.replace(value, REDACTED)
        return line

    return redact


def _texts(env: str | None, file: str | None, environment: Mapping[str, str]) -> Iterator[str]:
    """The value, each of its lines, and the parts of these: a step may print them one by one."""
    value = environment.get(env, "") if env else Path(file or "").read_text(encoding="utf-8", errors="replace")
    yield value.strip()
    yield from (line.strip() for line in value.splitlines())
    yield from (part for part in _parts(value) if len(part) >= SHORTEST_PART)


def _parts(value: str) -> Iterator[str]:
    """What follows the first `=` or `: ` of a line, without quotes; and the strings of what is JSON, with their lines."""
    for line in value.splitlines():
        yield re.sub("^.*?(?:=|: |$)", "", line).strip().strip("\"'")
    for text in _strings(value):
        yield from (text, *(line.strip() for line in text.splitlines()))


def _strings(value: str) -> Iterator[str]:
    try:
        left = [json.loads(value)]
    except (ValueError, RecursionError):
        return
    while left:
        one = left.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, dict | list):
            left += one.values() if isinstance(one, dict) else one


def _field(name: str, value: str) -> str:
    """A field of a list with commas, in which a value may have some itself (https://www.rfc-editor.org/rfc/rfc4180)."""
    text = f"{name}={value}"
    return '"{}"'.format(text.replace('"', '""')) if set(text) & {",", '"'} else text
