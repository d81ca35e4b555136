"""Which images a push makes that reads no project, and where it does not dare to."""

import os
import time

import pytest

from dockyard.build.build_settings import BuildSecret, BuildSettings
from dockyard.cli.changed import changed, push_changed
from dockyard.deploy import looking
from dockyard.deploy.looking import look
from dockyard.deploy.standing import StandingImages, parts, pushed


@pytest.fixture
def root(tmp_path, monkeypatch):
    for name in (
        "dockyard.yaml",
        "services/web/main.py",
        "services/web/service.yaml",
        "services/api/main.py",
        "services/lib/a.py",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(name)
        os.utime(tmp_path / name, ns=(1, 1))
    monkeypatch.setattr(looking, "RACY_NS", 10**8)
    time.sleep(0.12)
    return tmp_path.resolve()


def settings(root, service, **more):
    return BuildSettings(service, f"shop/{service}", root / "services" / service, root / "hashes.json", **more)


def left(root, *builds):
    """As a push has written it, and the next one has read it."""
    made = StandingImages(
        **parts(look(root)), account="1", region="r", role="l", publishing_role="p", registry="", keeps_indexes=False, cautions=[], images=[],
        builds={one.service: vars(one) | {"secrets": {id: vars(of) for id, of in one.secrets.items()}} for one in builds},
    )  # fmt: skip
    made.write(root, None)
    return pushed(root, None)


def write(path, text="other"):
    path.write_text(text)
    time.sleep(0.12)


def test_only_images_of_changed_sources_are_made(root):
    before = left(root, settings(root, "web"), settings(root, "api"))
    assert changed(root, before, look(root)) == []
    write(root / "services/web/main.py")
    assert changed(root, before, look(root)) == ["web"]
    write(root / "services/lib/a.py")
    assert changed(root, before, look(root)) == ["web"]


def test_a_file_that_may_be_written_again_counts_as_changed(root):
    before = left(root, settings(root, "web"), settings(root, "api"))
    os.utime(root / "services/api/main.py")
    assert changed(root, before, look(root)) == ["api"]


def test_an_image_may_be_built_from_the_folders_of_others(root):
    """By its context, or its Dockerfile; or from them all."""
    all_of_it = BuildSettings("all", "shop/all", root / "services", root / "h")
    before = left(root, settings(root, "web", dockerfile="../lib/Dockerfile"), settings(root, "api"), all_of_it)
    write(root / "services/lib/a.py")
    assert changed(root, before, look(root)) == ["web", "all"]


@pytest.mark.parametrize("path", ["dockyard.yaml", "services/web/service.yaml", "services/new", "stacks.py"])
def test_the_project_is_read_where_anything_else_is_another(root, path):
    before = left(root, settings(root, "web"))
    write(root / path)
    assert changed(root, before, look(root)) is None


def test_the_project_is_read_where_the_push_before_said_so_or_folders_are_others(root):
    before = left(root, settings(root, "web"))
    assert changed(root, StandingImages(**vars(before) | {"builds": None}), look(root)) is None
    (root / "services/more").mkdir()
    assert changed(root, before, look(root)) is None


@pytest.mark.parametrize(
    "damage",
    [
        {"builds": [1]}, {"builds": {"web": []}}, {"folders": None}, {"images": [1]}, {"images": None}, {"images": [{}]},
        {"cautions": [["a"]]}, {"builds": {"web": {"context": "\0", "dockerfile": None}}},
    ],
)  # fmt: skip
def test_the_project_is_read_where_the_file_is_damaged(root, damage):
    before = left(root, settings(root, "web"))
    write(root / "services/web/main.py")
    assert push_changed(root, None, StandingImages(**vars(before) | damage), look(root), 4, None, json=True) is None


def test_what_may_be_another_soon_is_left_without_a_digest(root):
    (root / "services/web/main.py").write_text("other")
    found = parts(look(root))
    assert (found["seen"], found["folders"]["web"], bool(found["folders"]["api"])) == ("", "", True)


def test_settings_are_the_same_after_they_were_written(root):
    made = settings(root, "web", platforms=("linux/arm64",), secrets={"npm": BuildSecret(env="T")}, attestations=("--sbom=true",))
    assert BuildSettings.read(left(root, made).builds["web"]) == made
