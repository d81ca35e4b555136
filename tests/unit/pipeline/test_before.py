"""What is noted of what ran before a deploy."""

from pathlib import Path

import pytest

from dockyard.errors import DeployError, UsageError
from dockyard.operate.status import State, Status
from dockyard.pipeline.before import images_before, noted

FILE = Path("before.json")
WEB = Status("web", "web", State.STEADY, images={"app": "r/web:1", "proxy": "r/web.proxy:2"})
NEW, BROKEN = Status("new", "web", State.NOT_DEPLOYED), Status("bad", "web", State.FAILED, "its service is gone")
LOST = Status("api", "backend", State.UNKNOWN, "AWS does not tell: throttled")


def test_images_of_all_containers_come_back_and_none_of_what_did_not_run():
    assert images_before(FILE, noted([WEB, NEW, BROKEN])) == {"web": WEB.images, "new": {}, "bad": {}}


def test_nothing_is_noted_where_aws_does_not_tell_of_a_service():
    with pytest.raises(DeployError, match=r"^api: AWS does not tell: throttled$"):
        noted([WEB, LOST])


def test_what_nobody_knew_is_not_taken_for_what_was_not_there():
    assert images_before(FILE, '[{"service": "api", "state": "unknown", "images": {}}]') == {"api": None}


@pytest.mark.parametrize("text", ["", "{}x", '[{"service": "web"}]', "[1]", '{"web": 1}'])
def test_another_file_is_refused(text):
    with pytest.raises(UsageError, match=r"before.json: should be what dockyard pipeline note wrote"):
        images_before(FILE, text)
