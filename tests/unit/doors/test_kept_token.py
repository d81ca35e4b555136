"""Tokens of ECR that are kept: who finds one, and who does not."""

import json
import os
import time

import pytest

from dockyard.doors.kept_token import forget, keep, kept
from dockyard.doors.registry import Registry

HERE = ("000000000000", "us-east-1", "role")
HOST = "000000000000.dkr.ecr.us-east-1.amazonaws.com"


@pytest.fixture(autouse=True)
def machine(tmp_path, monkeypatch):
    for name in ("CI", "AWS_ECR_DISABLE_CACHE", *(name for name in os.environ if name.startswith("AWS_"))):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path


@pytest.fixture
def token():
    made = Registry(HOST, "AWS", "secret", time.time() + 3600)
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
    keep(Registry(HOST, "AWS", "secret", time.time() + 3600), *HERE)
    assert kept(*HERE) is None
    assert not (machine / "cache").exists()


@pytest.mark.parametrize("seconds", [-1, 0, 500])
def test_one_that_ends_soon_is_not_used(seconds):
    keep(Registry(HOST, "AWS", "secret", time.time() + seconds), *HERE)
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
    keep(token, *HERE[:2], "another")
    assert file not in files(machine)
    assert len(files(machine)) == 1


def test_where_it_cannot_be_kept_nothing_is_said(machine):
    (machine / "cache").write_text("")
    keep(Registry(HOST, "AWS", "secret", time.time() + 3600), *HERE)
    assert kept(*HERE) is None


@pytest.mark.parametrize(
    "other",
    [
        {"host": None},
        {"host": 1},
        {"host": "evil.example:443"},
        {"host": HOST.replace("us-east-1", "eu-west-1")},
        {"password": None},
    ],
)
def test_one_of_another_registry_is_none(machine, token, other):
    (file,) = files(machine)
    file.write_text(json.dumps(vars(token) | other))
    assert kept(*HERE) is None
    forget(*HERE)
    keep(Registry(**(vars(token) | other)), *HERE)
    assert files(machine) == []


def test_one_of_the_local_aws_is_kept():
    local = Registry("localhost:4566", "AWS", "secret", time.time() + 3600)
    keep(local, *HERE)
    assert kept(*HERE) == local


def test_one_that_others_may_write_is_none(machine, token):
    (file,) = files(machine)
    for mode in (0o644, 0o620, 0o602):
        file.chmod(mode)
        assert kept(*HERE) is None
    keep(token, *HERE)
    assert kept(*HERE) == token
    kept_as = file.rename(machine / "elsewhere")
    file.symlink_to(kept_as)
    assert kept(*HERE) is None


def test_a_link_in_the_place_of_what_is_written_first_is_not_followed(machine, token):
    (file,) = files(machine)
    file.parent.chmod(0o777)
    target = machine / "target"
    target.write_text("mine")
    file.with_suffix(f".{os.getpid()}").symlink_to(target)
    keep(token, *HERE)
    assert (target.read_text(), kept(*HERE), file.parent.stat().st_mode & 0o777) == ("mine", token, 0o700)


def test_none_is_kept_in_the_folder_where_a_command_is_run(machine, monkeypatch):
    (machine / "project").mkdir()
    monkeypatch.chdir(machine / "project")
    monkeypatch.setenv("XDG_CACHE_HOME", ".cache")
    keep(Registry(HOST, "AWS", "secret", time.time() + 3600), *HERE)
    assert list((machine / "project").iterdir()) == []
    assert len(list((machine / ".cache/dockyard/tokens").iterdir())) == 1
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)  # as without HOME, for a user whom the system does not know
    keep(Registry(HOST, "AWS", "secret", time.time() + 3600), *HERE)
    assert (kept(*HERE), list((machine / "project").iterdir())) == (None, [])


def test_who_signs_in_anew_does_not_find_it(machine, token):
    (machine / ".aws/sso/cache").mkdir(parents=True)
    assert kept(*HERE) == token
    (machine / ".aws/sso/cache/one.json").write_text("{}")
    assert kept(*HERE) is None
