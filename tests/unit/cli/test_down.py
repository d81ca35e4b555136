"""What stays on the engine after `dockyard down`, and how it is removed."""

import re
import shlex
from types import SimpleNamespace

import pytest

from dockyard.cli import down

TAG = "9f0fdb6022a8512e74b2"
ECR = "000000000000.dkr.ecr.us-east-1.amazonaws.com"
DIGEST = f"sha256:{64 * '0'}"


@pytest.fixture
def told(monkeypatch, capsys):
    """What is told of a project where the engine has images of these names."""

    def done(*there):
        docker = SimpleNamespace(answers=lambda: True, image_names=lambda: there)
        monkeypatch.setattr(down, "Docker", lambda _: docker)
        monkeypatch.setattr(down, "Session", lambda _: SimpleNamespace(processes=None, project=SimpleNamespace(name="demo")))
        monkeypatch.setattr(down.local, "stop", lambda _: None)
        down.down()
        return capsys.readouterr().err

    return done


def pattern(text):
    """What an image's name must match to be removed."""
    words = shlex.split(text)
    return re.compile(words[words.index("-E") + 1])


@pytest.mark.parametrize(
    "name",
    [
        f"demo/web:{TAG}",
        f"demo/web/proxy:{TAG}",
        f"{ECR}/demo/web:{TAG}",
        f"localhost:4566/demo/web:{TAG}",
        f"localhost:4566/demo/web/proxy@{DIGEST}",
    ],
)
def test_all_names_of_its_images_are_removed_and_none_by_force(told, name):
    text = told("python:3", name)
    assert text.endswith("| xargs docker rmi\n")
    assert pattern(text).search(name)


@pytest.mark.parametrize(
    "name",
    [
        f"demo2/web:{TAG}",
        f"other/demo/web:{TAG}",
        f"{ECR}/demo2/web:{TAG}",
        f"{ECR}/a/demo/web:{TAG}",
        "demo/web:1.2",
        f"demo/web@{DIGEST}",
        f"docker.io/demo/web:{TAG}",
    ],
)
def test_those_of_others_are_none_and_of_them_nothing_is_told(told, name):
    assert told(name) == ""
    assert not pattern(told(f"demo/web:{TAG}")).search(name)
