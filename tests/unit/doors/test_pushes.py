"""The watch over pushes, with an engine that only tells."""

import functools

import docker.errors
import pytest
import requests.exceptions
import urllib3.exceptions

from dockyard.doors import pushes
from dockyard.doors.docker_push import events
from dockyard.doors.engine_faults import ENGINE_GONE, PushError
from dockyard.doors.pushes import Pushes
from dockyard.errors import BuildError

DONE = {"aux": {"Digest": "sha256:1"}}
SENDING, WAITING = {"id": "3f2a", "status": "Pushing"}, {"id": "3f2a", "status": "Waiting"}
SILENCE = urllib3.exceptions.ReadTimeoutError(None, "", "Read timed out.")


class Engine:
    """Tells these events to one push after the other; an error is raised in its place."""

    def __init__(self, *pushes):
        self.pushes, self.api, self.closed = list(pushes), self, 0

    def push(self, *_, **__):
        for event in self.pushes.pop(0):
            if isinstance(event, Exception):
                raise event
            yield event

    def close(self):
        self.closed += 1


def pushed(engine, silence=60, before=None):
    watched, lines = Pushes(functools.partial(events, lambda _: engine)), []
    if before:
        watched.push("a", "1", {}, lines.append, silence)
    return watched.push("a", "1", {}, lines.append, silence), lines


def test_a_push_is_told_line_by_line_and_its_connection_closed():
    engine = Engine([SENDING, {"id": "3f2a", "status": "Pushed"}, DONE])
    assert pushed(engine) == ("sha256:1", ["3f2a Pushing", "3f2a Pushed"])
    assert engine.closed == 1


@pytest.mark.parametrize("events", [[SENDING, SILENCE], [WAITING, SILENCE], [requests.exceptions.ReadTimeout()]])
def test_one_of_which_nothing_is_heard_is_a_stall(events):
    with pytest.raises(PushError, match="nothing was heard of it for 60 seconds") as caught:
        pushed(Engine(events))
    assert caught.value.stalled


def test_an_engine_that_says_the_same_again_and_again_is_silent(monkeypatch):
    """As one with containerd's image store does, whatever goes on."""
    now = [0.0]
    monkeypatch.setattr(pushes.time, "monotonic", lambda: now[0])

    def repeated(*events):
        for event in events:
            now[0] += 20.0
            yield event

    moves = [{**SENDING, "progressDetail": {"current": number, "total": 9}} for number in range(9)]
    assert pushed(Engine(repeated(*moves, DONE)))[0] == "sha256:1"
    stuck = [moves[1], {**WAITING, "id": "77aa"}] * 9
    with pytest.raises(PushError, match="nothing was heard of it for 60 seconds") as caught:
        pushed(Engine(repeated(*stuck)))
    assert caught.value.stalled


def test_one_that_waits_for_the_layers_of_another_is_none():
    """It is asked for again, and goes on waiting; with no other it would be one."""
    engine = Engine([SENDING, DONE], [WAITING, SILENCE], [WAITING, SENDING, DONE])
    assert pushed(engine, before=True)[0] == "sha256:1"


@pytest.mark.parametrize(
    "error",
    [
        requests.exceptions.ConnectionError(),
        urllib3.exceptions.ProtocolError("Connection broken"),
        docker.errors.DockerException(),
    ],
)
def test_an_engine_that_is_gone_is_told(error):
    with pytest.raises(BuildError, match=ENGINE_GONE) as caught:
        pushed(Engine([SENDING, error]))
    assert not isinstance(caught.value, PushError)


def test_an_engine_that_ends_without_a_word_has_pushed_nothing():
    with pytest.raises(PushError, match=r"without a word \(layer 3f2a\)"):
        pushed(Engine([SENDING]))
