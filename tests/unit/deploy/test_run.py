"""What is told at once, while images are still built."""

import threading
from types import SimpleNamespace

import pytest

from dockyard.deploy import run
from dockyard.errors import DeployError
from dockyard.progress import Silent


def test_a_synth_that_fails_ends_the_builds_of_a_push(tmp_path, monkeypatch):
    ended = threading.Event()
    monkeypatch.setattr(run, "fingerprint", lambda *_: "")
    monkeypatch.setattr(run, "lacking", lambda *_: [])
    monkeypatch.setattr(run, "_built", lambda *_: ended.wait(20))
    monkeypatch.setattr(run, "end_all", ended.set)

    def broken(*_, **__):
        raise DeployError("failed to synthesize: app.py")

    nothing = SimpleNamespace(name="dev", account="1", region="r", environment={}, root=tmp_path)
    site = SimpleNamespace(
        project=nothing, environment=nothing, aws=nothing, reading=nothing, workshop=nothing, processes=None, synth=broken
    )
    with pytest.raises(DeployError, match="failed to synthesize"):
        run.prepare(site, [], Silent(), tmp_path, None)
    assert ended.is_set()
