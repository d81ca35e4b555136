"""Package managers: which one an app is installed by, and how, into the virtual environment /opt/venv.

A lock comes before what lists no exact versions, and a tool's own lock before a requirements.txt, which is often made from it.
"""

import re
import shlex
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dockyard.build.detect.app import App
from dockyard.build.detect.python.manifests import Manifests
from dockyard.build.detect.python.workspace import has_no_project, lines_of_members

_LOCKS = ("uv.lock", "poetry.lock", "pdm.lock", "Pipfile.lock")
_FROM_GIT = re.compile(r"""git\+|\bgit = ["']|type = "git"|"git": """)

_ALL_MEMBERS = (
    "pyproject.toml has a workspace and no project: the packages of all its members are installed; to have those of one, run "
    "dockyard eject, and give uv sync there its name by --package"
)


@dataclass(frozen=True)
class Installation:
    """How an app's dependencies are installed."""

    manager: str
    """`none` where there is nothing to install."""
    file: str | None = None
    """Where the manager was read."""
    lines: tuple[str, ...] = ()
    """Requirements that the app has itself."""
    tool: str | None = None
    """The manager's package, where it is not pip."""
    copied: tuple[str, ...] = ()
    """What is copied before the installation; `.` for all."""
    install: str | None = None
    """The command for the dependencies."""
    project: str | None = None
    """The command for the app itself, as a package."""
    with_project: bool = False
    """Whether the manager installs the app itself with all that it depends on."""
    environment: Mapping[str, str] = field(default_factory=dict)
    cache: str = "/root/.cache/pip"
    git: bool = False
    """Whether something comes from a git repository."""
    warnings: tuple[str, ...] = ()


def installation_of(app: App, manifests: Manifests) -> Installation:
    """By the manager whose files are there."""
    found = _chosen(app, manifests)
    listed = filter(None, (*_LOCKS, manifests.requirements_file))
    others = [name for name in listed if app.has(name) and name not in (found.file, *found.copied)]
    if found.file and others and "." not in found.copied:
        found = replace(found, warnings=(*found.warnings, f"{found.file} is installed from; {', '.join(others)} is not read"))
    lock = next(filter(app.has, (name for name in _LOCKS if name == found.file)), None)
    return replace(found, git=lock is not None and _FROM_GIT.search(app.source(lock)) is not None)


def _chosen(app: App, manifests: Manifests) -> Installation:
    tools = manifests.pyproject.mapping("tool")
    has_project = "project" in manifests.pyproject.content
    if app.has("uv.lock") and manifests.pyproject.content:
        return _uv(app, manifests)
    if app.has("poetry.lock") and manifests.pyproject.content:
        return _poetry(app, manifests)
    if app.has("pdm.lock") and manifests.pyproject.content:
        return _pdm(manifests)
    if app.has("Pipfile.lock"):
        return _pipenv(app, manifests)
    if manifests.requirements_file:
        return _requirements(manifests, manifests.requirements_file)
    by_poetry = (manifests.pyproject.text("build-system", "build-backend") or "").startswith("poetry.")
    if "poetry" in tools and (by_poetry or not (has_project and manifests.pyproject.texts("project", "dependencies"))):
        return _poetry(app, manifests)
    if "uv" in tools and (has_project or has_no_project(manifests)):
        return _uv(app, manifests)
    if app.has("Pipfile"):
        return _pipenv(app, manifests)
    return _plain(app, manifests)


def _uv(app: App, manifests: Manifests) -> Installation:
    """https://docs.astral.sh/uv/guides/integration/docker/"""
    tool = manifests.pyproject.mapping("tool", "uv")
    lock, frozen = app.has("uv.lock"), "--frozen " if app.has("uv.lock") else ""
    packaged = tool.get("package", "build-system" in manifests.pyproject.content) is True
    alone = has_no_project(manifests)
    local = "workspace" in tool or _has_paths(manifests.pyproject.mapping("tool", "uv", "sources").values())
    return Installation(
        "uv", lock or "pyproject.toml tool.uv", (*manifests.pyproject_lines(), *lines_of_members(manifests)), "uv",
        (".",) if local else ("pyproject.toml", *filter(None, [lock])),
        f"uv sync {frozen}--no-dev{'' if local and packaged else ' --no-install-project'}",
        f"uv sync {frozen}--no-dev --no-editable" if packaged and not local else None, packaged and not local,
        {"UV_PROJECT_ENVIRONMENT": "/opt/venv", "UV_PYTHON": "/opt/venv/bin/python", "UV_PYTHON_DOWNLOADS": "never",
         "UV_LINK_MODE": "copy", "UV_COMPILE_BYTECODE": "1"},
        "/root/.cache/uv", warnings=(*(() if lock else _unlocked("uv lock")), *((_ALL_MEMBERS,) if alone else ())),
    )  # fmt: skip


def _poetry(app: App, manifests: Manifests) -> Installation:
    """https://python-poetry.org/docs/cli/#install"""
    lock = app.has("poetry.lock")
    packages = manifests.pyproject.mapping("tool", "poetry", "dependencies").values()
    return Installation(
        "poetry", lock or "pyproject.toml tool.poetry", manifests.pyproject_lines(), "poetry",
        (".",) if _has_paths(packages) else ("pyproject.toml", *filter(None, [lock])),
        "poetry install --only main --no-root --compile", "poetry install --only-root --compile", False,
        {"POETRY_NO_INTERACTION": "1", "POETRY_CACHE_DIR": "/root/.cache/poetry"}, "/root/.cache/poetry",
        warnings=() if lock else _unlocked("poetry lock"),
    )  # fmt: skip


def _pdm(manifests: Manifests) -> Installation:
    """https://pdm-project.org/en/latest/reference/cli/#install"""
    local = any("file:" in line for line in manifests.pyproject_lines())
    return Installation(
        "pdm", "pdm.lock", manifests.pyproject_lines(), "pdm", (".",) if local else ("pyproject.toml", "pdm.lock"),
        "pdm sync --prod --no-self", "pdm sync --prod --no-editable", False,
        {"PDM_CHECK_UPDATE": "0", "PDM_CACHE_DIR": "/root/.cache/pdm", "PDM_NON_INTERACTIVE": "1"}, "/root/.cache/pdm",
    )  # fmt: skip


def _pipenv(app: App, manifests: Manifests) -> Installation:
    """https://pipenv.pypa.io/en/latest/commands.html"""
    lock, file = app.has("Pipfile.lock"), app.has("Pipfile")
    lines = manifests.pipfile_lines() if file else tuple(app.manifest("Pipfile.lock").mapping("default"))
    local = _has_paths(manifests.pipfile.mapping("packages").values())
    return Installation(
        "pipenv", lock or file, lines, "pipenv", (".",) if local else tuple(filter(None, [file, lock])),
        "pipenv sync" if lock else "pipenv install --skip-lock", None, False,
        {"PIPENV_NOSPIN": "1", "PIPENV_VERBOSITY": "-1"}, warnings=() if lock else _unlocked("pipenv lock"),
    )  # fmt: skip


def _requirements(manifests: Manifests, file: str) -> Installation:
    listed = manifests.requirements
    free = [line for line in listed.lines if "==" not in line and "@" not in line and "://" not in line]
    warnings = () if not free or listed.constrained else (
        f"{file} says no exact version of {_some(free)}: two builds may differ",
    )  # fmt: skip
    own = (manifests.pyproject_lines() or manifests.setup.requires) if listed.itself else ()
    return Installation(
        "pip", file, (*listed.lines, *own), copied=(".",) if listed.local else tuple(listed.files),
        install=f"pip install -r {shlex.quote(file)}", project="pip install --no-deps ." if manifests.is_package else None,
        warnings=warnings,
    )  # fmt: skip


def _plain(app: App, manifests: Manifests) -> Installation:
    """By pip: the app as a package, where it is one, else what it lists by name."""
    if manifests.is_package and not _is_undecided(app, manifests):
        lines = manifests.pyproject_lines() or manifests.setup.requires
        file = "pyproject.toml" if "build-system" in manifests.pyproject.content else "setup.py"
        return Installation("pip", file, lines, project="pip install .", with_project=True, warnings=_unlocked("uv lock"))
    lines, listed = manifests.pyproject_lines(), app.has("pyproject.toml")
    if not lines and manifests.inline:
        script, listed = manifests.inline
        lines = script.texts("dependencies")
    if not lines and manifests.setup.requires:
        lines, listed = manifests.setup.requires, manifests.setup.file
    if not lines:
        return Installation("none", listed)
    names = " ".join(shlex.quote(" ".join(line.split())) for line in lines)
    return Installation("pip", listed, lines, install=f"pip install {names}", warnings=_unlocked("uv lock"))


def _is_undecided(app: App, manifests: Manifests) -> bool:
    """Whether setuptools would not know what to install: it refuses several packages or modules side by side.

    https://setuptools.pypa.io/en/latest/userguide/package_discovery.html#flat-layout
    """
    tools = manifests.pyproject.mapping("tool")
    backend = manifests.pyproject.text("build-system", "build-backend") or "setuptools"
    if not backend.startswith("setuptools") or "setuptools" in tools or app.has("setup.py", "setup.cfg"):
        return False
    packages = [file for file in app.files("*/__init__.py") if not file.startswith(("tests/", "test/", "docs/", "examples/"))]
    modules = [file for file in app.files("*.py") if not file.startswith(("test_", "conftest"))]
    return not next(app.files("src/*/__init__.py"), None) and (len(packages) > 1 or (not packages and len(modules) > 1))


def _has_paths(packages: Iterable[Any]) -> bool:
    """Whether some package lies in the app's own folder."""
    return any(isinstance(value, Mapping) and ("path" in value or value.get("workspace") is True) for value in packages)


def _unlocked(command: str) -> tuple[str, ...]:
    return (f"no lock file: two builds may differ; make one by: {command}",)


def _some(lines: Iterable[str]) -> str:
    names = [match[0] for line in lines if (match := re.match(r"[\w.-]+", line))]
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
