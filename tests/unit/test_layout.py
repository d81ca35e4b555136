"""The house: what would silently break imports for every user."""

import importlib.util
import re
import zipfile
from pathlib import Path

from hatchling.builders.wheel import WheelBuilder

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


def test_the_wheel_has_all_that_an_editable_installation_has(tmp_path):
    """Templates and py.typed are no modules: a wheel could lack them, and no other test would see it."""
    wheel = next(iter(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    with zipfile.ZipFile(wheel) as archive:
        packed = set(archive.namelist())
    wanted = {
        str(path.relative_to(source))
        for source, package in ((ROOT, "dockyard"), (ROOT / "constructs", "dockyard_constructs"))
        for path in (source / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert wanted <= packed
    assert not {name for name in packed if name.startswith(("tests/", "stacks/", "services/"))}
