"""Apps for .NET, in C#, F# or Visual Basic."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.assets import called
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import number, preferred, program_of, several, version_of
from dockyard.build.detect.markup import read_xml, text, texts
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

VERSION = "9.0"
"""Where the app does not say which."""
LOOKED_FOR = "*.csproj, *.fsproj, *.vbproj, *.sln"
LEFT_OUT = ("**/bin", "**/obj")

_PROJECTS, _SOLUTIONS = ("*.csproj", "*.fsproj", "*.vbproj"), ("*.sln", "*.slnx")
_DEPLOYMENT = ".deployment"
_NATIVE = ("PublishAot", "PublishSingleFile")
_REGISTRY = "mcr.microsoft.com/dotnet"
_NEXT = {"2.0": "2.1", "3.0": "3.1"}
"""Releases that there are no images of, and those that run their apps."""
_ELSEWHERE = {"2.2": f"{_REGISTRY}/core"}
"""A release whose images are still where those of .NET Core were."""


@dataclass(frozen=True)
class _Project:
    file: str
    root: "Element"

    @property
    def sdk(self) -> str:
        return self.root.get("Sdk") or next((found.get("Name", "") for found in self.root.iterfind("Sdk")), "")

    def says(self, name: str) -> bool:
        """Whether that property is true."""
        return (text(self.root, f".//{name}") or "").lower() == "true"

    @property
    def is_web(self) -> bool:
        framework = (found.get("Include") for found in self.root.iterfind(".//FrameworkReference"))
        return "Sdk.Web" in self.sdk or "Microsoft.AspNetCore.App" in framework

    @property
    def is_host(self) -> bool:
        """Whether it is Aspire's, which starts the others on a developer's machine."""
        sdks = (self.root.get("Sdk") or "", *(found.get("Name", "") for found in self.root.iterfind("Sdk")))
        return any(sdk.startswith("Aspire.AppHost") for sdk in sdks) or self.says("IsAspireHost")

    @property
    def is_test(self) -> bool:
        packages = {found.get("Include") for found in self.root.iterfind(".//PackageReference")}
        said = self.says("IsTestProject") or self.sdk.startswith("MSTest.Sdk")
        return said or "Microsoft.NET.Test.Sdk" in packages or re.search(r"tests?$", self.name, re.IGNORECASE) is not None

    @property
    def is_program(self) -> bool:
        runs = (text(self.root, ".//OutputType") or "").lower() in ("exe", "winexe")
        return not self.is_test and not self.is_host and (self.is_web or runs or "Sdk.Worker" in self.sdk)

    @property
    def name(self) -> str:
        return posixpath.splitext(posixpath.basename(self.file))[0]

    @property
    def assembly(self) -> str:
        said = text(self.root, ".//AssemblyName")
        return said if said and "$" not in said else self.name


def marks(app: App) -> tuple[str, ...]:
    """Files that make it an app for .NET."""
    found = tuple(app.files(*_PROJECTS, *_SOLUTIONS))
    if deployed := _deployed(app):
        return _DEPLOYMENT, deployed
    if found or not app.has("global.json", "Directory.Build.props"):
        return found
    return tuple(app.files(*(f"*/{name}" for name in _PROJECTS)))


def find(app: App) -> Detection:
    """An app for .NET. Its template needs these details:

    - `project`: the file that is published; `locked`: whether packages.lock.json says what is restored;
    - `env`: what the web server takes its port from; `assets`: that the build calls npm;
    - `flags`: what turns off that a program of the processor is made, which dotnet does not run.
    """
    project, others = _project(app)
    version, version_file = version_of(
        app, VERSION, _target(app, project), number(_sdk(app), 2), number(pinned(app, "dotnet", "dotnet-core", "dotnet-sdk"), 2)
    )
    version = version if app.wishes.version else _NEXT.get(version, version)
    registry = _ELSEWHERE.get(version, _REGISTRY)
    said = app.said_start()
    own = ("dotnet", f"{project.assembly}.dll")
    if said and said[1] == "Procfile" and re.search(rf"(^|[\s/]){re.escape(project.assembly)}(\.dll|\s|$)", " ".join(said[0])):
        said = own, "Procfile"  # where a Procfile looks for it is where Heroku publishes it
    start, start_file = said or (own, project.file)
    major = int(re.match(r"\d*", version)[0] or 0)  # type: ignore[index]
    at = posixpath.dirname(project.file)
    names = (*(f"Program.{end}" for end in ("cs", "fs", "vb")), "appsettings.json")
    address = listening(app, "dotnet", app.files(*(posixpath.join(at, name) for name in names)))
    listens = {"ASPNETCORE_HTTP_PORTS": str(app.port)} if major >= 8 else {"ASPNETCORE_URLS": f"http://+:{app.port}"}
    made = called(app, project.file, *filter(app.has, ("Directory.Build.targets",)))
    lock = app.has(posixpath.join(posixpath.dirname(project.file), "packages.lock.json"))
    framework = "blazor" if "BlazorWebAssembly" in project.sdk else "aspnetcore" if project.is_web else None
    return Detection(
        language="dotnet", version=version, package_manager="nuget", start=start, framework=framework, port=address.port,
        images={
            "base": f"{registry}/sdk:{_sdk_tag(app, version)}",
            "run": f"{registry}/{'aspnet' if project.is_web else 'runtime'}:{version}",
            **({"node": made["image"]} if made else {}),
        },
        details={
            "project": project.file, "locked": bool(lock), "env": listens if project.is_web else {}, "assets": made,
            "flags": "".join(f" -p:{name}=false" for name in _NATIVE if project.says(name)),
        },
        sources=sources(
            version=version_file, package_manager=lock or project.file, start=start_file, framework=project.file,
            port=address.file,
        ),
        warnings=(*_told(app, project, others if said is None else []), *address.warnings),
    )  # fmt: skip


def _told(app: App, project: _Project, others: list[str]) -> Iterator[str]:
    if others:
        yield several(app, sorted((project.file, *others)), project.file)


def _project(app: App) -> tuple[_Project, list[str]]:
    """The project that is run: one of a web server first; and the files of those that may be it as well."""
    found = [_Project(file, read_xml(app, file)) for file in dict.fromkeys(_files(app))]
    programs = [project for project in found if project.is_program] or [project for project in found if not project.is_test]
    web = [project for project in programs if project.is_web] or programs
    names = {project.name: project for project in sorted(web, key=lambda project: project.file.count("/"))}
    chosen = preferred(names, program_of(app.said_start()), *(posixpath.splitext(file)[0] for file in app.files(*_SOLUTIONS)))
    if chosen is None:
        raise BuildError(
            f"no project found in {app.folder} (looked for {LOOKED_FOR} here, and for projects in the folders below)",
            hint="set image.build.context in service.yaml to the folder of the project, or add a Dockerfile",
        )
    return names[chosen], [project.file for name, project in names.items() if name != chosen]


def _deployed(app: App) -> str | None:
    """The project that Azure and Cloud Foundry are told of in `.deployment`."""
    match = (
        re.search(r"^\s*project\s*=\s*(\S+\.(?:cs|fs|vb)proj)\s*$", app.text(_DEPLOYMENT), re.MULTILINE)
        if app.has(_DEPLOYMENT)
        else None
    )
    path = posixpath.normpath(match[1].replace("\\", "/")) if match else ""
    return path if path and not path.startswith(("/", "..")) and app.has(path) else None


def _files(app: App) -> Iterator[str]:
    """Project files: those of the folder itself, those of its solutions, else those below."""
    if deployed := _deployed(app):
        yield deployed
        return
    found = list(app.files(*_PROJECTS))
    for solution in app.files(*_SOLUTIONS):
        paths = re.findall(r'"([^"\n]+\.(?:cs|fs|vb)proj)"', app.source(solution))
        found += [path for name in paths if (path := posixpath.normpath(name.replace("\\", "/"))) and app.has(path)]
    below = (app.files(*(f"{depth}{name}" for name in _PROJECTS)) for depth in ("*/", "*/*/", "*/*/*/"))
    yield from found or chain.from_iterable(below)


def _target(app: App, project: _Project) -> tuple[str, str] | None:
    """The newest framework that the project is built for, or all projects are."""
    candidates = [(project.file, project.root)]
    candidates += [(file, read_xml(app, file)) for file in filter(app.has, ("Directory.Build.props",))]
    for file, root in candidates:
        said = " ".join(chain(texts(root, ".//TargetFramework"), texts(root, ".//TargetFrameworks")))
        if versions := re.findall(r"\bnet(?:coreapp)?(\d+\.\d+)", said):
            return max(versions, key=lambda version: [int(part) for part in version.split(".")]), f"{file} TargetFramework"
    return None


def _sdk(app: App) -> tuple[str, str] | None:
    version = app.manifest("global.json").text("sdk", "version") if app.has("global.json") else None
    return (version, "global.json") if version else None


def _sdk_tag(app: App, version: str) -> str:
    """The SDK that global.json wants: just that one, unless it lets a newer one take its place."""
    wanted = _sdk(app)
    if wanted is None or app.wishes.version:
        return version
    if str(app.manifest("global.json").mapping("sdk").get("rollForward", "latestPatch")) in ("disable", "patch", "latestPatch"):
        return wanted[0]
    both = (found.split(".")[:2] for found in (wanted[0], version))
    return ".".join(max(both, key=lambda parts: [int(part) for part in parts if part.isdigit()]))
