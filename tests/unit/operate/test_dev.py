"""What `dockyard dev` waits for."""

import threading
import time

import pytest

from dockyard.config import load_project
from dockyard.errors import BuildError
from dockyard.operate import dev
from dockyard.operate.dev import Watch, facts_of, named, saved


@pytest.fixture
def folder(tmp_path):
    """A project with a service of which only one file counts."""
    files = {
        "dockyard.yaml": "name: shop\nenvironments: {dev: {}}", "services/web/service.yaml": "kind: web\n",
        "services/web/Dockerfile": "FROM scratch\nCOPY a /a\n", "services/web/a": "1", "services/web/notes": "1",
        "services/other/service.yaml": "kind: web\nhttp: {path: /other}\nimage: {from: nginx, mirror: false}\n",
    }  # fmt: skip
    for path, text in files.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


def look(folder):
    project = load_project(folder)
    return facts_of(project, project.environment("dev"), "web")


def test_only_what_counts_for_the_image_and_the_settings_are_looked_at(folder):
    found = {path.removeprefix(f"{folder}/") for path in look(folder)}
    assert found == {"dockyard.yaml", "services/web/service.yaml", "services/web/Dockerfile", "services/web/a"}


def test_what_is_left_out_of_the_image_and_what_is_another_services_saves_nothing(folder):
    before = look(folder)
    for path in ("services/web/notes", "services/other/service.yaml"):
        (folder / path).write_text((folder / path).read_text() + "\n")
    assert look(folder) == before


def test_what_is_saved_is_told_with_its_time(folder, monkeypatch):
    monkeypatch.setattr(dev, "LOOK_SECONDS", 0.01)
    watch, file = Watch(lambda: look(folder)), folder / "services/web/a"
    threading.Timer(0.05, file.write_text, ["2"]).start()
    found = watch.wait()
    assert found.paths == (str(file),)
    assert abs(found.at - file.stat().st_mtime) < 0.1


def test_several_files_are_one_save():
    looks = iter([{"a": (1, 1, 1)}, {"a": (1, 2, 2)}, {"a": (1, 2, 2), "b": (1, 3, 3)}, {"a": (1, 2, 2), "b": (1, 3, 3)}])
    assert Watch(lambda: next(looks)).wait().paths == ("a", "b")


def test_what_cannot_be_told_yet_is_looked_at_again():
    def looks():
        yield {"a": (1, 1, 1)}
        raise BuildError("half written")

    answers = looks()
    watch = Watch(lambda: next(answers))
    assert watch._again() == {"a": (1, 1, 1)}


def test_of_what_is_gone_the_time_is_now():
    found = saved({"a": (1, 1, 1)}, {})
    assert found.paths == ("a",)
    assert time.time() - found.at < 1


def test_more_files_are_counted(tmp_path):
    assert named((str(tmp_path / "a/b"), "c"), tmp_path) == "a/b and 1 more"
