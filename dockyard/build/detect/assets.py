"""A package.json beside an app of another language: what the browser gets, made by Node.js at build."""

from collections.abc import Mapping

from dockyard.build.detect.app import App
from dockyard.build.detect.looks import in_file, number
from dockyard.build.detect.versions import pinned

NODE = "24"
_INSTALLERS = {
    "pnpm-lock.yaml": "npx --yes pnpm@10 install --frozen-lockfile",
    "yarn.lock": "npx --yes yarn@1 install --frozen-lockfile",
    "package-lock.json": "npm ci --no-audit --no-fund",
}
_RUNNERS = {"pnpm-lock.yaml": "npx --yes pnpm@10 run", "yarn.lock": "npx --yes yarn@1 run"}


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
    lock = next((name for name in _INSTALLERS if app.has(folder + name)), "")
    version = number(
        pinned(app, "node", "nodejs")
        or in_file(app, ".nvmrc", r"(\d[\d.]*)")
        or in_file(app, ".node-version", r"(\d[\d.]*)")
    )  # fmt: skip
    commands = [_INSTALLERS.get(lock, "npm install --no-audit --no-fund")]
    if has_build and not without_build:
        commands.append(f"{_RUNNERS.get(lock, 'npm run')} build")
    if folder:
        commands = [f"cd {folder.rstrip('/')}", *commands]
    return {"image": f"node:{version[0] if version else NODE}-slim", "commands": " && ".join(commands)}
