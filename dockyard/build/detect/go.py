"""Go apps."""

import posixpath
import re
from collections.abc import Iterator, Set
from contextlib import suppress
from itertools import dropwhile, takewhile

from dockyard.build.detect.app import App, Start, sources
from dockyard.build.detect.assets import assets
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import (
    Found,
    first_named,
    in_file,
    lets_in_env_files,
    number,
    preferred,
    program_of,
    several,
    version_of,
)
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "1.25"
"""Where the app does not say which."""
LOOKED_FOR = "go.mod, go.work, main.go"

_FRAMEWORKS = {
    "github.com/gin-gonic/gin": "gin", "github.com/labstack/echo": "echo", "github.com/gofiber/fiber": "fiber",
    "github.com/go-chi/chi": "chi", "github.com/gorilla/mux": "mux", "github.com/beego/beego": "beego",
    "github.com/gobuffalo/buffalo": "buffalo", "github.com/kataras/iris": "iris",
    "github.com/julienschmidt/httprouter": "httprouter",
}  # fmt: skip
_CGO_MODULES = ("github.com/mattn/go-sqlite3", "github.com/confluentinc/confluent-kafka-go", "github.com/h2non/bimg")
_HIDDEN = re.compile(r"(^|/)([._]|(vendor|testdata|examples|tools)(/|$))")
"""Folders whose programs are not the app."""
_MAIN = re.compile(r"^package main\b(?:.|\n)*^func main\(", re.MULTILINE)
_OUTSIDE = re.compile(r'\bflag\.String(?:Var)?\((?:&[\w.]+,\s*)?"([\w-]+)",\s*"(\.\./[^"]+)"')
"""An option of a program, and its default."""
_NEEDS_ENV = re.compile(
    r'^\t(?:if )?(?:\w+ :?= )?(?:godotenv\.(?:Load|Overload)\((?:"[^"\n]*\.env")?\)'
    r'|viper\.SetConfigFile\("\.env"\)[^{}]*?\bReadInConfig\(\))'
    r"\s*(?:;\s*|if )\w+ != nil \{[^{}]*?\b(?:Fatal\w*|panic|Exit)\(",
    re.MULTILINE,
)
"""A function that ends the program where there is no .env, whatever else is so."""
_IGNORED = re.compile(r"^//(go:build| \+build) .*\b(ignore|tools?)\b", re.MULTILINE)


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Go app: a module without any source is none."""
    found = tuple(filter(app.has, ("go.mod", "go.work", "main.go")))
    return found if next(app.files("*.go", "*/*.go", "*/*/*.go", "*/*/*/*.go"), None) else ()


def find(app: App) -> Detection:
    """A Go app. Its template needs these details:

    - `package`: the main package, as `go build` takes it; `program`: name of what is built, in the folder `bin`;
    - `cgo`: whether C is compiled too; `prepare`: what is run before `go build`; `flags` of it;
    - `assets`: what Node.js makes, as `dockyard.build.detect.assets` says.
    """
    modules = _modules(app)
    required = {path for module in modules for path in _required(app, module)}
    version, version_file = version_of(
        app, VERSION, number(pinned(app, "go", "golang")), number(in_file(app, ".go-version", r"(\d[\d.]*)")),
        *_said_by(app, "toolchain"), *_said_by(app, "go"),
    )  # fmt: skip
    said = _said(app)
    packages, package, program = _program(app, modules, said)
    start, start_file = said or ((f"bin/{program}", *_arguments(app, packages[package])), packages[package])
    made, listed = assets(app), app.has("go.mod", "go.work")
    locked = bool(app.has("go.sum", "go.work.sum", "vendor/modules.txt")) or not required
    others = packages.keys() - {package}
    listens = listening(app, "go", (file for file in _files(app) if f"./{posixpath.dirname(file)}" not in others))
    warnings = listens.warnings
    if not locked:
        warnings += (f"{app.folder} has no go.sum: without it two builds may differ; run: go mod tidy",)
    if not made:
        warnings += tuple(_not_embedded(app, others))
    warnings += tuple(_ended_without_env(app, others))
    if len(packages) > 1 and not said:
        warnings += (several(app, packages, package),)
    return Detection(
        language="go", version=version, package_manager="go" if modules else "none", start=start,
        images={"base": f"golang:{version}", "run": "debian:trixie-slim", **({"node": made["image"]} if made else {})},
        framework=first_named(_FRAMEWORKS, required), port=listens.port, warnings=warnings,
        details={
            "package": package, "program": program, "cgo": _cgo(app, required), "assets": made,
            "prepare": "" if modules else "go mod init app && go mod tidy && ", "flags": "" if locked else "-mod=mod ",
        },
        sources=sources(
            version=version_file, package_manager=listed, start=start_file, framework=listed, port=listens.file
        ),
    )  # fmt: skip


def _said(app: App) -> Start | None:
    """The start command that is given. Of `go run`, which takes Go and the source, it is what that runs, with its arguments."""
    said = app.said_start()
    if not said or said[0][0] != "go":
        return said
    run = list(dropwhile(lambda word: word.startswith("-"), said[0][2:])) if said[0][1:2] == ("run",) else []
    if not run:
        return None
    files = list(takewhile(lambda word: word.endswith(".go"), run))
    package = posixpath.normpath(posixpath.dirname(files[0]) if files else run[0])
    program = _name(app, package if package == "." else f"./{package}")
    return (f"bin/{program}", *run[len(files) or 1 :]), said[1]


def _modules(app: App) -> tuple[str, ...]:
    """Folders with a module that is built here: those of go.work, else the app's own."""
    if app.has("go.work"):
        text = re.sub(r"//.*", "", app.source("go.work"))
        used = re.findall(r"^use\s+([^\s(]+)", text, re.MULTILINE)
        used += [path for block in re.findall(r"^use\s*\(([^)]*)\)", text, re.MULTILINE) for path in block.split()]
        paths = (posixpath.normpath(path.strip('"')) for path in used)
        return tuple(path for path in paths if not path.startswith(("/", "..")))
    return (".",) if app.has("go.mod") else ()


def _required(app: App, module: str) -> Iterator[str]:
    """Paths of the modules that one asks for itself, without a version at their end."""
    file = posixpath.normpath(f"{module}/go.mod")
    if app.has(file):
        for path in re.findall(r"^(?:require)?\s+(\S+/\S+)\s+v\S+(?!.*// indirect)", app.source(file), re.MULTILINE):
            yield re.sub(r"/v\d+$", "", path)


def _said_by(app: App, directive: str) -> Iterator[Found]:
    """What go.mod or go.work says. Their `go` is the least version, so that its newest patch will do."""
    for file in ("go.mod", "go.work"):
        found = in_file(app, file, rf"^{directive}\s+(?:go)?(\d\S*)", directive)
        yield number(found, 2 if directive == "go" else 3)


def _program(app: App, modules: tuple[str, ...], said: Start | None) -> tuple[dict[str, str], str, str]:
    """Main packages with a file of each; the one to build; the name of what it makes."""
    packages = _main_packages(app, modules or (".",))
    if not packages:
        raise BuildError(
            f"no main package found in {app.folder} (looked for func main in the folder itself, cmd/* and the folders below)",
            hint="set image.build.context in service.yaml to the folder of the module, or add a Dockerfile",
        )
    names = {_name(app, package): package for package in reversed(packages)}
    ran = program_of(said)
    own = _name(app, ".")
    if ran in names:
        program = ran
    else:
        near = sorted(names, key=lambda name: (names[name].count("/"), names[name]))
        program = own if "." in packages else preferred(near, f"{own}d", f"{own}-server", own) or near[0]
    package = names[program]
    is_binary = said and said[0][0].removeprefix("./").startswith("bin/")
    return packages, package, ran if is_binary else program


def _main_packages(app: App, modules: tuple[str, ...]) -> dict[str, str]:
    """Main packages, `./cmd/web`, each with the file that has its `main`."""
    found: dict[str, str] = {}
    for module in modules:
        at = "" if module == "." else f"{module}/"
        for file in app.files(*(f"{at}{below}*.go" for below in ("", "*/", "*/*/", "cmd/*/*/", "*/cmd/*/"))):
            folder = posixpath.dirname(file)
            if file.endswith("_test.go") or _HIDDEN.search(folder) or f"./{folder}" in found:
                continue
            text = app.source(file)
            if _MAIN.search(text) and not _IGNORED.search(text):
                found[f"./{folder}" if folder else "."] = file
    return found


def _arguments(app: App, main: str) -> Iterator[str]:
    """Paths that lead out of the folder of the program by default, as they are where it is started: in the app's folder."""
    for name, path in _OUTSIDE.findall(app.source(main)):
        inside = posixpath.normpath(posixpath.join(posixpath.dirname(main), path))
        if not inside.startswith("..") and (app.folder / inside).exists():
            yield from (f"-{name}", inside)


def _name(app: App, package: str) -> str:
    """Name of a package's program: that of its folder, or its module's."""
    if package not in (".", "./src"):
        return posixpath.basename(package)
    module = in_file(app, "go.mod", r'^module\s+"?([^\s"]+)')
    name = re.sub(r"/v\d+$", "", module[0]).rsplit("/", 1)[-1] if module else "app"
    return re.sub(r"[^\w.-]", "-", name).lstrip("-") or "app"


def _not_embedded(app: App, others: Set[str]) -> Iterator[str]:
    """What is told of files that are to be in a program and are not there, as pages that something else builds.

    Not of the `others`, packages that are not built; nor of files that are compiled only where that is asked for.
    """
    for file in _files(app):
        folder, text = posixpath.dirname(file), app.source(file)
        if _HIDDEN.search(folder) or f"./{folder}" in others or re.search(r"^//(?:go:build|\s*\+build)\s", text, re.MULTILINE):
            continue
        for pattern in re.findall(r"^//go:embed[ \t]+(?:all:)?([\w./*@-]+)[ \t]*$", text, re.MULTILINE):
            path = posixpath.normpath(posixpath.join(folder, pattern))
            if "**" not in path and not path.startswith(("/", ".")) and not _is_there(app, path):
                yield f"{file} embeds {pattern}, and nothing of that is there: build it first, or give the app a Dockerfile"


def _ended_without_env(app: App, others: Set[str]) -> Iterator[str]:
    """What is told of a program, not of the `others`, that looks for a file of variables: those are no part of an image."""
    built = (file for file in _files(app) if f"./{posixpath.dirname(file)}" not in others and not _HIDDEN.search(file))
    file = next((file for file in built if _NEEDS_ENV.search(app.source(file))), None)
    if file and not lets_in_env_files(app):
        yield f"{file} may end where there is no .env, and the image has none: let it go on; env and secrets give its variables"


def _is_there(app: App, path: str) -> bool:
    with suppress(OSError):  # a name may be too long
        return next(app.folder.glob(path), None) is not None
    return False


def _cgo(app: App, required: set[str]) -> bool:
    if required & set(_CGO_MODULES):
        return True
    return any(re.search(r'^import\s+(\(\s+)?"C"', app.source(file), re.MULTILINE) for file in _files(app))


def _files(app: App) -> list[str]:
    """Sources of the app's own."""
    files = app.files("*.go", "*/*.go", "*/*/*.go", "*/*/*/*.go")
    return [file for file in files if not file.startswith("vendor/") and not file.endswith("_test.go")]
