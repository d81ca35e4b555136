"""A kept account that is damaged: told with its file and the way out, and nothing is written over."""

import json

import pytest

from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.errors import PrerequisiteError
from dockyard.local import kept
from dockyard.local.lifecycle import LocalAws

KEPT = json.dumps({"port": 4570, "account": "1", "persist": True})


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"port": "x", "account": "1"}', '{"port": 1, "account": null}', "\ud800"])
def test_a_damaged_note_of_the_account_stops_the_start(tmp_path, text):
    _assert_stops(tmp_path, "kept.json", text)


@pytest.mark.parametrize("text", ["", '{"__ministack_format__": 3, "payl', "[]", "\x00"])
def test_a_damaged_service_stops_the_start(tmp_path, text):
    _assert_stops(tmp_path, "services/ecs.json", text)


def test_what_is_whole_is_taken(tmp_path):
    assert kept.account(tmp_path) == {}
    (tmp_path / "kept.json").write_text(KEPT)
    (tmp_path / "services").mkdir()
    (tmp_path / "services/ecs.json").write_text('{"__ministack_format__": 3, "payload": {}}')
    (tmp_path / "services/sqs.json.tmp").write_text("{")
    assert kept.account(tmp_path) == {"port": 4570, "account": "1", "persist": True}
    kept.check(tmp_path)


def _assert_stops(folder, name, text):
    state = folder / "local"
    (state / "services").mkdir(parents=True)
    (state / "kept.json").write_text(KEPT)
    (state / name).write_text(text, errors="surrogatepass")
    said: list[str] = []
    with pytest.raises(PrerequisiteError) as caught:
        LocalAws(folder).up(Docker(Processes({})), None, None, said.append)
    assert str(caught.value).startswith(f"{state / name}: damaged: ")
    assert "dockyard local up --no-persist" in str(caught.value.hint)
    assert said == []
    assert (state / name).read_text(errors="surrogatepass") == text
