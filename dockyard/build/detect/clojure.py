"""Clojure apps, by Leiningen or tools.deps."""

import re

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.jvm import said_java
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import first_named, version_of

VERSION = "21"
"""Of Java, where the app does not say which."""
LOOKED_FOR = "project.clj, deps.edn"
LEFT_OUT = ("target", ".cpcache")

_FRAMEWORKS = {"luminus": "luminus", "io.pedestal": "pedestal", "compojure": "compojure", "metosin/reitit": "reitit",
"http-kit": "http-kit", "ring": "ring"}  # fmt: skip


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Clojure app; none where shadow-cljs makes assets of it for Node.js."""
    return tuple(filter(app.has, ("project.clj", "deps.edn"))) if not app.has("shadow-cljs.edn") or app.has("project.clj") else ()


def find(app: App) -> Detection:
    """A Clojure app. Its template needs these details: `jar`, whether a jar with all in it is built, else Clojure itself
    runs the app; `target`, whether the start command names the jar in that folder.
    """
    file = app.has("project.clj", "deps.edn") or "project.clj"
    text = app.source(file) if app.has(file) else ""
    version, version_file = version_of(app, VERSION, *said_java(app))
    by_lein = file == "project.clj"
    builds = by_lein or bool(app.has("build.clj"))
    main = re.search(r":main(?:-opts\s*\[\"-m\"\s+\")?\s*\^?:?\S*?\s*([\w.-]+\.[\w.-]+)", text)
    command = "lein uberjar" if by_lein else f"clojure -T:build {_task(app)}" if builds else "clojure -P"
    said = app.said_start()
    run_main = (
        ("clojure", "-M:run") if ":run" in text and ":main-opts" in text else ("clojure", "-M", "-m", main[1] if main else "core")
    )
    start, start_file = said or ((("java", "-jar", "app.jar") if builds else run_main), file)
    listens = listening(app, "clojure", app.files("src/**/*.clj"))
    tool = f"clojure:temurin-{version}-{'lein' if by_lein else 'tools-deps'}"
    names = re.findall(r"[\[\s{]([\w.-]+(?:/[\w.-]+)?)\s+(?:\"|\{:mvn)", text)
    return Detection(
        language="clojure", version=version, package_manager="leiningen" if by_lein else "tools.deps", start=start,
        framework=first_named(_FRAMEWORKS, [*names, *(name.split("/")[0] for name in names)]), port=listens.port,
        warnings=listens.warnings,
        images={"base": tool, "run": f"eclipse-temurin:{version}-jre" if builds else tool}, build=(command,),
        details={"jar": builds, "target": "target/" in " ".join(start)},
        sources=sources(version=version_file, package_manager=file, start=start_file, framework=file, port=listens.file),
    )  # fmt: skip


def _task(app: App) -> str:
    """The function of build.clj that makes a jar with all in it: by its name, else by what it calls."""
    functions = re.split(r"^(?=\(defn)", app.source("build.clj"), flags=re.MULTILINE)
    public = {match[1]: text for text in functions if (match := re.match(r"\(defn\s+([\w-]+)", text))}
    named = next((name for name in public if name.startswith("uber")), None)
    return named or next((name for name, text in public.items() if re.search(r"/uber\b", text)), "uber")
