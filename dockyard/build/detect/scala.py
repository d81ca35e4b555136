"""Scala apps that sbt builds."""

import re
from collections.abc import Iterator

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.jvm import said_java
from dockyard.build.detect.looks import Found, in_file, version_of

VERSION = "21"
"""Of Java, where the app does not say which."""
LOOKED_FOR = "build.sbt"
LEFT_OUT = ("target", "project/target", "project/project")

LAUNCHER = "https://repo1.maven.org/maven2/org/scala-sbt/sbt-launch/1.11.7/sbt-launch-1.11.7.jar"
"""What fetches the sbt that project/build.properties names: there is no official image with sbt."""
_FRAMEWORKS = {"PlayScala": "play", "PlayJava": "play", "PlayService": "play", "http4s": "http4s", "akka-http": "akka",
"pekko-http": "pekko", "zio-http": "zio-http", "cask": "cask"}  # fmt: skip


_NEWEST_JAVA = (((1, 9), "21"), ((1, 6), "17"), ((1, 0), "11"), ((0, 0), "8"))
"""Release of sbt, and the newest Java that it runs on."""


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Scala app."""
    return ("build.sbt",) if app.has("build.sbt") else ()


def find(app: App) -> Detection:
    """A Scala app. Its template needs these details: `task`, which builds it; `launcher`, of sbt; `kept`, what is run."""
    text = app.source("build.sbt") if app.has("build.sbt") else ""
    plugins = "".join(app.source(file) for file in app.files("project/*.sbt"))
    sbt = in_file(app, "project/build.properties", r"^\s*sbt\.version\s*=\s*(\S+)")
    version, version_file = version_of(app, VERSION, *said_java(app), _fitting(sbt))
    framework = next((name for mark, name in _FRAMEWORKS.items() if re.search(rf"\b{re.escape(mark)}\b", text)), None)
    staged = framework == "play" or "sbt-native-packager" in plugins or "JavaAppPackaging" in text
    script = re.search(r"^\s*(?:\w+\s*/\s*)?executableScriptName\s*:=\s*\"([^\"]+)\"", text, re.MULTILINE)
    found = re.search(r"^\s*name\s*:=\s*\"+([^\"]+)\"", text, re.MULTILINE) or re.search(r"\bname\s*:=\s*\"+([^\"]+)\"", text)
    name = script[1] if script else re.sub(r"\W+", "-", found[1]).lower() if found else "app"
    own = ("java", "-jar", "app.jar")
    if staged:
        own = (f"bin/{name}", *((f"-Dhttp.port={app.port}", "-Dpidfile.path=/dev/null") if framework == "play" else ()))
    said = app.said_start()
    start, start_file = said or (own, "build.sbt")
    return Detection(
        language="scala", version=version, package_manager="sbt", start=start, framework=framework, port=app.port,
        images={"base": f"eclipse-temurin:{version}-jdk", "run": f"eclipse-temurin:{version}-jre"},
        details={"task": "stage" if staged else "assembly", "launcher": LAUNCHER,
        "target": bool(said and "target/" in " ".join(said[0]))},
        sources=sources(
            version=version_file, package_manager=sbt[1] if sbt else "build.sbt", start=start_file, framework="build.sbt"
        ),
        warnings=tuple(_warnings(app, framework, plugins, staged=staged)),
    )  # fmt: skip


def _warnings(app: App, framework: str | None, plugins: str, *, staged: bool) -> Iterator[str]:
    if not staged and "sbt-assembly" not in plugins:
        yield "project/*.sbt has neither sbt-native-packager nor sbt-assembly to make what is run"
    if framework == "play" and not in_file(app, "conf/application.conf", r"(secret(\.key)?\s*[={])"):
        yield (
            "Play needs play.http.secret.key where it runs: write ${?APPLICATION_SECRET} for it into conf/application.conf, and "
            "give that under secrets in service.yaml"
        )


def _fitting(sbt: Found) -> Found:
    """The newest Java of an sbt that does not run on the default."""
    release = re.match(r"(\d+)\.(\d+)", sbt[0]) if sbt else None
    if not sbt or not release:
        return None
    java = next(java for least, java in _NEWEST_JAVA if (int(release[1]), int(release[2])) >= least)
    return (java, f"{sbt[1]} sbt.version") if java != VERSION else None
