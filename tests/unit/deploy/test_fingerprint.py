"""The fingerprint by which the next deploy knows that nothing changed."""

import os

import pytest

from dockyard.config import load_project
from dockyard.deploy.fingerprint import fingerprint, variables
from dockyard.deploy.versions import own_folders


@pytest.fixture
def root(tmp_path):
    for name, text in {
        "dockyard.yaml": "name: shop\nenvironments: {dev: {}}",
        "app.py": "1",
        "stacks/a.py": "1",
        "services/web/service.yaml": "kind: web",
        "services/web/main.py": "1",
    }.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return tmp_path


def taken(root, environment="dev", account="1", region="r"):
    return fingerprint(load_project(root), environment, account, region)


@pytest.mark.parametrize(
    "name",
    ["dockyard.yaml", "app.py", "stacks/a.py", "stacks/b.py", "stacks/data.json", "services/web/service.yaml", "cdk.json", "beside.py", "package/a.py", "package/services/a.py",
     "config/a.json", "lambda/index.js", "stacks/a.md"],
)  # fmt: skip
def test_whatever_makes_the_stacks_changes_the_fingerprint(root, name):
    before = taken(root)
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text((path.read_text() if path.exists() else "") + "\n# changed")
    assert taken(root) != before


def test_a_file_of_variables_changes_the_fingerprint(root):
    (root / "services/web/service.yaml").write_text("kind: web\nenv_file: .env")
    (root / "services/web/.env").write_text("A=1")
    before = taken(root)
    (root / "services/web/.env").write_text("A=2")
    assert taken(root) != before


def test_a_source_does_not_change_it(root):
    """Its image's tag does, which the receipt holds beside it."""
    before = taken(root)
    (root / "services/web/main.py").write_text("2")
    (root / "stacks/__pycache__").mkdir()
    (root / "stacks/__pycache__/a.pyc").write_text("2")
    assert taken(root) == before


@pytest.mark.parametrize(
    "name",
    ["README.md", "docs/a.py", "run.log", "tests/a.py", "bench/a.py", "services/a.py", ".venv/a.py", ".#app.py", "node_modules/a.py",
     "web/node_modules/a.py", "venv/lib/a.py", "cdk.out/asset/a.py", "assembly/asset/a.py", "stacks/.cache/a.py"],
)  # fmt: skip
def test_what_app_py_does_not_import_does_not_change_it(root, name):
    (root / "venv").mkdir()
    (root / "venv/pyvenv.cfg").touch()
    (root / "assembly").mkdir(exist_ok=True)
    (root / "assembly/cdk.out").touch()
    before = taken(root)
    path = root / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("2")
    assert taken(root) == before


def test_dockyards_own_sources_change_it(root, tmp_path_factory, monkeypatch):
    own = tmp_path_factory.mktemp("own")
    (own / "a.py").write_text("1")
    monkeypatch.setattr("dockyard.deploy.fingerprint.own_folders", lambda: [("dockyard", own)])
    before = taken(root)
    (own / "a.py").write_text("2")
    assert taken(root) != before


def test_dockyards_own_sources_change_it_in_a_virtual_environment_of_the_project(root, monkeypatch):
    package = root / ".venv/lib/dockyard"
    package.mkdir(parents=True)
    (package / "a.py").write_text("1")
    monkeypatch.setattr("dockyard.deploy.fingerprint.own_folders", lambda: [("dockyard", package)])
    before = taken(root)
    (package / "a.py").write_text("2")
    assert taken(root) != before


def test_dockyards_own_sources_are_found():
    assert {(name, folder.name) for name, folder in own_folders()} == {
        (name, name) for name in ("dockyard", "dockyard_constructs")
    }


def test_a_link_to_nothing_is_passed_over(root):
    (root / "gone.py").symlink_to("nowhere.py")
    assert taken(root)


def test_of_dockyard_lock_all_counts_but_pins(root):
    """What is pinned is a tag, which the receipt holds beside it: a rollback makes no other infrastructure."""
    before = taken(root)
    file = root / "dockyard.lock"
    file.write_text(f"pins: {{dev/web: {{tag: {'a' * 20}, instead_of: [{'b' * 20}]}}}}")
    assert taken(root) == before
    file.write_text("refresh: '2026-01-01T00:00:00+00:00'")
    assert taken(root) != before


def test_another_place_changes_it(root):
    assert len({taken(root), taken(root, account="2"), taken(root, region="s"), taken(root, environment="prod")}) == 4


def test_what_a_link_leads_to_changes_it(root, tmp_path_factory):
    shared = tmp_path_factory.mktemp("shared")
    (shared / "a.py").write_text("1")
    (root / "stacks/common").symlink_to(shared)
    (root / "again").symlink_to(root)  # it ends
    before = taken(root)
    (shared / "a.py").write_text("2")
    assert taken(root) != before


def test_python_from_elsewhere_changes_it(root, tmp_path_factory, monkeypatch):
    shared = tmp_path_factory.mktemp("shared")
    (shared / "a.py").write_text("1")
    without = taken(root)
    monkeypatch.syspath_prepend(shared)
    before = taken(root)
    (shared / "a.py").write_text("2")
    assert len({without, before, taken(root)}) == 3


@pytest.mark.parametrize(
    "text", ['os.environ["STAGE"]', "os.environ.get('STAGE', 1)", 'getenv("STAGE")', 'environ.setdefault( "STAGE"']
)
def test_a_variable_that_is_read_changes_it(root, monkeypatch, text):
    (root / "stacks/a.py").write_text(text)
    monkeypatch.delenv("STAGE", raising=False)
    found = {taken(root)}
    for value in ("", "1", "2"):
        monkeypatch.setenv("STAGE", value)
        found.add(taken(root))
    assert len(found) == 4
    monkeypatch.setenv("OTHER", "1")
    assert taken(root) in found
    assert list(variables(root)) == ["STAGE"]


def test_a_large_file_is_not_read(root, monkeypatch):
    monkeypatch.setattr("dockyard.deploy.fingerprint._WHOLE_BYTES", 3)
    (root / "data").write_bytes(b"1234")
    os.utime(root / "data", ns=(1, 1))
    before = taken(root)
    os.utime(root / "data", ns=(2, 2))
    assert taken(root) != before
