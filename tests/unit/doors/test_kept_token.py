"""Tokens of ECR that are kept: who finds one, and who does not."""

import os
import time

import pytest

from dockyard.doors.kept_token import forget, keep, kept
from dockyard.doors.registry import Registry

HERE = ("000000000000", "us-east-1", "role")


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    for name in ("CI", "AWS_ECR_DISABLE_CACHE", *(name for name in os.environ if name.startswith("AWS_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def token():
    made = Registry("registry.example", "AWS", "secret", time.time() + 3600)
    keep(made, *HERE)
    return made


def files(machine):
    return list((machine / "cache/dockyard/tokens").iterdir())


def test_what_is_kept_is_found_by_the_same_user_alone(machine, token):
    assert kept(*HERE) == token
    (file,) = files(machine)
    assert [path.stat().st_mode & 0o777 for path in (file, file.parent)] == [0o600, 0o700]
    forget(*HERE)
    assert (kept(*HERE), files(machine)) == (None, [])
    forget(*HERE)


@pytest.mark.parametrize("other", [("1", *HERE[1:]), (HERE[0], "eu-west-1", HERE[2]), (*HERE[:2], "another")])
def test_another_account_region_or_role_has_another(token, other):
    assert kept(*other) is None


@pytest.mark.parametrize("name", ["AWS_PROFILE", "AWS_ACCESS_KEY_ID", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL"])
def test_who_has_other_credentials_does_not_find_it(token, monkeypatch, name):
    monkeypatch.setenv(name, "other")
    assert kept(*HERE) is None


@pytest.mark.parametrize("name", ["config", "credentials"])
def test_it_is_not_found_once_a_file_of_aws_is_another(machine, token, monkeypatch, name):
    (machine / ".aws").mkdir()
    (machine / ".aws" / name).write_text("[default]\n")
    assert kept(*HERE) is None
    keep(token, *HERE)
    assert kept(*HERE) == token
    monkeypatch.setenv({"config": "AWS_CONFIG_FILE", "credentials": "AWS_SHARED_CREDENTIALS_FILE"}[name], str(machine / "none"))
    assert kept(*HERE) is None


@pytest.mark.parametrize("name", ["AWS_ECR_DISABLE_CACHE", "CI"])
def test_it_can_be_turned_off_and_is_in_ci(machine, monkeypatch, name):
    monkeypatch.setenv(name, "true")
    keep(Registry("registry.example", "AWS", "secret", time.time() + 3600), *HERE)
    assert kept(*HERE) is None
    assert not (machine / "cache").exists()


@pytest.mark.parametrize("seconds", [-1, 0, 500])
def test_one_that_ends_soon_is_not_used(seconds):
    keep(Registry("registry.example", "AWS", "secret", time.time() + seconds), *HERE)
    assert kept(*HERE) is None


@pytest.mark.parametrize(
    "damage", [b"", b"{", b"[]", b"1", b'{"host": 1}', b'{"host": "a", "username": "b", "password": "c", "until": "x"}']
)
def test_a_damaged_one_is_none(machine, token, damage):
    (file,) = files(machine)
    file.write_bytes(damage)
    assert kept(*HERE) is None


def test_those_that_have_ended_go(machine, token):
    (file,) = files(machine)
    os.utime(file, (1, 1))
    keep(token, "1", *HERE[1:])
    assert file not in files(machine)
    assert len(files(machine)) == 1


def test_where_it_cannot_be_kept_nothing_is_said(machine):
    (machine / "cache").write_text("")
    keep(Registry("registry.example", "AWS", "secret", time.time() + 3600), *HERE)
    assert kept(*HERE) is None
