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


@pytest.mark.parametrize(
    "written",
    [
        "{",
        "[" * 100_000,
        "[]",
        '{"cliPluginsExtraDirs": ["a\\u0000b"]}',
        '{"cliPluginsExtraDirs": 1}',
        '{"cliPluginsExtraDirs": null}',
    ],
)
def test_one_that_is_nowhere_to_be_found_is_called_by_docker(machine, tmp_path, written):
    docker, processes = machine
    (tmp_path / "own").mkdir()
    (tmp_path / "own/config.json").write_text(written)
    assert find_cli(processes) == Cli(docker, buildx=True)


@pytest.mark.parametrize(("broken", "first"), [(None, "more"), ("more", "own/cli-plugins"), ("own/cli-plugins", "more")])
def test_of_several_that_is_taken_which_docker_takes(machine, tmp_path, broken, first):
    """Docker 20.10 and 28 were seen to look at these first, and at the user's own after them."""
    places = ("more", "own/cli-plugins", "system")
    for place in places:
        program(tmp_path / place / "docker-buildx", "echo buildx v1")
    if broken:
        (tmp_path / broken / "docker-buildx").unlink()
        (tmp_path / broken / "docker-buildx").mkdir()
    (tmp_path / "own/config.json").write_text(json.dumps({"cliPluginsExtraDirs": [str(tmp_path / "more")]}))
    assert find_cli(machine[1]).plugin == str(tmp_path / first / "docker-buildx")


def test_one_that_is_no_program_is_called_by_docker(machine, tmp_path):
    docker, processes = machine
    file = tmp_path / "system/docker-buildx"
    file.parent.mkdir()
    file.write_bytes(b"\x7fELF")
    file.chmod(0o755)
    assert find_cli(processes) == Cli(docker, buildx=True)


@pytest.mark.parametrize("name", ["DOCKER_TLS_VERIFY", "DOCKER_TLS"])
def test_an_engine_behind_tls_is_found_by_docker_alone(machine, tmp_path, name):
    docker, processes = machine
    program(tmp_path / "system/docker-buildx", "echo buildx v1")
    assert find_cli(processes.with_environment(**{name: "1"})) == Cli(docker, buildx=True)
    assert find_cli(processes).plugin
