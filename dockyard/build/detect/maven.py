"""Apps that Maven builds."""

import posixpath
from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockyard.build.detect.app import App
from dockyard.build.detect.jvm import Built, framework_of, java_of, main_class
from dockyard.build.detect.looks import Found, several
from dockyard.build.detect.markup import read_xml, text, texts

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

FILE = "pom.xml"
_WRAPPER = ".mvn/wrapper/maven-wrapper.properties"
_FAT = {"spring-boot-maven-plugin", "maven-shade-plugin", "maven-assembly-plugin", "onejar-maven-plugin", "helidon-maven-plugin"}
_RUNS = 2
"""Rank of a module with a main class, as `_program` has them."""
_PRODUCTION = ("production", "prod")
_OF_PAGES = {"vaadin-maven-plugin", "hilla-maven-plugin", "flow-maven-plugin", "frontend-maven-plugin"}
_PLUGINS = (".//build/plugins/plugin", ".//profile/build/plugins/plugin")
_VERSIONS = (
    "java.version", "maven.compiler.release", "maven.compiler.source", "maven.compiler.target", "jdk.version", "release.version",
    "kotlin.compiler.jvmTarget",
)  # fmt: skip


def built_by_maven(app: App) -> Built:
    """What its pom.xml says, and those of its modules. Raises BuildError where one is no XML."""
    root = read_xml(app, FILE)
    modules = _modules(app, root)
    folder, others = _program(app, modules)
    own = modules[folder]
    wrapper = bool(app.has("mvnw") and app.has(_WRAPPER))
    plugins = _plugins(own) | (_plugins(root) if text(own, "parent/relativePath") != "" else set())
    framework = framework_of([*_groups(own), *_groups(root)])
    kind = "quarkus" if framework == "quarkus" else "jar" if plugins & _FAT else "classes"
    repackaged = text(own, ".//plugin[artifactId='spring-boot-maven-plugin']//skip") != "true"
    if text(own, "packaging") == "war" and not ("spring-boot-maven-plugin" in plugins and repackaged):
        kind = "war"
    command = f"{'sh ./mvnw' if wrapper else 'mvn'} --batch-mode -DskipTests"
    command += f" --projects {folder.rstrip('/')} --also-make" if folder else ""
    command += f" -P{profile}" if (profile := _production(own) or _production(root)) else ""
    command += " package"
    if plugins & _FAT == {"maven-assembly-plugin"} and not text(own, ".//plugin[artifactId='maven-assembly-plugin']//goal"):
        command += " assembly:single"  # nothing else would run it
    if kind == "classes":
        command += " dependency:copy-dependencies -DincludeScope=runtime -Dmdep.useSubDirectoryPerScope=false"
    return Built(
        manager="maven", file=posixpath.join(folder, FILE), version=_version(folder, own, root), framework=framework,
        command=command,
        wrapper=wrapper, kind=kind, output=f"{folder}target/",
        main=_main(own) or (main_class(app, folder) if kind == "classes" else ""),
        warnings=(several(app, (*others, folder.rstrip("/")), folder.rstrip("/")),) if others else (),
    )  # fmt: skip


def _modules(app: App, root: "Element") -> "dict[str, Element]":
    """Folder of each module, with a slash at its end, and its pom.xml; the app's own first."""
    found, open_ = {"": root}, [""]
    while open_:
        folder = open_.pop(0)
        pom = found[folder]
        for name in [*texts(pom, "modules/module"), *texts(pom, "profiles/profile/modules/module")]:
            below = posixpath.normpath(posixpath.join(folder, name)) + "/"
            if not below.startswith(("../", "./", "/")) and below not in found and app.has(below + FILE):
                found[below] = read_xml(app, below + FILE)
                open_.append(below)
    return found


def _program(app: App, modules: "dict[str, Element]") -> tuple[str, list[str]]:
    """The module that is run, and those that may be as well: the first with a plugin that makes a program, else with a main
    class, else with code.
    """

    def rank(folder: str) -> int:
        pom = modules[folder]
        packaging = text(pom, "packaging") or "jar"
        if packaging == "pom":
            return 4
        if _plugins(pom) & {"spring-boot-maven-plugin", "quarkus-maven-plugin", "micronaut-maven-plugin"} or packaging == "war":
            return 0
        return 1 if _main(pom) else _RUNS if main_class(app, folder) else 3

    said = " ".join(start[0]) if (start := app.said_start()) else ""
    if named := next((folder for folder in modules if folder and f"{folder}target/" in said), None):
        return named, []
    ranks = {folder: rank(folder) for folder in modules}
    chosen = min(modules, key=ranks.__getitem__)
    alike = [folder.rstrip("/") for folder in modules if folder != chosen and ranks[folder] == ranks[chosen] <= _RUNS]
    return chosen, alike


def _plugins(pom: "Element") -> set[str]:
    return {name for path in _PLUGINS for name in texts(pom, f"{path}/artifactId")}


def _production(pom: "Element") -> str | None:
    """The profile that builds the pages as they are to be served, as those of Vaadin and JHipster do."""
    profiles = {text(found, "id"): found for found in pom.iterfind("profiles/profile")}
    builds = (name for name in _PRODUCTION if name in profiles and _OF_PAGES & _plugins(profiles[name]))
    return next(builds, None)


def _groups(pom: "Element") -> Iterator[str]:
    for path in ("parent", ".//dependencies/dependency", ".//build/plugins/plugin"):
        yield from texts(pom, f"{path}/groupId")


def _main(pom: "Element") -> str:
    names = ("exec.mainClass", "main.class", "mainClass", "start-class", "mainClassName")
    found = text(
        pom,
        *(f"properties/{name}" for name in names),
        ".//manifest/mainClass",
        ".//transformer/mainClass",
        ".//configuration/mainClass",
    )
    return found if found and "$" not in found else ""


def _version(folder: str, own: "Element", root: "Element") -> Found:
    for file, pom in ((posixpath.join(folder, FILE), own), (FILE, root)):
        paths = (
            *(f"properties/{name}" for name in _VERSIONS),
            *(f".//plugin/configuration/{name}" for name in ("release", "source", "target")),
        )
        for path in paths:
            said = text(pom, path)
            if found := java_of((said, f"{file} {path.rsplit('/', 1)[-1]}") if said else None):
                return found
    return None
