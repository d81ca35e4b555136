"""Apps for the Java virtual machine, in Java or Kotlin."""

from dockyard.build.detect.app import App, Start, sources
from dockyard.build.detect.assets import assets, called
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.gradle import FILES as GRADLE
from dockyard.build.detect.gradle import built_by_gradle
from dockyard.build.detect.jvm import Built, beyond_tomcat, main_class, said_java, supported, tomcat_of
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import version_of
from dockyard.build.detect.maven import FILE as MAVEN
from dockyard.build.detect.maven import built_by_maven
from dockyard.errors import BuildError

VERSION = "21"
"""Where the app does not say which: a long-term release."""

_SOURCES = ("Main.java", "App.java", "src/Main.java", "src/App.java")
LOOKED_FOR = f"{MAVEN}, {', '.join(GRADLE)}, {', '.join(_SOURCES)}"
LEFT_OUT = ("target", "*/target", "build", "*/build", "**/.gradle")
_ENVIRONMENTS = {
    "spring-boot": {"SERVER_PORT": "{port}"}, "quarkus": {"QUARKUS_HTTP_HOST": "0.0.0.0", "QUARKUS_HTTP_PORT": "{port}"},  # noqa: S104
    "micronaut": {"MICRONAUT_SERVER_PORT": "{port}"}, "helidon": {"SERVER_HOST": "0.0.0.0", "SERVER_PORT": "{port}"},  # noqa: S104
}  # fmt: skip
_DROPWIZARD_FILES = ("config.yml", "config.yaml", "configuration.yml", "example.yml", "app.yml", "server.yml")


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Java or Kotlin app; none where they belong to a tool of Scala or Clojure."""
    if app.has("build.sbt", "project.clj", "deps.edn", "pubspec.yaml"):
        return ()
    return tuple(filter(app.has, (MAVEN, *GRADLE, *_SOURCES)))


def find(app: App) -> Detection:
    """An app for the Java virtual machine. Its template needs these details:

    - `command`: what builds it; `cache`: where the tool keeps what it downloads;
    - `kind`, `output`: what is made and where, as `Built` says, or `kept` where the start command names a folder of the build;
    - `kept`: that folder, and files of the app that the start command names;
    - `env`: what a framework takes its port from; `assets`: what Node.js makes, or that the build calls it.
    """
    built = _built(app)
    version, version_file = version_of(app, VERSION, *said_java(app), built.version)
    if not app.wishes.version:
        version = _fitting(version, built, fixed=version_file is not None)
    said = app.said_start()
    start, start_file = said or _start(app, built)
    tool, image = _images(app, built, version)
    scripts = (file for file in dict.fromkeys((*GRADLE, MAVEN, built.file)) if app.has(file)) if built.manager != "none" else ()
    made = (assets(app) if built.manager == "gradle" else {}) or called(app, *scripts)
    folders, files = _kept(app, built, start)
    at = _at(built)
    own = () if built.framework in _ENVIRONMENTS else app.files(f"{at}src/main/**/*.java", f"{at}src/main/**/*.kt")
    listens = listening(app, "java", own)
    return Detection(
        language="java", version=version, package_manager=built.manager, start=start, framework=built.framework,
        port=listens.port, warnings=(*(built.warnings if said is None else ()), *beyond_tomcat(app, built), *listens.warnings),
        images={"base": tool, "run": image, **({"node": made["image"]} if made else {})},
        build=(built.command,),
        details={
            "cache": {"maven": "/root/.m2", "gradle": "/root/.gradle"}.get(built.manager),
            "kind": "kept" if folders else built.kind,
            "output": built.output, "kept": (*folders, *files), "assets": made,
            "env": {name: value.format(port=app.port) for name, value in _ENVIRONMENTS.get(built.framework or "", {}).items()},
        },
        sources=sources(version=version_file, package_manager=built.file, start=start_file, framework=built.file,
        build=built.file, port=listens.file),
    )  # fmt: skip


def _built(app: App) -> Built:
    if app.has(MAVEN):
        return built_by_maven(app)
    if app.has(*GRADLE):
        return built_by_gradle(app)
    file = app.has(*_SOURCES) or next(app.files("*.java", "src/*.java"), None)
    if file is None:
        raise BuildError(f"no app for Java in {app.folder} (looked for {LOOKED_FOR})", hint="add a pom.xml or a build.gradle")
    folder = "src/" if file.startswith("src/") else ""
    return Built(
        manager="none", file=file, version=None, framework=None,
        command=f"find {folder or '.'} -name '*.java' -exec javac -d classes {{}} +",
        wrapper=False, kind="sources", output="classes/", main=main_class(app, ""),
    )  # fmt: skip


def _fitting(version: str, built: Built, *, fixed: bool) -> str:
    """A release that there is an image of, and that the build tool runs on."""
    release = supported(version)
    if not release.isdigit():
        return release
    if built.newest and not fixed:
        release = str(min(int(release), built.newest if built.newest in (8, 11, 17, 21, 25) else 17))
    return supported(str(max(int(release), built.least)))


def _start(app: App, built: Built) -> Start:
    if built.kind == "quarkus":
        return ("java", "-jar", "quarkus-run.jar"), built.file
    if built.kind == "war":
        return ("catalina.sh", "run"), built.file
    if built.kind in ("classes", "sources"):
        if not built.main:
            raise BuildError(
                f"no class with a main method found in {app.folder} (looked at {built.file} and src/main)",
                hint="name it there (exec.mainClass, application.mainClass), or set image.build.start in service.yaml",
            )
        return ("java", "-cp", "lib/*" if built.kind == "classes" else "classes", built.main), built.file
    if built.framework == "dropwizard":
        file = app.has(*_DROPWIZARD_FILES) or next(app.files("*.yml", "*.yaml"), None)
        port = f"-Ddw.server.applicationConnectors[0].port={app.port}"
        return ("java", port, "-jar", "app.jar", "server", *((file,) if file else ())), built.file
    return ("java", "-jar", "app.jar"), built.file


def _at(built: Built) -> str:
    """The folder of what is built, with a slash at its end; empty for the app's own."""
    return built.output.split("target/")[0].split("build/")[0]


def _kept(app: App, built: Built, start: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Folders with what was built that the start command names, and files of the app's own that it names."""
    command = " ".join(start)
    at = _at(built)
    folders = [folder for folder in dict.fromkeys((f"{at}target", f"{at}build", "target", "build")) if f"{folder}/" in command]
    return tuple(folders[:1]), tuple(word for word in start if word.endswith((".yml", ".yaml", ".properties")) and app.has(word))


def _images(app: App, built: Built, version: str) -> tuple[str, str]:
    """What builds it, and what runs it."""
    is_war = built.kind == "war"
    run = f"tomcat:{tomcat_of(app, built, version)}-jre{version}-temurin" if is_war else f"eclipse-temurin:{version}-jre"
    if built.wrapper or built.manager == "none":
        return f"eclipse-temurin:{version}-jdk", run
    return (f"maven:3-eclipse-temurin-{version}" if built.manager == "maven" else f"gradle:jdk{version}"), run
