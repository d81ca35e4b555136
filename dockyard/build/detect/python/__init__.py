"""Python apps."""

from collections.abc import Iterator

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.python.claim import LOOKED_FOR, marks
from dockyard.build.detect.python.dependencies import Dependencies, dependencies_of
from dockyard.build.detect.python.django import Django, django_of
from dockyard.build.detect.python.frameworks import FRAMEWORKS, STOPPED_BY_SIGTERM
from dockyard.build.detect.python.launch import Launch
from dockyard.build.detect.python.layout import Layout
from dockyard.build.detect.python.leftovers import LEFT_OUT, packed
from dockyard.build.detect.python.locked import is_locked
from dockyard.build.detect.python.managers import installation_of
from dockyard.build.detect.python.manifests import Manifests
from dockyard.build.detect.python.pins import PINNED, pin
from dockyard.build.detect.python.search import Search
from dockyard.build.detect.python.system import system_of
from dockyard.build.detect.python.version import fitting, told_of, version_of
from dockyard.errors import BuildError

__all__ = ["LEFT_OUT", "LOOKED_FOR", "find", "marks"]


def find(app: App) -> Detection:
    """A Python app. Its template needs these details:

    - `tool`: the package manager with its version, for the build stage alone; None for pip, which the base has;
    - `environment`: what tells the package manager what to do, and `cache`, its folder of downloads;
    - `copied`, `install`: what is copied before the dependencies are installed, and the command; `project`: the command that
      installs the app itself, None where it is started from its source. The last of them brings a server that the app lacks;
    - `system`: Debian packages to build with (`build`) and to run with (`run`);
    - `variables`: environment of the app, `PYTHONPATH` among them;
    - `stop_signal`: where SIGTERM would not end it.
    """
    manifests = Manifests(app)
    version, version_file = version_of(app, manifests)
    installation = installation_of(app, manifests)
    dependencies = dependencies_of(installation.lines)
    if "reflex" in dependencies and app.has("rxconfig.py") and not app.said_start():
        raise BuildError(
            f"the app in {app.folder} is one of Reflex, which listens on two ports, and builds its pages by Node.js",
            hint="add a Dockerfile: https://reflex.dev/docs/hosting/self-hosting/",
        )
    if version_file is None and (older := fitting(dependencies.lines.get("django", ""))):
        version, version_file = older, f"{installation.file} django"
    django = django_of(app)
    launch = Search(app, manifests, dependencies, django, Layout(app)).launch()
    port = app.wishes.port or launch.port or app.port
    collect = django.collectstatic if django else None
    missing = launch.server if launch.server and launch.server not in dependencies and launch.server in PINNED else None
    if missing and installation.manager == "uv" and is_locked(app, missing):
        missing = None
    project = installation.project if installation.with_project or launch.installed else None
    install, project = _with_server(installation.install, project, pin(missing, version) if missing else None)
    path = {"PYTHONPATH": f"/app/{launch.path}"} if launch.path else {}
    return Detection(
        language="python", version=version, package_manager=installation.manager, start=launch.command,
        images={"base": f"python:{version}-slim"}, framework=launch.framework, port=port, build=(collect,) if collect else (),
        details={
            "tool": pin(installation.tool, version) if installation.tool else None, "environment": installation.environment,
            "cache": installation.cache, "copied": installation.copied, "install": install, "project": project,
            "system": system_of(dependencies, git=installation.git, gis=django is not None and django.gis),
            "variables": {**path, **launch.variables}, "stop_signal": _stop_signal(app, launch),
        },
        sources=sources(
            version=version_file, package_manager=installation.file, start=launch.file, framework=launch.framework_file,
            build=django.settings_file if collect and django else None,
            port="service.yaml" if app.wishes.port else launch.file if launch.port else None,
        ),
        left_out=packed(app, manifests, launch.command),
        warnings=(
            *told_of(version), *installation.warnings, *launch.warnings, *_told(app, launch, dependencies, missing, django),
        ),
    )  # fmt: skip


def _with_server(install: str | None, project: str | None, server: str | None) -> tuple[str | None, str | None]:
    """Both commands, with the server behind all else: `uv sync` takes away what is not in its lock."""
    if server is None:
        return install, project
    if project:
        return install, f"{project} && pip install {server}"
    return " && ".join(filter(None, [install, f"pip install {server}"])), None


def _stop_signal(app: App, launch: Launch) -> str | None:
    """SIGINT, on which Python ends, for what does not handle SIGTERM: as the first process of a container it would go on.

    https://docs.aws.amazon.com/AmazonECS/latest/APIReference/API_StopTask.html
    """
    if launch.server in STOPPED_BY_SIGTERM or launch.framework == "sanic" or launch.command[0] in ("sh", "celery"):
        return None
    modules = [word for word in (*launch.command, launch.file) if word.endswith(".py") and app.has(word)]
    return None if any("SIGTERM" in app.source(module) for module in modules) else "SIGINT"


def _told(app: App, launch: Launch, dependencies: Dependencies, missing: str | None, django: Django | None) -> Iterator[str]:
    """What a user should know of how it is started."""
    framework = FRAMEWORKS.get(launch.framework or "")
    package = framework.package or framework.name if framework else None
    if missing:
        yield f"no server is among the dependencies: {missing} is installed beside them; add it, so that you choose its version"
    if package and launch.framework_file != "dependencies" and package not in dependencies and dependencies.lines:
        yield f"{launch.framework_file or launch.file} uses {package}, which is not among the dependencies"
    if launch.port and app.wishes.port and launch.port != app.wishes.port:
        yield (
            f"{launch.file} has port {launch.port} written out, and port is {app.wishes.port}: "
            f"take it from PORT, or set port: {launch.port}"
        )
    if django and django.collectstatic and "whitenoise" not in dependencies:
        yield "static files are collected, and nothing here serves them: add whitenoise, or serve them from elsewhere"
    if (conda := app.has("environment.yml", "environment.yaml", "pixi.toml")) and not dependencies.lines:
        yield f"{conda} is for conda, which is not used here: list the packages in a requirements.txt or pyproject.toml"
    if app.has("package.json") and "build" in app.manifest("package.json").mapping("scripts"):
        yield "package.json has a build script, which is not run: commit what it makes, or add a Dockerfile"
