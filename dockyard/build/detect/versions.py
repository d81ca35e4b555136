"""Versions that tool managers pin for an app: .tool-versions of asdf, mise.toml of mise.

https://asdf-vm.com/manage/configuration.html, https://mise.jdx.dev/configuration.html
"""

import re

from dockyard.build.detect.app import App

_MISE = ("mise.toml", ".mise.toml", "mise/config.toml", ".mise/config.toml", ".config/mise.toml", ".config/mise/config.toml")


def pinned(app: App, *tools: str) -> tuple[str, str] | None:
    """The version pinned for one of these tools by any of its names, and the file; None where it has no number (`latest`)."""
    if app.has(".tool-versions"):
        for line in app.text(".tool-versions").splitlines():
            name, *versions = line.split("#", 1)[0].split() or [""]
            if name in tools and versions and _has_number(versions[0]):
                return versions[0], ".tool-versions"
    for file in filter(app.has, _MISE):
        listed = app.manifest(file).mapping("tools")
        for name in tools:
            version = listed.get(name)
            version = version[0] if isinstance(version, list) and version else version
            version = version.get("version") if isinstance(version, dict) else version
            if version is not None and _has_number(str(version)):
                return str(version), file
    return None


def _has_number(version: str) -> bool:
    return not version.startswith(("ref:", "path:")) and re.search(r"\d", version) is not None
