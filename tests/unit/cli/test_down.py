"""What stays on the engine after `dockyard down`, and how it is removed."""

import re
import shlex
from types import SimpleNamespace

import pytest

from dockyard.cli import down


@pytest.fixture
def told(monkeypatch, capsys):
    """What is told of a project with these images, where the engine has some of these repositories."""

    def done(images, there):
        docker = SimpleNamespace(answers=lambda: True, has_built=lambda name: name in there)
        project = SimpleNamespace(name="demo", environments={"dev": SimpleNamespace(images=dict.fromkeys(images))})
        monkeypatch.setattr(down, "Docker", lambda _: docker)
        monkeypatch.setattr(down, "Session", lambda _: SimpleNamespace(processes=None, project=project))
        monkeypatch.setattr(down.local, "stop", lambda _: None)
        down.down()
        return capsys.readouterr().err

    return done


def pattern(text):
    """What an image's name must match to be removed."""
    words = shlex.split(text)
    return re.compile(words[words.index("-E") + 1])


def test_images_of_the_projects_own_services_alone_are_removed_and_none_by_force(told):
    text = told(["web", "api", "new"], ["demo/web", "demo/api", "demo/of-another"])
    assert text.endswith("xargs docker rmi\n")
    found = pattern(text)
    assert found.search("demo/web:1")
    assert found.search("demo/api:2")
    assert not any(found.search(name) for name in ("demo/new:1", "demo/of-another:1", "demo/web/log:1", "other/demo/web:1"))
    assert pattern(told(["web"], ["demo/web"])).pattern == "^demo/web:"


def test_where_none_was_built_nothing_is_told(told):
    assert told(["web"], ["demo/of-another"]) == ""
