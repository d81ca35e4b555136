"""Versions that an app pins in files which several languages share: mise.toml and .tool-versions.

https://mise.jdx.dev/configuration.html, https://asdf-vm.com/manage/configuration.html
"""

import re
from typing import Any

from dockyard.build.detect.app import App

_MISE = ("mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml", ".config/mise/config.toml")
_ASDF = ".tool-versions"
_NO_VERSION = ("path:", "ref:", "prefix:", "sub-")


def pinned(app: App, *tools: str) -> tuple[str, str] | None:
    """The version of the first of these tools that is pinned, as it is written there, and the file. Raises BuildError."""
    for file in filter(app.has, _MISE):
        found = app.manifest(file).mapping("tools")
        if version := next((text for tool in tools if (text := _mise_version(found.get(tool)))), None):
            return version, file
    if app.has(_ASDF):
        lines = [line.partition("#")[0].split() for line in app.text(_ASDF).splitlines()]
        listed = {words[0]: words[1] for words in lines if len(words) > 1}
        if version := next((text for tool in tools if (text := _version(listed.get(tool)))), None):
            return version, _ASDF
    return None


def _mise_version(value: Any) -> str | None:
    """A version, a list of which the first counts, or a table with `version`."""
    if isinstance(value, list):
        value = value[0] if value else None
    if isinstance(value, dict):
        value = value.get("version")
    return _version(value)


def _version(value: Any) -> str | None:
    text = str(value) if isinstance(value, str | int | float) and not isinstance(value, bool) else ""
    numbered = re.search(r"\d", text) or text.startswith("lts")  # not `latest`, `system`, `stable`
    return text if numbered and not text.startswith(_NO_VERSION) else None
