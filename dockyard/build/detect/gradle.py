"""Apps that Gradle builds, by scripts in Groovy or Kotlin."""

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from dockyard.build.detect.app import App
from dockyard.build.detect.jvm import FRAMEWORKS, Built, framework_of, java_of, main_class
from dockyard.build.detect.looks import Found, in_file

FILES = ("build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts")
_WRAPPER = "gradle/wrapper/gradle-wrapper.properties"
_CATALOG = "gradle/libs.versions.toml"
_VERSIONS = (
    r"JavaLanguageVersion\.of\(\s*[\"']?(\d+)", r"jvmToolchain\(?\s*(\d+)",
    r"sourceCompatibility\s*=?\s*\(?[\"']?(?:JavaVersion\.)?(?:VERSION_)?([\d._]+)",
    r"targetCompatibility\s*=?\s*\(?[\"']?(?:JavaVersion\.)?(?:VERSION_)?([\d._]+)", r"options\.release(?:\.set\(|\s*=)\s*(\d+)",
    r"jvmTarget(?:\.set\(|\s*=)\s*(?:JvmTarget\.JVM_|[\"'])([\d._]+)", r"\bjavaVersion\s*=\s*[\"']?(\d[\d.]*)",
)  # fmt: skip
_NEWEST_JAVA = (
    (9.1, 25),
    (8.14, 24),
    (8.10, 23),
    (8.8, 22),
    (8.5, 21),
    (8.3, 20),
    (7.6, 19),
    (7.3, 17),
    (7.0, 16),
    (5.0, 11),
    (0, 8),
)
"""Gradle's version, and the newest Java that it runs on: https://docs.gradle.org/current/userguide/compatibility.html"""


def built_by_gradle(app: App) -> Built:
    """What its scripts say, and those of its subprojects."""
    scripts = {folder: _script(app, folder) for folder in ("", *_included(app))}
    shared = scripts[""]
    said = " ".join(start[0]) if (start := app.said_start()) else ""
    named = next((folder for folder in scripts if folder and f"{folder}build/" in said), None)
    folder = named or min(scripts, key=lambda folder: _rank(app, folder, scripts[folder]))
    text = scripts[folder]
    wrapper = bool(app.has("gradlew") and app.has(_WRAPPER))
    version = in_file(app, _WRAPPER, r"gradle-(\d+(?:\.\d+)?)") if wrapper else None
    task, kind = _task(text, has_stage=bool(app.said_start()) and re.search(r"\bstage\b", shared) is not None)
    if task == "build" and kind == "jar" and "Main-Class" not in text and not _has(text, "org.springframework.boot"):
        kind = "plain"
    program = "sh ./gradlew" if wrapper else "gradle"
    asked = ":" + folder.replace("/", ":") + task if folder and task != "stage" else task
    main = re.search(r"mainClass(?:Name)?(?:\.set\()?\s*=?\s*\(?\s*[\"']([\w.$]+)[\"']", text) or re.search(
        r"[\"']Main-Class[\"']\s*(?:[:,=]|to)\s*[\"']([\w.$]+)[\"']", text
    )
    output = {"classes": "build/install/*/lib/", "quarkus": "build/"}.get(kind, "build/libs/")
    is_main_needed = kind in ("classes", "plain")
    bare = kind == "plain" and re.search(r"^\s*(?:implementation|api|compile|runtimeOnly)\b\W", text, re.MULTILINE)
    told = f"{_file(app, folder)} applies no plugin that brings along what the app depends on: apply the plugin application"
    return Built(
        warnings=(told,) if bare else (),
        manager="gradle", file=_file(app, folder), framework=framework_of(_groups(text) or _groups(shared)), wrapper=wrapper,
        version=_version(app, folder) or _version(app, ""), kind="classes" if is_main_needed else kind, output=folder + output,
        command=f"{program} --no-daemon --console=plain {asked}{' -x test' if task == 'build' else ''}",
        main=(main[1] if main else main_class(app, folder)) if is_main_needed else "",
        newest=_newest(version[0]) if version else None, least=17 if version and int(version[0].split(".")[0]) >= 9 else 0,
    )  # fmt: skip


def _newest(version: str) -> int:
    major, minor = (int(part) for part in f"{version}.0".split(".")[:2])
    return next(java for gradle, java in _NEWEST_JAVA if (major, minor) >= _pair(gradle))


def _pair(version: float) -> tuple[int, int]:
    major, _, minor = str(version).partition(".")
    return int(major), int(minor or 0)


def _file(app: App, folder: str) -> str:
    return app.has(*(folder + name for name in FILES[:2])) or app.has(*FILES) or FILES[0]


def _script(app: App, folder: str) -> str:
    """Text of a build script without comments, and with the plugins that it takes from the catalog by their ids."""
    file = app.has(*(folder + name for name in FILES[:2]))
    text = re.sub(r"/\*.*?\*/|(?<![:\w\"'])//[^\n]*", "", app.source(file), flags=re.DOTALL) if file else ""
    if app.has(_CATALOG):
        known = app.manifest(_CATALOG).mapping("plugins")
        ids = {re.sub(r"[-_]", ".", name): _id(entry) for name, entry in known.items()}
        text = re.sub(r"alias\(libs\.plugins\.([\w.]+)\)", lambda match: f'id("{ids.get(match[1], match[1])}")', text)
        modules = {
            re.sub(r"[-_]", ".", name): _module(entry) for name, entry in app.manifest(_CATALOG).mapping("libraries").items()
        }
        text = re.sub(r"\blibs\.([\w.]+)", lambda match: f'"{modules.get(match[1], match[1])}"', text)
    return text


def _id(entry: object) -> str:
    return str(entry.get("id", "")) if isinstance(entry, dict) else str(entry).split(":", 1)[0]


def _module(entry: object) -> str:
    if isinstance(entry, dict):
        return str(entry.get("module") or f"{entry.get('group', '')}:{entry.get('name', '')}")
    return str(entry)


def _included(app: App) -> Iterator[str]:
    """Folders of the subprojects that have a script, with a slash at their end."""
    file = app.has(*FILES[2:])
    text = re.sub(r"//[^\n]*", "", app.source(file)) if file else ""
    for listed in re.findall(r"^\s*include\b\s*\(?((?:\s*[\"'][^\"']+[\"']\s*,?)+)", text, re.MULTILINE):
        for name in re.findall(r"[\"']:?([^\"']+)[\"']", listed):
            folder = str(PurePosixPath(name.replace(":", "/"))) + "/"
            if not folder.startswith(("/", "..")) and app.has(*(folder + name for name in FILES[:2])):
                yield folder


def _has(text: str, *plugins: str) -> bool:
    """Whether a script applies one of these plugins, or has a block of its name; `apply false` only tells its version."""
    names = "|".join(map(re.escape, plugins))
    applied = rf"(?:id|plugin)\s*[(:=]?\s*\(?\s*[\"'](?:{names})[\"'](?![^\n]*apply\s*\(?\s*false)"
    return re.search(rf"{applied}|^\s*(?:`(?:{names})`|(?:{names}))\s*(?:\{{|$)", text, re.MULTILINE) is not None


def _rank(app: App, folder: str, text: str) -> int:
    """The smaller, the more it is what is run."""
    if _has(text, "org.springframework.boot", "io.quarkus", "io.ktor.plugin", "io.micronaut.application"):
        return 0 if main_class(app, folder) or not folder else 1
    if _has(text, "application", "war"):
        return 1
    return 2 if "Main-Class" in text else 3 if (app.folder / folder / "src").is_dir() else 4


def _task(text: str, *, has_stage: bool) -> tuple[str, str]:
    """The task to run, and the kind of what it makes."""
    if has_stage:
        return "stage", "jar"
    if _has(text, "org.springframework.boot"):
        new = not re.search(r"springBootVersion\s*=\s*[\"']1\.|org\.springframework\.boot[\"')]*\s*version\s*[(\"']+1\.", text)
        return ("bootJar" if new else "build"), "jar"
    if _has(text, "io.quarkus"):
        return "build", "quarkus"
    if _has(text, "io.ktor.plugin"):
        return "buildFatJar", "jar"
    if _has(text, "com.github.johnrengelman.shadow", "com.gradleup.shadow", "io.github.goooler.shadow"):
        return "shadowJar", "jar"
    if _has(text, "application", "io.micronaut.application"):
        return "installDist", "classes"
    return ("war", "war") if _has(text, "war") else ("build", "jar")


def _groups(text: str) -> list[str]:
    """Groups of plugins and dependencies."""
    return [
        *re.findall(r"[\"']([\w.-]+\.[\w.-]+):[\w.-]+", text),
        *(group for group in FRAMEWORKS if _has(text, group, f"{group}.plugin", f"{group}.application")),
    ]


def _version(app: App, folder: str) -> Found:
    text, file = _script(app, folder), _file(app, folder)
    for pattern in _VERSIONS:
        if match := re.search(pattern, text):
            return java_of((match[1].replace("_", "."), file))
    return None
