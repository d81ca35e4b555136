"""Scala apps that sbt builds."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.jvm import said_java
from dockyard.build.detect.looks import in_file, version_of

VERSION = "21"
"""Of Java, where the app does not say which."""
LOOKED_FOR = "build.sbt"
LEFT_OUT = ("target", "project/target", "project/project")

LAUNCHER = "https://repo1.maven.org/maven2/org/scala-sbt/sbt-launch/1.11.7/sbt-launch-1.11.7.jar"
"""What fetches the sbt that project/build.properties names: there is no official image with sbt."""
_FRAMEWORKS = {"PlayScala": "play", "PlayJava": "play", "PlayService": "play", "http4s": "http4s", "akka-http": "akka",
"pekko-http": "pekko", "zio-http": "zio-http", "cask": "cask"}  # fmt: skip


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Scala app."""
    return ("build.sbt",) if app.has("build.sbt") else ()


def find(app: App) -> Detection:
    """A Scala app. Its template needs these details: `task`, which builds it; `launcher`, of sbt; `kept`, what is run."""
    text = app.source("build.sbt") if app.has("build.sbt") else ""
    plugins = "".join(app.source(file) for file in app.files("project/*.sbt"))
    version, version_file = version_of(app, VERSION, *said_java(app))
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
    sbt = in_file(app, "project/build.properties", r"sbt\.version\s*=\s*(\S+)")
    unknown = not staged and "sbt-assembly" not in plugins
    return Detection(
        language="scala", version=version, package_manager="sbt", start=start, framework=framework, port=app.port,
        images={"base": f"eclipse-temurin:{version}-jdk", "run": f"eclipse-temurin:{version}-jre"},
        details={"task": "stage" if staged else "assembly", "launcher": LAUNCHER,
        "target": bool(said and "target/" in " ".join(said[0]))},
        sources=sources(
            version=version_file, package_manager=sbt[1] if sbt else "build.sbt", start=start_file, framework="build.sbt"
        ),
        warnings=("project/*.sbt has neither sbt-native-packager nor sbt-assembly to make what is run",) if unknown else (),
    )  # fmt: skip
