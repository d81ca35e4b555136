"""The house: what would silently break imports for every user."""

import importlib.util
import re
from pathlib import Path

ROOT = Path(__file__).parents[2]


def test_constructs_is_no_package():
    """With an __init__.py there, `import aws_cdk` fails: it would find this folder for the PyPI package `constructs`."""
    assert not list((ROOT / "constructs").glob("*.py"))


def test_constructs_means_the_package_from_pypi():
    spec = importlib.util.find_spec("constructs")
    assert spec and spec.origin and "site-packages" in spec.origin


def test_the_library_is_imported_by_one_name_only():
    """`constructs.dockyard_constructs` would work too, and make a second copy of every class."""
    wrong = re.compile(r"(from|import)\s+constructs\.dockyard_constructs")
    folders = ("dockyard", "constructs", "stacks", "examples", "tests", "bench")
    found = [str(path) for folder in folders for path in (ROOT / folder).rglob("*.py") if wrong.search(path.read_text())]
    assert found == []
