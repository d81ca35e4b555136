"""Pins are lifted by the tags that were deployed, whatever the sources are by then."""

from types import SimpleNamespace

import pytest

from dockyard.cli.pins import lift
from dockyard.config.lock import Lock, Pin

OLD, BAD, NEW = ("1" * 20, "2" * 20, "3" * 20)


@pytest.mark.parametrize(
    ("services", "tags", "gone"),
    [
        ([], {"web": OLD, "web.proxy": OLD}, []),
        ([], {"web": NEW, "web.proxy": OLD}, ["prod/web"]),
        (["web"], {"web": NEW, "web.proxy": NEW}, ["prod/web", "prod/web.proxy"]),
        (["api"], {"web": NEW, "web.proxy": NEW, "api": NEW}, []),
    ],
)
def test_those_go_of_which_another_tag_was_deployed(tmp_path, services, tags, gone):
    pins = {name: Pin(tag=OLD, instead_of=[BAD]) for name in ("dev/web", "prod/web", "prod/web.proxy")}
    environment = SimpleNamespace(name="prod")
    session = SimpleNamespace(root=tmp_path, environment=environment, project=SimpleNamespace(lock=Lock(pins=pins)))
    assert lift(session, services, tags) == gone
    assert (tmp_path / "dockyard.lock").exists() is bool(gone)
