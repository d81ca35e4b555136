"""Writes docs/languages.md from the cases of the tests: python -m tests.unit.build.detect.languages."""

import importlib
import shlex
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

from dockyard.build.detect import Detection, detect, languages
from tests.unit.build.detect.test_cases import write

MEASURED = Path(__file__).with_name("measured.md")
PAGE = Path(__file__).parents[4] / "docs" / "languages.md"
TITLES = {
    "python": "Python", "node": "Node.js and Bun", "deno": "Deno", "go": "Go", "java": "Java and Kotlin", "dotnet": ".NET",
    "ruby": "Ruby", "php": "PHP", "rust": "Rust", "elixir": "Elixir", "static": "Static sites", "scala": "Scala",
    "clojure": "Clojure", "dart": "Dart", "swift": "Swift", "crystal": "Crystal", "haskell": "Haskell", "zig": "Zig",
    "gleam": "Gleam", "cpp": "C and C++", "shell": "Shell scripts",
}  # fmt: skip
HEAD = """# Languages

What an app without a Dockerfile is recognised as. This page is made from the tests (`tests/unit/build/detect/cases`, a file a
language): each line is a small app whose files say just that, and whose Dockerfile is rendered, for BuildKit and for the classic
builder, and passed by hadolint. `dockyard detect FOLDER` tells the same of your app, with the file that each was read from;
`image: {build: {language, version, start}}` in service.yaml and a `Procfile` come before what the files say, and a Dockerfile of
your own before all. How it fares on apps of others is said at the end.
"""


def page() -> str:
    """The page."""
    lines = [HEAD, *(line for name in languages() for line in _language(name))]
    return "\n".join(lines) + "\n" + MEASURED.read_text(encoding="utf-8")


def _language(name: str) -> Iterator[str]:
    cases = importlib.import_module(f"tests.unit.build.detect.cases.{name}")
    yield f"## {TITLES[name]}\n"
    yield from _not_run(cases)
    yield "| App | Version | Packages | Framework | Start |\n|---|---|---|---|---|"
    for case in cases.CASES:
        with tempfile.TemporaryDirectory() as folder:
            write(Path(folder) / "app", case.files)
            yield _row(case.title, detect(Path(folder) / "app"))
    yield ""


def _not_run(cases: ModuleType) -> Iterator[str]:
    """Those that are rendered, but not built and run in the tests, by reason."""
    reasons: dict[str, list[str]] = {}
    for title, reason in getattr(cases, "NOT_RUN", {}).items():
        first = cases.NOT_RUN.get(reason.removeprefix("as "), reason)
        reasons.setdefault(first, []).append(title)
    for reason, titles in reasons.items():
        which = "Not run in the tests" if len(titles) == len(cases.CASES) else f"Not run in the tests: {', '.join(titles)}"
        yield f"{which}: {reason}.\n"


def _row(title: str, found: Detection) -> str:
    cells = [title, found.version, found.package_manager, found.framework or "", f"`{shlex.join(found.start)}`"]
    return "| " + " | ".join(cell.replace("|", "\\|") for cell in cells) + " |"


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
