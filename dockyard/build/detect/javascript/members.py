"""Which package of a workspace is the app."""

from dockyard.build.detect.javascript.nx import nx_apps
from dockyard.build.detect.javascript.package import FILE
from dockyard.build.detect.javascript.site import Site
from dockyard.build.detect.javascript.start import Started, as_said, missing, started
from dockyard.build.detect.javascript.workspace import Workspace
from dockyard.errors import BuildError

_USUAL = ("web", "app", "site", "www", "frontend", "client", "server", "api", "backend")
"""Names of folders, the one that people open first."""


def chosen(workspace: Workspace, warnings: list[str]) -> Started:
    """How the app is started: by the root, else by the one member that can be. Raises BuildError where nothing tells."""
    root = Site(workspace.app, workspace, workspace.root)
    if found := as_said(root):
        return found
    members = [Site(workspace.app, workspace, member) for member in workspace.members.values()]
    able = [found for member in members if "e2e" not in member.folder and (found := started(member, strict=True))]
    able = able or nx_apps(root)
    if not able:
        if found := started(root):
            return found
        raise BuildError(
            f"no start command found in {workspace.app.folder} (looked for {missing(root)})",
            hint=_below(workspace)
            or 'add "scripts": {"start": "node server.js"} to package.json, or image: {build: {start: …}} to service.yaml',
        )
    best = min(able, key=_rank)
    if len(able) > 1:
        names = [_folder(found) for found in able]
        warnings.append(
            f"apps of this workspace are {', '.join(names)}: took {_folder(best)}; for another set image.build.start in "
            f'service.yaml, as in "npm start -w {next(name for name in names if name != _folder(best))}"'
        )
    return best


def _below(workspace: Workspace) -> str:
    """What to do where folders that are not of the workspace have packages."""
    folders = [file.rsplit("/", 1)[0] for file in workspace.app.files(f"*/{FILE}") if not file.startswith("node_modules")]
    told = "set in service.yaml image: {build: {context: …}} to one of them, with a service for each"
    return f"packages are in {', '.join(folders)}: {told}" if folders else ""


def _folder(found: Started) -> str:
    """Of the app."""
    return found.folder or found.site.folder


def _rank(found: Started) -> tuple[bool, int, str]:
    folder = _folder(found)
    name = folder.rsplit("/", 1)[-1]
    return not folder.startswith("apps/"), _USUAL.index(name) if name in _USUAL else len(_USUAL), folder
