"""Build secrets: what the builder is told, what is missing, and what is kept of them."""

from dataclasses import replace
from pathlib import Path

import pytest

from dockyard.build.build_settings import BuildSecret
from dockyard.build.recipe import Recipe
from dockyard.build.secrets import check_build_secrets, redaction, secret_arguments
from dockyard.errors import BuildError

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {})


def with_secrets(**secrets):
    return replace(RECIPE, secrets={id: BuildSecret(**secret) for id, secret in secrets.items()})


def test_the_builder_is_told_where_they_are_and_nothing_else():
    recipe = replace(with_secrets(npm={"env": "NPM_TOKEN"}, pip={"file": '/a,"b"/pip.conf'}), ssh=True)
    assert secret_arguments(recipe) == [
        "--secret", "id=npm,env=NPM_TOKEN", "--secret", 'id=pip,"src=/a,""b""/pip.conf"', "--ssh", "default",
    ]  # fmt: skip


def test_they_do_not_count_for_the_tag():
    assert replace(with_secrets(npm={"env": "NPM_TOKEN"}), ssh=True).tag == RECIPE.tag


def test_all_that_is_missing_is_told_before_the_build(tmp_path):
    there = tmp_path / "pip.conf"
    there.write_text("x")
    recipe = replace(with_secrets(npm={"env": "NPM_TOKEN"}, pip={"file": str(tmp_path / "gone")}), ssh=True)
    with pytest.raises(BuildError) as caught:
        check_build_secrets([recipe], {"NPM_TOKEN": ""})
    assert str(caught.value).splitlines() == [
        "web: build secret npm: the variable NPM_TOKEN is not set",
        f"web: build secret pip: no file at {tmp_path}/gone that can be read",
        "web: no SSH agent runs (SSH_AUTH_SOCK is not set), and image.build.ssh wants one: eval $(ssh-agent); ssh-add",
    ]
    assert caught.value.hint == "supply what is named there, then run the same command again; no image was built"
    check_build_secrets([with_secrets(npm={"env": "NPM_TOKEN"}, pip={"file": str(there)})], {"NPM_TOKEN": "x"})


def test_what_a_step_prints_of_them_is_not_kept(tmp_path):
    file = tmp_path / "key"
    file.write_text("-----BEGIN-----\nMIIEpAIBAAKCAQEA\n-----END-----\n")
    redact = redaction(with_secrets(npm={"env": "NPM_TOKEN"}, key={"file": str(file)}), {"NPM_TOKEN": "npm_abcdef"})
    assert redact("#5 0.1 token=npm_abcdef, npm_abcdef") == "#5 0.1 token=[REDACTED], [REDACTED]"
    assert redact("#5 0.1 MIIEpAIBAAKCAQEA") == "#5 0.1 [REDACTED]"
    assert redaction(with_secrets(npm={"env": "N"}), {"N": "1"})("#1 [1/1] RUN a") == "#1 [1/1] RUN a"


@pytest.mark.parametrize(
    ("content", "printed", "kept"),
    [
        ("//registry.npmjs.org/:_authToken=npm_abcdef123456", "401 npm_abcdef123456", "401 [REDACTED]"),
        ("[pypi]\nusername = __token__\npassword = 'pypi-abc=='\n", "with pypi-abc==", "with [REDACTED]"),
        ('token: "abcdef=123"', "abcdef=123", "[REDACTED]"),
        ('{"auths": {"a": [{"auth": "c2hvcDpz", "n": 1}, null]}}', "auth c2hvcDpz", "auth [REDACTED]"),
        ('{"key": "-----BEGIN-----\\nMIIEpAIBAAKC\\n-----END-----\\n"}', "MIIEpAIBAAKC", "[REDACTED]"),
        ("strict=true\nport: 8080\n", "true 8080", "true 8080"),
        ('{"type": "user"}', "user", "user"),
        ("[" * 100_000, "x", "x"),
    ],
)
def test_nor_is_a_part_of_them(tmp_path, content, printed, kept):
    file = tmp_path / "secret"
    file.write_text(content)
    assert redaction(with_secrets(a={"file": str(file)}), {})(f"#5 0.1 {printed}") == f"#5 0.1 {kept}"
