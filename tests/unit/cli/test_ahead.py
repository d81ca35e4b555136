"""Whether a buildx is started before anything is known of a push."""

import json
import os
import time

import pytest

from dockyard.cli.ahead import begun_ahead

BEGUN = 'touch "$(dirname "$0")/begun"; cat'


@pytest.fixture
def pushed(tmp_path, monkeypatch):
    """A project of which a file was changed after its push; what that left may be changed."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    for name in ("DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_TLS_VERIFY", "DOCKER_TLS"):
        monkeypatch.delenv(name, raising=False)
    plugin = tmp_path / "docker-buildx"
    plugin.write_text(f"#!/bin/sh\n{BEGUN}\n")
    plugin.chmod(0o755)
    (tmp_path / "dockyard.yaml").write_text("")
    source = tmp_path / "services/web/lib/main.py"
    source.parent.mkdir(parents=True)
    source.write_text("")
    left = {"registry": "", "keeps_indexes": False, "builds": {"web": {}}, "cli": {"plugin": str(plugin)}}
    file = tmp_path / ".dockyard/standing/pushes/.json"
    file.parent.mkdir(parents=True)

    def write(age=-10, name=".json", **changed):
        kept = file.with_name(name)
        kept.write_text(json.dumps(left | changed))
        os.utime(kept, (time.time() + age, time.time() + age))

    write()
    return write


def begins(environment=None):
    waiting = begun_ahead(environment)
    if waiting:
        waiting.drop()
    return waiting is not None


def test_it_is_where_a_source_is_younger_than_the_push(pushed, tmp_path, monkeypatch):
    assert begins()
    monkeypatch.chdir(tmp_path / "services/web")
    assert begins(), "also in a folder of the project"


def test_it_is_not_where_all_are_older(pushed):
    pushed(age=10)
    assert not begins()


def test_it_is_of_the_environment_that_is_named(pushed):
    pushed(age=10, name="prod.json")
    assert (begins("prod"), begins(), begins("none"), begins("../pushes/")) == (False, True, False, False)


@pytest.mark.parametrize(
    "changed",
    [
        {"registry": "localhost:1"},  # builds ask it for stand-ins, by a token
        {"builds": None},
        {"cli": None},
        {"cli": {"plugin": ""}},
        {"cli": {"plugin": "/gone"}},
        {"cli": []},
    ],
)
def test_it_is_not_where_it_would_be_of_no_use(pushed, changed):
    pushed(**changed)
    assert not begins()


def test_an_engine_that_has_the_stand_ins_asks_no_registry(pushed):
    pushed(registry="localhost:1", keeps_indexes=True)
    assert begins()


@pytest.mark.parametrize("name", ["DOCKER_CONTEXT", "DOCKER_TLS_VERIFY"])
def test_it_is_not_where_docker_alone_finds_the_engine(pushed, monkeypatch, name):
    monkeypatch.setenv(name, "1")
    assert not begins()


def test_it_is_not_where_a_context_is_in_use_but_for_an_engine_that_is_named(pushed, tmp_path, monkeypatch):
    (tmp_path / "config.json").write_text('{"currentContext": "far"}')
    assert not begins()
    monkeypatch.setenv("DOCKER_HOST", "unix:///var/run/docker.sock")
    assert begins()


@pytest.mark.parametrize("damage", ["{", "[]", "1", ""])
def test_it_is_not_where_what_is_left_is_damaged(pushed, tmp_path, damage):
    (tmp_path / ".dockyard/standing/pushes/.json").write_text(damage)
    os.utime(tmp_path / ".dockyard/standing/pushes/.json", (1, 1))
    assert not begins()


def test_it_is_not_without_a_project_or_a_push(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert not begins()
    (tmp_path / "dockyard.yaml").write_text("")
    assert not begins()
