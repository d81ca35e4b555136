"""Versions that version managers are told by files of the app."""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from dockyard.build.detect.app import App

_MISE = ("mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml")


def pinned(app: App, *tools: str) -> tuple[str, str] | None:
    """The version that .tool-versions (asdf) or mise.toml gives for one of these tools, as it is written, and the file.

    https://asdf-vm.com/manage/configuration.html, https://mise.jdx.dev/configuration.html
    """
    return next(_found(app, tools), None)


def _found(app: App, tools: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if app.has(".tool-versions"):
        for line in app.source(".tool-versions").splitlines():
            name, *versions = re.sub(r"#.*", "", line).split() or [""]
            if name in tools and versions:
                yield versions[0], ".tool-versions"
    for file in filter(app.has, _MISE):
        listed = _tools(app.source(file))
        for tool in tools:
            if version := _version(listed.get(tool)):
                yield version, file


def _tools(text: str) -> dict[str, Any]:
    """The table `tools`; empty where the file is damaged: it is not what the app is built by."""
    try:
        found = tomllib.loads(text).get("tools")
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _version(value: Any) -> str | None:
    """mise takes a version, a table with `version`, or a list of these."""
    if isinstance(value, list):
        return _version(value[0]) if value else None
    if isinstance(value, dict):
        return _version(value.get("version"))
    return str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) and value != "" else None
