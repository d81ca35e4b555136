"""What AWS gives."""

from dockyard.doors.aws import Registry


def test_the_token_of_a_registry_is_not_printed():
    assert "secret" not in repr(Registry("localhost:1", "AWS", "secret"))
