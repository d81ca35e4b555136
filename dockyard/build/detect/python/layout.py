"""Where an app's modules lie: which may be the one that is started, and by what name each is imported."""

import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field

from dockyard.build.detect.app import App
from dockyard.build.detect.python.source import Made, Source, source_of

ENTRY_FILES = (
    "main.py", "app.py", "server.py", "wsgi.py", "asgi.py", "run.py", "application.py", "api.py", "index.py", "start.py",
    "web.py", "webapp.py", "hello.py", "streamlit_app.py",
)  # fmt: skip
"""Files that an app is started by, the likely ones first."""
_FIRST_FOLDERS = ("src", "app", "api", "backend", "server", "web")
_NO_APPS = {
    "tests", "test", "docs", "doc", "examples", "example", "scripts", "script", "tools", "node_modules", "venv", "env",
    "migrations", "alembic", "static", "templates", "build", "dist", "frontend", "client", "notebooks",
    "bench", "benchmarks", "site-packages",
}  # fmt: skip
_DEPTH = 4
"""How often a name is followed from one module to another that it was imported from."""


@dataclass(frozen=True)
class Layout:
    """The modules of one app; each is read once."""

    app: App
    _read: dict[str, Source] = field(default_factory=dict)

    def source(self, file: str) -> Source:
        """A module, read."""
        if file not in self._read:
            self._read[file] = source_of(file, self.app.source(file))
        return self._read[file]

    def entries(self) -> Iterator[Source]:
        """The modules that may be the one that is started, the likely ones first."""
        yield from (self.source(file) for file in dict.fromkeys(self._files()))

    def made(self, source: Source, depth: int = _DEPTH) -> Iterator[Made]:
        """App objects that a module has: its own, and those that it imports from the app's other modules."""
        framed = [self._told(source, made, depth) for made in source.objects]
        yield from (made for made in framed if not made.factory)
        if depth:
            for name, origin in source.origins.items():
                if found := self._followed(source, origin, depth):
                    yield found._replace(name=name)
        yield from (made for made in framed if made.factory)

    def _told(self, source: Source, made: Made, depth: int) -> Made:
        """What a module makes by a function of another one is of that one's framework."""
        if made.framework or made.interface or made.factory or not depth:
            return made
        for origin in source.origins.values():
            other = self._followed(source, origin, depth, factory=True)
            if other:
                return other._replace(name=made.name, factory=False)
        return made

    def _followed(self, source: Source, origin: str, depth: int, *, factory: bool = False) -> Made | None:
        """The app object, or the function that makes one, that a name was imported as."""
        module, _, name = origin.rpartition(".")
        file = self._file_of(source.file, f"{module}." if not module.strip(".") else module)
        if file is None or file == source.file:
            return None
        found = self.made(self.source(file), depth - 1)
        return next((made for made in found if made.name == name and made.factory is factory), None)

    def _file_of(self, importer: str, module: str) -> str | None:
        """The file of a module as another one imports it."""
        level = len(module) - len(module.lstrip("."))
        parts = [part for part in module.split(".") if part]
        folder = posixpath.dirname(importer)
        if level:
            for _ in range(min(level, folder.count("/") + 2) - 1):
                folder = posixpath.dirname(folder)
            return self._module(folder, parts)
        bases = [folder, *_above(folder)] if parts else []
        return next((file for base in bases if (file := self._module(base, parts))), None)

    def _module(self, folder: str, parts: list[str]) -> str | None:
        path = posixpath.join(folder, *parts)
        files = [f"{path}.py"] if parts else []
        return self.app.has(*files, posixpath.join(path, "__init__.py"))

    def imported_as(self, source: Source) -> tuple[str, str]:
        """The folder from which a module is imported, empty for the app's own, and its name from there.

        That is where most of what it imports lies; else the app's own folder, or `src`, which is no package as a rule.
        """
        folder, file = posixpath.split(source.file)
        stem = file.removesuffix(".py")
        bases = [base for base in (*reversed(_above(folder)), folder) if _named(base, folder, stem) is not None]
        if source.relative:
            bases = [base for base in bases if _depth(folder) - _depth(base) >= source.relative] or bases
        if not bases:
            return folder, stem
        best = max(bases, key=lambda base: (self._resolved(base, source), self._is_source_folder(base, folder)))
        return best, _named(best, folder, stem) or stem

    def _resolved(self, base: str, source: Source) -> int:
        """How many of a module's imports lie in a folder."""
        root = self.app.folder / base
        return sum((root / f"{name}.py").is_file() or (root / name).is_dir() for name in source.imports)

    def _is_source_folder(self, base: str, folder: str) -> bool:
        return base == "src" and base != folder and not self.app.has("src/__init__.py")

    def _files(self) -> Iterator[str]:
        yield from filter(self.app.has, ENTRY_FILES)
        for folder in [*_FIRST_FOLDERS, *self._folders("")]:
            yield from filter(self.app.has, (f"{folder}/{name}" for name in (*ENTRY_FILES, "__init__.py")))
        for folder in (f"{first}/{inner}" for first in _FIRST_FOLDERS for inner in self._folders(first)):
            yield from filter(self.app.has, (f"{folder}/{name}" for name in (*ENTRY_FILES, "__init__.py")))
        yield from (file for file in self.app.files("*.py") if file not in ("setup.py", "conftest.py", "manage.py", "noxfile.py"))

    def _folders(self, folder: str) -> list[str]:
        if not (self.app.folder / folder).is_dir():
            return []
        inner = (path for path in (self.app.folder / folder).iterdir() if path.is_dir() and not path.name.startswith((".", "_")))
        return sorted(path.name for path in inner if path.name not in _NO_APPS)


def _above(folder: str) -> list[str]:
    """The folders that a folder lies in, up to the app's own, which is empty."""
    found = []
    while folder:
        folder = posixpath.dirname(folder)
        found.append(folder)
    return found


def _depth(folder: str) -> int:
    return len(folder.split("/")) if folder else 0


def _named(base: str, folder: str, stem: str) -> str | None:
    """Name of a module as it is imported from a folder; None where a part of it is no name in Python."""
    inner = posixpath.relpath(folder, base) if folder and base else folder
    parts = [part for part in inner.split("/") if part and part != "."]
    parts += [] if stem == "__init__" else [stem]
    return ".".join(parts) if parts and all(part.isidentifier() for part in parts) else None
