"""What is said of the files that go into a build."""

import pytest

from dockyard.build import cautions as module
from dockyard.build.cautions import cautions
from dockyard.build.context import contents

KEY = "-----BEGIN OPENSSH PRIVATE KEY-----\nx"


def told(root, ignored=(), **files):
    for name, text in files.items():
        path = root / name.replace("__", "/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return list(cautions(root, contents(root, ignored)))


@pytest.mark.parametrize(
    ("name", "text", "what"),
    [
        (".env", "A=1", "secrets"),
        ("conf/.env.production", "A=1", "secrets"),
        ("id_ed25519", KEY, "key"),
        ("tls/a.pem", KEY, "key"),
    ],
)
def test_a_secret_is_told_with_the_line_that_leaves_it_out(tmp_path, name, text, what):
    (said,) = told(tmp_path, **{name.replace("/", "__"): text})
    assert f"{tmp_path / name} goes into the build" in said
    assert what in said
    assert said.endswith(f".dockerignore: {name}")


def test_what_is_let_in_by_name_is_known(tmp_path):
    assert told(tmp_path, **{".env.production": "A=1", ".dockerignore": ".env*\n!.env.production\n"}) == []


def test_examples_and_public_keys_are_none(tmp_path):
    assert told(tmp_path, **{".env.example": "A=", "ca.pem": "-----BEGIN CERTIFICATE-----", "a.key": "x"}) == []


def test_links_to_what_is_left_out_are_told_together_with_the_line_that_leaves_the_first_out(tmp_path):
    (tmp_path / "one").symlink_to("data/x")
    (said,) = told(tmp_path, ["data"])
    assert said == (
        f"{tmp_path}/one goes into the build, and what it leads to is left out; "
        f"if nothing else puts it there, add this line to {tmp_path}/.dockerignore: one"
    )
    (tmp_path / "two").symlink_to("data")
    (said,) = told(tmp_path, ["data"])
    assert "is left out (and 1 other such link); " in said


def test_far_too_much_is_told_with_what_is_large(tmp_path, monkeypatch):
    monkeypatch.setattr(module, "LARGE", 3_000_000)
    (said,) = told(tmp_path, a="x", data__one="x" * 2_000_000, data__two="x" * 2_000_000)
    assert "4.0 MB go into the build, 4.0 MB of them in data" in said
    assert said.endswith(".dockerignore: data")
