"""A package.json beside an app of another language: what the browser gets, made by Node.js at build."""

import re
from collections.abc import Mapping

from dockyard.build.detect.app import App
from dockyard.build.detect.looks import in_file, number
from dockyard.build.detect.versions import pinned

NODE = "24"
_TOOLS = {
    "pnpm-lock.yaml": ("npx --yes pnpm@10", "--dir", "install --frozen-lockfile"),
    "yarn.lock": ("npx --yes yarn@1", "--cwd", "install --frozen-lockfile"),
    "package-lock.json": ("npm", "--prefix", "ci --no-audit --no-fund"),
    "": ("npm", "--prefix", "install --no-audit --no-fund"),
}
"""Lock to the tool, its option for another folder, and how it installs."""
_CALLED = re.compile(
    r"""(?:commandLine|executable)\b[^\n]*["'](?:npm|npx|node)["']|<executable>\s*(?:npm|npx|node)\s*</executable>"""
    r"""|<Exec\b[^>]*\bCommand\s*=\s*["'][^"']*\b(?:npm|npx)\s|\.esproj["']"""
)
"""Where a script of Gradle, Maven or MSBuild runs a tool of Node.js."""


def assets(app: App, folder: str = "", *, without_build: bool = False) -> Mapping[str, str]:
    """How they are made: the `image` of Node.js, and the `commands`; empty where there is nothing to make.

    :param folder: where the package.json is, with a slash at its end.
    :param without_build: the app's own build runs what is installed, as that of Rails does.
    """
    if not app.has(f"{folder}package.json"):
        return {}
    package = app.manifest(f"{folder}package.json")
    scripts = package.content.get("scripts")
    has_build = isinstance(scripts, dict) and "build" in scripts
    if not has_build and not (without_build and package.content.get("dependencies")):
        return {}
    lock = next((name for name in _TOOLS if name and app.has(folder + name)), "")
    tool, option, install = _TOOLS[lock]
    program = f"{tool} {option} {folder.rstrip('/')}" if folder else tool
    commands = [f"{program} {install}", *([f"{program} run build"] if has_build and not without_build else [])]
    return {"image": _image(app), "commands": " && ".join(commands)}


def called(app: App, *files: str) -> Mapping[str, str]:
    """As `assets`, but without commands: the app's own build, which is in these files, runs a tool of Node.js."""
    if any(_CALLED.search(app.source(file)) for file in files):
        return {"image": _image(app), "commands": ""}
    return {}


def _image(app: App) -> str:
    version = number(
        pinned(app, "node", "nodejs")
        or in_file(app, ".nvmrc", r"(\d[\d.]*)")
        or in_file(app, ".node-version", r"(\d[\d.]*)")
    )  # fmt: skip
    return f"node:{version[0] if version else NODE}-slim"
