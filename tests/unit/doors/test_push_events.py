"""What the engine tells of a push."""

from dockyard.doors.push_events import PushEvents


def read(*events):
    told = PushEvents()
    return told, [told.read(event) for event in events]


def test_the_digest_is_in_the_last_event():
    told, lines = read(
        {"status": "The push refers to repository [localhost:1/a]"},
        {"status": "Pushing", "progressDetail": {"current": 1, "total": 2}, "id": "3f2a"},
        {"status": "Pushed", "progressDetail": {}, "id": "3f2a"},
        {"progressDetail": {}, "aux": {"Tag": "v1", "Digest": "sha256:1", "Size": 7}},
    )
    assert (told.digest, told.error, told.sending) == ("sha256:1", None, [])
    assert lines == ["The push refers to repository [localhost:1/a]", "3f2a Pushing 1/2", "3f2a Pushed", None]


def test_layers_on_their_way_are_those_that_were_sent_again_and_are_not_there():
    told, _ = read(
        {"status": "Pushing", "id": "one"},
        {"status": "Retrying in 1 second", "id": "two"},
        {"status": "Retrying in 1 second", "id": "three"},
        {"status": "Pushed", "id": "three"},
        {"status": "Layer already exists", "id": "four"},
        {"status": "Pushing", "id": "two"},
        {"errorDetail": {"message": "digest invalid"}, "error": "digest invalid"},
    )
    assert (told.error, told.sending) == ("digest invalid", ["two"])


def test_else_they_are_those_that_were_on_their_way():
    told, _ = read({"status": "Pushing", "id": "one"}, {"status": "Waiting", "id": "two"}, {"error": "EOF"})
    assert told.sending == ["one"]
