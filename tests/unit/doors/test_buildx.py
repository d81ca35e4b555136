"""Which program builds, and whether its plug-in is called without it."""

import json
from pathlib import Path

import pytest

from dockyard.doors import buildx
from dockyard.doors.buildx import Cli, find_cli
from dockyard.doors.process import Processes


def program(file: Path, text: str) -> str:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return str(file)


@pytest.fixture
def machine(tmp_path, monkeypatch):
    """One `docker`, which has buildx v1, wherever that is."""
    monkeypatch.setattr(buildx, "_PLACES", (tmp_path / "system",))
    docker = program(tmp_path / "bin/docker", '[ "$1 $2" = "buildx version" ] && echo buildx v1')
    return docker, Processes({"PATH": str(tmp_path / "bin"), "DOCKER_CONFIG": str(tmp_path / "own")})


@pytest.mark.parametrize("place", ["own/cli-plugins", "more", "system"])
def test_the_plug_in_is_called_by_itself_where_it_is_that_of_docker(machine, tmp_path, place):
    docker, processes = machine
    plugin = program(tmp_path / place / "docker-buildx", '[ "$1" = version ] && echo buildx v1')
    (tmp_path / "own").mkdir(exist_ok=True)
    (tmp_path / "own/config.json").write_text(json.dumps({"cliPluginsExtraDirs": [str(tmp_path / "more")]}))
    found = find_cli(processes)
    assert found == Cli(docker, buildx=True, plugin=plugin)
    assert found.command("buildx", "build", ".") == [plugin, "build", "."]
    assert found.command("version") == [docker, "version"]


@pytest.mark.parametrize("does", ["echo buildx v2", "exit 1"])
def test_another_plug_in_than_that_of_docker_is_not_called(machine, tmp_path, does):
    docker, processes = machine
    program(tmp_path / "system/docker-buildx", does)
    found = find_cli(processes)
    assert found.command("buildx", "build", ".") == [docker, "buildx", "build", "."]


@pytest.mark.parametrize("written", ["{", "[]", '{"cliPluginsExtraDirs": 1}', '{"cliPluginsExtraDirs": null}'])
def test_one_that_is_nowhere_to_be_found_is_called_by_docker(machine, tmp_path, written):
    docker, processes = machine
    (tmp_path / "own").mkdir()
    (tmp_path / "own/config.json").write_text(written)
    assert find_cli(processes) == Cli(docker, buildx=True)
