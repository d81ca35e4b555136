import textwrap
from collections.abc import Callable
from pathlib import Path

import pytest

from dockyard.config import Project, load_project
from dockyard.errors import ConfigError

PROJECT = """
name: shop
environments:
  dev: {}
  prod: {account: "123456789012", region: eu-west-1}
cluster: {ec2: {instance_types: [t3.small]}}
"""


class Files:
    """A project of files in a folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.write("dockyard.yaml", PROJECT)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(textwrap.dedent(text))

    def service(self, text: str, name: str = "web") -> None:
        self.write(f"services/{name}/service.yaml", text)

    def load(self) -> Project:
        return load_project(self.root)

    def problems(self) -> list[str]:
        with pytest.raises(ConfigError) as caught:
            self.load()
        return list(caught.value.problems)


@pytest.fixture
def files(tmp_path: Path) -> Files:
    return Files(tmp_path)


@pytest.fixture
def problem(files: Files) -> Callable[[str], str]:
    """The one problem of a service.yaml of `kind: web` with these lines."""

    def one(lines: str) -> str:
        files.service(f"kind: web\n{lines}")
        found = files.problems()
        assert len(found) == 1, found
        return found[0]

    return one
