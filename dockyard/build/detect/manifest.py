"""package.json, pyproject.toml and their like: values of the types that they should have, or the fault with its key."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from dockyard.build.text import text_of
from dockyard.config.shown import show
from dockyard.errors import BuildError

T = TypeVar("T")

_TOML_FILES = ("Pipfile",)
"""Names without `.toml`."""


@dataclass(frozen=True)
class Manifest:
    """What an app says of itself. Its methods raise BuildError where a value is of another type."""

    file: Path
    content: Mapping[str, Any]

    def mapping(self, *keys: str) -> dict[str, Any]:
        """The mapping at that path; empty where there is none."""
        return self._value(dict, "a mapping of keys", *keys) or {}

    def text(self, *keys: str) -> str | None:
        """The text at that path."""
        return self._value(str, "text", *keys)

    def texts(self, *keys: str) -> tuple[str, ...]:
        """The texts in the list at that path."""
        values = self._value(list, "a list", *keys) or []
        for value in values:
            if not isinstance(value, str):
                raise self._fault(keys, "a list of texts", f"{show(value)} in it")
        return tuple(values)

    def _value(self, kind: type[T], should_be: str, *keys: str) -> T | None:
        *above, last = keys
        value = (self.mapping(*above) if above else self.content).get(last)
        if value is not None and not isinstance(value, kind):
            raise self._fault(keys, should_be, show(value))
        return value

    def _fault(self, keys: tuple[str, ...], should_be: str, got: str) -> BuildError:
        return BuildError(f"{self.file}: {'.'.join(keys)}: should be {should_be}, got {got}", hint="mend the file")


def read_manifest(file: Path) -> Manifest:
    """The manifest in a file, TOML or JSON by its name. Raises BuildError."""
    return parsed_manifest(file, text_of(file), "TOML" if file.suffix == ".toml" or file.name in _TOML_FILES else "JSON")


def _toml(text: str) -> Any:
    import tomllib  # noqa: PLC0415  # it takes time to import, and many apps have no such file

    return tomllib.loads(text)


def parsed_manifest(file: Path, text: str, kind: str) -> Manifest:
    """The manifest in a text that `file` holds, which is `TOML` or `JSON`. Raises BuildError."""
    try:
        content = _toml(text) if kind == "TOML" else _json(text)
    except RecursionError as error:
        raise BuildError(f"{file}: not valid {kind}: nested too deeply", hint="mend the file") from error
    except ValueError as error:
        raise BuildError(f"{file}: not valid {kind}: {error}", hint="mend the file") from error
    if not isinstance(content, dict):
        raise BuildError(f"{file}: should be a mapping of keys, got {show(content)}", hint="mend the file")
    return Manifest(file, content)


def _json(text: str) -> Any:
    """Raises ValueError also for half of a character (a lone surrogate), which no Dockerfile can hold."""
    content = json.loads(text)
    json.dumps(content, ensure_ascii=False).encode()
    return content
