"""What becomes of dockyard.lock where what writes a pin into it fails."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import EndpointConnectionError

from dockyard.cli import pins
from dockyard.cli.pins import kept
from dockyard.errors import DeployError

OLD, BAD = "1" * 20, "2" * 20


@pytest.fixture
def session(tmp_path, monkeypatch):
    """Of an account whose stack is in this state, and whose service runs this tag."""

    def made(status, tag):
        def asked(*_):
            if isinstance(status, Exception):
                raise status
            return {"StackStatus": status}

        look = [SimpleNamespace(version=SimpleNamespace(tag=tag))]
        monkeypatch.setattr(pins, "describe", asked)
        monkeypatch.setattr(pins, "Lookout", lambda _: SimpleNamespace(look=lambda _: look))
        site = SimpleNamespace(reading=SimpleNamespace(cloudformation=None), service_stack=lambda name: name)
        return SimpleNamespace(root=tmp_path, site=site)

    return made


def _fail(session, error):
    with pytest.raises(type(error)), kept(session, {"web": OLD}):
        (session.root / "dockyard.lock").write_text("pinned")
        raise error


@pytest.mark.parametrize("before", [None, "before"])
def test_it_is_as_before_where_the_account_is(session, tmp_path, before):
    file = tmp_path / "dockyard.lock"
    if before:
        file.write_text(before)
    _fail(session("UPDATE_ROLLBACK_COMPLETE", BAD), DeployError("it dies"))
    assert (file.read_text() if file.exists() else None) == before


@pytest.mark.parametrize(
    ("status", "tag", "why"),
    [
        ("UPDATE_IN_PROGRESS", BAD, "its stack is being changed (UPDATE_IN_PROGRESS)"),
        ("UPDATE_COMPLETE", OLD, "the version runs that it is pinned to"),
        (EndpointConnectionError(endpoint_url="x"), BAD, "whether it goes on in the account could not be asked"),
    ],
)
def test_the_pin_stays_where_the_account_goes_back_or_may(session, tmp_path, capsys, status, tag, why):
    _fail(session(status, tag), EndpointConnectionError(endpoint_url="x"))
    assert (tmp_path / "dockyard.lock").read_text() == "pinned"
    assert f"web: {why}, so its pin stays in dockyard.lock" in " ".join(capsys.readouterr().err.split())


def test_the_pin_stays_where_it_is_interrupted(session, tmp_path):
    _fail(session("UPDATE_ROLLBACK_COMPLETE", BAD), KeyboardInterrupt())
    assert (tmp_path / "dockyard.lock").read_text() == "pinned"


def test_of_several_of_which_some_got_there_all_pins_stay_and_the_others_are_told(session, tmp_path, capsys, monkeypatch):
    there = session("UPDATE_COMPLETE", OLD)
    monkeypatch.setattr(pins, "_why_kept", lambda _, service, __: "it runs" if service == "web" else None)
    with pytest.raises(DeployError), kept(there, {"web": OLD, "api": OLD}):
        (tmp_path / "dockyard.lock").write_text("pinned")
        raise DeployError("api dies")
    assert (tmp_path / "dockyard.lock").read_text() == "pinned"
    assert "api: not there, and its pin stays as well" in capsys.readouterr().err
