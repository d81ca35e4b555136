"""The receipt, and the fingerprint by which the next deploy knows that nothing changed."""

import pytest

from dockyard.config import load_project
from dockyard.deploy.receipt import Receipt, fingerprint, read_receipt


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
    "name", ["dockyard.yaml", "app.py", "stacks/a.py", "stacks/b.py", "services/web/service.yaml", "cdk.json"]
)
def test_whatever_makes_the_stacks_changes_the_fingerprint(root, name):
    before = taken(root)
    path = root / name
    path.write_text((path.read_text() if path.exists() else "") + "\n# changed")
    assert taken(root) != before


def test_a_source_does_not_change_it(root):
    """Its image's tag does, which the receipt holds beside it."""
    before = taken(root)
    (root / "services/web/main.py").write_text("2")
    (root / "stacks/__pycache__").mkdir()
    (root / "stacks/__pycache__/a.pyc").write_text("2")
    assert taken(root) == before


def test_another_place_changes_it(root):
    assert len({taken(root), taken(root, account="2"), taken(root, region="s"), taken(root, environment="prod")}) == 4


def test_a_receipt_is_read_as_it_was_written(tmp_path):
    receipt = Receipt("f", {"web": "t"}, {"web": "sha256:d"}, {"shop-web": "v"}, {"web": "http://x"}, {}, [], 1.5)
    receipt.write(tmp_path / "r/a.json")
    assert read_receipt(tmp_path / "r/a.json") == receipt


@pytest.mark.parametrize("text", ["", "{", "{}", '{"unknown": 1}', "[]"])
def test_a_receipt_that_cannot_be_read_is_as_none(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    assert read_receipt(tmp_path / "a.json") is None
    assert read_receipt(tmp_path / "gone.json") is None
