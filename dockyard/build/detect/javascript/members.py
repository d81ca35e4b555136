"""Which package of a workspace is the app."""

from dockyard.build.detect.javascript.site import Site
from dockyard.build.detect.javascript.start import Started, missing, started
from dockyard.build.detect.javascript.workspace import Workspace
from dockyard.errors import BuildError

_USUAL = ("web", "app", "site", "www", "frontend", "client", "server", "api", "backend")
"""Names of folders, the one that people open first."""


def chosen(workspace: Workspace, warnings: list[str]) -> Started:
    """How the app is started: by the root, else by the one member that can be. Raises BuildError where nothing tells."""
    root = Site(workspace.app, workspace, workspace.root)
    found = started(root, strict=bool(workspace.members))
    if found:
        return found
    members = [Site(workspace.app, workspace, member) for member in workspace.members.values()]
    able = [found for member in members if "e2e" not in member.folder and (found := started(member, strict=True))]
    if not able:
        found = started(root)
        if found:
            return found
        raise BuildError(
            f"no start command found in {workspace.app.folder} (looked for {missing(root)})",
            hint='add "scripts": {"start": "node server.js"} to package.json, or image: {build: {start: …}} to service.yaml',
        )
    best = min(able, key=_rank)
    if len(able) > 1:
        folders = ", ".join(found.site.folder for found in able)
        warnings.append(
            f"apps of this workspace are {folders}: took {best.site.folder}; for another set image.build.start in service.yaml, "
            f'as in "npm start -w {next(found.site.folder for found in able if found is not best)}"'
        )
    return best


def _rank(found: Started) -> tuple[bool, int, str]:
    folder = found.site.folder
    name = folder.rsplit("/", 1)[-1]
    return not folder.startswith("apps/"), _USUAL.index(name) if name in _USUAL else len(_USUAL), folder
