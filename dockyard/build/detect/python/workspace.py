"""Packages of uv that lie in the app's own folder: members of its workspace, and those that it names by path."""

import fnmatch
import posixpath
import re
from collections.abc import Iterator

from dockyard.build.detect.manifest import Manifest
from dockyard.build.detect.python.dependencies import dependencies_of, normalized
from dockyard.build.detect.python.manifests import Manifests

_ODD = re.compile(r"\*\*[^/]|[^/]\*\*|\0")
"""What is no pattern of paths."""


def has_no_project(manifests: Manifests) -> bool:
    """Whether the root is a workspace alone: uv installs all of its members then.

    https://docs.astral.sh/uv/concepts/projects/workspaces/#workspace-roots
    """
    return "project" not in manifests.pyproject.content and "workspace" in manifests.pyproject.mapping("tool", "uv")


def lines_of_members(manifests: Manifests) -> tuple[str, ...]:
    """Requirements of the members that are installed: those that the app needs, or all where the root is none."""
    members = {normalized(manifest.text("project", "name") or ""): manifest for manifest in _members(manifests)}
    left = list(members) if has_no_project(manifests) else list(dependencies_of(manifests.pyproject_lines()).lines)
    found: dict[str, tuple[str, ...]] = {}
    while left:
        name = left.pop()
        if name in members and name not in found:
            found[name] = tuple(members[name].texts("project", "dependencies"))
            left += dependencies_of(found[name]).lines
    return tuple(line for name in members for line in found.get(name, ()))


def folders_of_members(manifests: Manifests) -> tuple[str, ...]:
    """Folders of the members, relative to the app's."""
    return tuple(manifest.file.parent.relative_to(manifests.app.folder).as_posix() for manifest in _members(manifests))


def _members(manifests: Manifests) -> Iterator[Manifest]:
    app, pyproject = manifests.app, manifests.pyproject
    sources = pyproject.mapping("tool", "uv", "sources").values()
    paths = (value["path"] for value in sources if isinstance(value, dict) and isinstance(value.get("path"), str))
    patterns = (posixpath.normpath(path) for path in (*pyproject.texts("tool", "uv", "workspace", "members"), *paths))
    inside = [path for path in patterns if path != "." and not path.startswith(("/", "..")) and not _ODD.search(path)]
    excluded = pyproject.texts("tool", "uv", "workspace", "exclude")
    for file in app.files(*(f"{path}/pyproject.toml" for path in inside)):
        if not any(fnmatch.fnmatchcase(posixpath.dirname(file), pattern.rstrip("/")) for pattern in excluded):
            yield app.manifest(file)
