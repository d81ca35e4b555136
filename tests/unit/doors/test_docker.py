"""Which engine is meant."""

import hashlib
import json

import pytest

from dockyard.doors.docker import Docker
from dockyard.doors.docker_context import of_context
from dockyard.doors.process import Processes
from dockyard.errors import PrerequisiteError


@pytest.fixture
def contexts(tmp_path, monkeypatch):
    """A Docker configuration with the context `mine`, in use."""
    folder = tmp_path / "contexts" / "meta" / hashlib.sha256(b"mine").hexdigest()
    folder.mkdir(parents=True)
    meta = {"Name": "mine", "Metadata": {}, "Endpoints": {"docker": {"Host": "unix:///run/mine.sock", "SkipTLSVerify": False}}}
    (folder / "meta.json").write_text(json.dumps(meta))
    (tmp_path / "config.json").write_text('{"currentContext": "mine"}')
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    return tmp_path


def test_the_context_in_use_names_the_engine(contexts):
    assert of_context({}) == {"DOCKER_HOST": "unix:///run/mine.sock"}


def test_the_variables_go_before_it(contexts):
    assert of_context({"DOCKER_HOST": "tcp://other"}) == {}
    assert of_context({"DOCKER_CONTEXT": "default"}) == {}


def test_a_context_that_is_not_there_is_told(contexts):
    with pytest.raises(PrerequisiteError, match="no Docker context yours"):
        of_context({"DOCKER_CONTEXT": "yours"})


def test_without_contexts_nothing_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    assert of_context({}) == {}


def test_a_damaged_context_is_told(contexts):
    next(contexts.glob("contexts/meta/*/meta.json")).write_text("{")
    with pytest.raises(PrerequisiteError, match="mine"):
        of_context({})


def test_a_damaged_login_is_not_told_as_an_engine_that_does_not_answer(tmp_path, monkeypatch):
    """Docker-py reads all logins before it asks the engine anything."""
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    (tmp_path / "config.json").write_text('{"auths": {"ghcr.io": {"auth": "%%%"}}}')
    with pytest.raises(PrerequisiteError, match=r"has for ghcr\.io no base64 of user:password") as caught:
        Docker(Processes({"DOCKER_HOST": "tcp://127.0.0.1:1"})).image_id("a")
    assert caught.value.hint == "docker logout ghcr.io; docker login ghcr.io"
