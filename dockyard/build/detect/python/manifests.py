"""What the manifests of a Python app say: pyproject.toml, requirements files, Pipfile, setup.cfg, setup.py, a script's own.

Each is read as the tool does that it belongs to. Values of another type than they should have are told by BuildError.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dockyard.build.detect.app import App
from dockyard.build.detect.manifest import Manifest
from dockyard.build.detect.python.inline import inline_metadata
from dockyard.build.detect.python.requirements import REQUIREMENTS, Requirements, requirements_of
from dockyard.build.detect.python.setuptools import Setup, setup_of

REQUIREMENTS_FILES = (
    REQUIREMENTS, "requirements/prod.txt", "requirements/production.txt", "requirements/requirements.txt",
    "requirements/main.txt", "requirements/base.txt", "requirements/common.txt", "requirements/default.txt",
    "requirements/app.txt", "requirements/web.txt",
    "requirements-prod.txt", "requirements_prod.txt", "requirements.prod.txt", "requirement.txt", "requirements.in",
)  # fmt: skip
"""Requirements files, the first that is there counts."""


@dataclass(frozen=True)
class Manifests:
    """All manifests of one app."""

    app: App

    @cached_property
    def pyproject(self) -> Manifest:
        """pyproject.toml; empty where there is none."""
        return self._manifest("pyproject.toml")

    @cached_property
    def pipfile(self) -> Manifest:
        """Pipfile; empty where there is none."""
        return self._manifest("Pipfile")

    @cached_property
    def requirements_file(self) -> str | None:
        """The requirements file that the app is installed from."""
        return self.app.has(*REQUIREMENTS_FILES)

    @cached_property
    def requirements(self) -> Requirements:
        """What that file and those that it includes list."""
        return requirements_of(self.app.folder, self.requirements_file) if self.requirements_file else Requirements()

    @cached_property
    def setup(self) -> Setup:
        """What setup.cfg and setup.py say."""
        return setup_of(self.app)

    @cached_property
    def inline(self) -> tuple[Manifest, str] | None:
        """Metadata that a script has in a comment, and the script."""
        return inline_metadata(self.app)

    @cached_property
    def python(self) -> tuple[tuple[str, str], ...]:
        """The versions of Python that the app allows, as specifiers, each with where it is said."""
        poetry = self.pyproject.mapping("tool", "poetry", "dependencies").get("python")
        inline, script = self.inline or (None, "")
        found = (
            (self.pyproject.text("project", "requires-python"), "pyproject.toml project.requires-python"),
            (poetry if isinstance(poetry, str) else None, "pyproject.toml tool.poetry.dependencies.python"),
            (self.setup.python, f"{self.setup.file} python_requires"),
            (inline.text("requires-python") if inline else None, script),
        )
        return tuple((text, file) for text, file in found if text)

    @cached_property
    def scripts(self) -> tuple[tuple[str, str, str], ...]:
        """Name, target (`package.module:function`) and place of each console script."""
        found: list[tuple[str, str, str]] = []
        for keys in (("project", "scripts"), ("tool", "poetry", "scripts")):
            for name, value in self.pyproject.mapping(*keys).items():
                target = value.get("reference", value.get("callable")) if isinstance(value, dict) else value
                if isinstance(target, str) and re.fullmatch(r"[\w.-]+", name):
                    found.append((name, target, f"pyproject.toml {'.'.join(keys)}.{name}"))
        return (*found, *((name, target, self.setup.file or "") for name, target in self.setup.scripts))

    @property
    def is_package(self) -> bool:
        """Whether the app can be installed itself."""
        return "build-system" in self.pyproject.content or bool(self.app.has("setup.py"))

    def pyproject_lines(self) -> tuple[str, ...]:
        """Requirements in pyproject.toml, those of Poetry in the form that pip takes, without versions."""
        listed = tuple(" ".join(line.split()) for line in self.pyproject.texts("project", "dependencies"))
        if "dependencies" in self.pyproject.texts("project", "dynamic"):
            listed += tuple(self._dynamic())
        return (*listed, *_named(self.pyproject.mapping("tool", "poetry", "dependencies")))

    def pipfile_lines(self) -> tuple[str, ...]:
        """Requirements in a Pipfile, without versions."""
        return tuple(_named(self.pipfile.mapping("packages")))

    def _dynamic(self) -> Iterator[str]:
        """Of `dynamic` dependencies, those that setuptools reads from files or that setup.py has."""
        dynamic = self.pyproject.mapping("tool", "setuptools", "dynamic").get("dependencies")
        files = dynamic.get("file", []) if isinstance(dynamic, dict) else []
        for file in [files] if isinstance(files, str) else files:
            if isinstance(file, str) and self.app.has(file):
                yield from requirements_of(self.app.folder, file).lines
        yield from self.setup.requires

    def _manifest(self, name: str) -> Manifest:
        return self.app.manifest(name) if self.app.has(name) else Manifest(self.app.folder / name, {})


def _named(packages: Mapping[str, Any]) -> Iterator[str]:
    """`name[extra]` of each entry as Poetry and Pipenv have them; with `git+` behind it where it comes from there."""
    for name, value in packages.items():
        table = value if isinstance(value, dict) else {}
        if name.lower() == "python" or table.get("optional") is True:
            continue
        extras = [extra for extra in table.get("extras", []) if isinstance(extra, str)] if "extras" in table else []
        yield f"{name}[{','.join(extras)}]" + (f" @ git+{table['git']}" if "git" in table else "")
