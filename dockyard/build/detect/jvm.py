"""What Maven and Gradle have in common: frameworks by their groups, the class with `main`, the images of a version."""

import posixpath
import re
from collections.abc import Iterable
from dataclasses import dataclass

from dockyard.build.detect.app import App
from dockyard.build.detect.looks import Found, in_file, number, preferred
from dockyard.build.detect.versions import pinned

FRAMEWORKS = {
    "org.springframework.boot": "spring-boot", "io.quarkus": "quarkus", "io.micronaut": "micronaut",
    "io.dropwizard": "dropwizard",
    "io.ktor": "ktor", "io.helidon": "helidon", "io.vertx": "vertx", "io.javalin": "javalin", "com.sparkjava": "spark",
    "org.http4k": "http4k", "com.linecorp.armeria": "armeria", "io.ratpack": "ratpack", "org.eclipse.jetty": "jetty",
    "org.takes": "takes", "com.typesafe.akka": "akka",
}  # fmt: skip
"""Group of a dependency or plugin to framework, in order of rank."""
_LONG_TERM = (8, 11, 17, 21, 25)


@dataclass(frozen=True)
class Built:
    """What a build tool makes of an app."""

    manager: str
    file: str
    version: Found
    framework: str | None
    command: str
    wrapper: bool
    kind: str
    """`jar`: one with all in it; `classes`: jars in `lib`, and a main class; `quarkus`: a folder with a jar to run; `war`."""
    output: str
    """The folder with what was made, with a slash at its end."""
    main: str = ""
    newest: int | None = None
    """The newest Java that the build tool itself runs on; None where that is no question."""
    least: int = 0
    """The oldest one."""
    warnings: tuple[str, ...] = ()
    """Of the build: several programs, what is not brought along."""


def framework_of(groups: Iterable[str]) -> str | None:
    """The framework of the first group that is there, or begins with one."""
    there = list(groups)
    return next((name for group, name in FRAMEWORKS.items() if any(f"{found}.".startswith(f"{group}.") for found in there)), None)


def java_of(found: Found) -> Found:
    """The feature release in a version: `1.8.0_402` and `8` are 8, `temurin-21.0.2` is 21."""
    release = number(found, 2)
    return (release[0].removeprefix("1.").split(".")[0], release[1]) if release else None


def said_java(app: App) -> tuple[Found, ...]:
    """What files beside the build tool's say."""
    return (
        java_of(in_file(app, "system.properties", r"^\s*java\.runtime\.version\s*[=:]\s*(\S+)")),
        java_of(in_file(app, ".java-version", r"^\s*(\S*\d\S*)")),
        java_of(in_file(app, ".sdkmanrc", r"^\s*java\s*=\s*(\S+)")),
        java_of(pinned(app, "java")),
    )


def supported(version: str) -> str:
    """The release whose image there is: a version before 17 that had no long support is built by the next one that has."""
    if not version.isdigit() or int(version) >= 17:
        return version
    return str(next(release for release in _LONG_TERM if release >= int(version)))


def tomcat_of(app: App, built: Built, java: str) -> str:
    """The release of Tomcat that a web archive is written for: before 10 its servlets are of `javax`, since then of `jakarta`.

    https://tomcat.apache.org/whichversion.html
    """
    text = app.source(built.file)
    boot = re.search(
        r"spring-boot-(?:starter-parent|dependencies)</artifactId>\s*<version>(\d+)|springframework\.boot\W+version\W+(\d+)", text
    )
    if boot:
        return {"1": "9.0", "2": "9.0", "3": "10.1"}.get(boot[1] or boot[2], "11.0")
    sources = (app.source(file) for file in app.files(f"{built.output.split('target/')[0].split('build/')[0]}src/main/**/*.java"))
    old = r"\bjavax\.servlet\b|\bjavaee-(?:web-)?api\b"
    is_old = re.search(old, text) or any(re.search(old, source) for source in sources)
    return "9.0" if is_old or (java.isdigit() and int(java) < 11) else "10.1"


def beyond_tomcat(app: App, built: Built) -> tuple[str, ...]:
    """What is told of a web archive that has its server bring along what Tomcat has not: CDI, REST, EJB, Faces."""
    provided = re.search(
        r"[>.](?:cdi|rs|ejb|faces|inject|jakartaee|javaee|jakartaee-web|javaee-web|microprofile)(?:-api)?</artifactId>"
        r"(?:(?!</?dependency>).){0,500}<scope>provided|(?:liberty|wildfly|payara-micro|jboss-as)-maven-plugin"
        r"|(?:providedCompile|compileOnly)\W+[\w.:-]*(?:jakartaee|javaee|cdi-api|rs-api|ejb-api|microprofile)",
        app.source(built.file), re.DOTALL,
    )  # fmt: skip
    at = built.output.split("target/")[0].split("build/")[0]
    needs = re.compile(r"^import (?:javax|jakarta)\.(enterprise|inject|ws\.rs|ejb|faces)\b", re.MULTILINE)
    used = (needs.search(app.source(file)) for file in app.files(f"{at}src/main/**/*.java", f"{at}src/main/**/*.kt"))
    brought = re.search(
        r"org\.glassfish\.jersey|resteasy|weld-servlet|openwebbeans|org\.apache\.cxf|tomee", app.source(built.file)
    )
    found = next(filter(None, used), None) if built.kind == "war" and provided and not brought else None
    if found is None:
        return ()
    return (
        f"its sources import {found[0].removeprefix('import ')}, which {built.file} leaves to the server, and Tomcat has not: "
        "give the app a Dockerfile with a server that has it, as WildFly, Open Liberty or Payara",
    )


def main_class(app: App, folder: str) -> str:
    """Name of the class with `main` below a folder, with a slash at its end; empty where there is none."""
    found: dict[str, str] = {}
    for file in app.files(
        f"{folder}src/main/**/*.java", f"{folder}src/main/**/*.kt", f"{folder}src/*.java", f"{folder}src/*.kt", f"{folder}*.java"
    ):
        text = app.source(file)
        simple = posixpath.splitext(posixpath.basename(file))[0]
        if re.search(r"\bstatic\s+(?:final\s+)?void\s+main\s*\(", text):
            name = simple
        elif file.endswith(".kt") and re.search(r"^(?:suspend )?fun main\s*\(", text, re.MULTILINE):
            said = re.search(r'@file:JvmName\("(\w+)"\)', text)
            name = said[1] if said else simple[:1].upper() + simple[1:] + "Kt"
        else:
            continue
        package = re.search(r"^\s*package\s+([\w.]+)", text, re.MULTILINE)
        found[name] = f"{package[1]}.{name}" if package else name
    usual = preferred(found, "Main", "App", "Application", "Server", "MainKt", "AppKt", "ApplicationKt")
    return found[usual] if usual else ""
