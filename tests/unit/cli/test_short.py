"""What is left out of tables."""

import sys

import pytest

from dockyard.cli import short

DIGEST = "sha256:" + "0123456789ab" * 5 + "cdef"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("service demo-dev/demo-dev-hello-node-WebServiceD04B5F3E (demodevhellonodeWebTask910D303F:1)", "service hello-node"),
        ("deployed: service demo-dev/demo-dev-api-Web9F-aB3xYz, to roll back to (x:3)", "deployed: service api, to roll back to"),
        ("service demo-prod/demo-prod-api-Web9F (x:3), task 5344f2b6 (y:1)", "service api of demo-prod, task 5344f2b6"),
        ("service other/legacy (x:3)", "service other/legacy"),
        ("stack demo-dev-tool (demodevtool:12)", "stack demo-dev-tool"),
        ("in one of the last 10 receipts", "in one of the last 10 receipts"),
    ],
)
def test_a_use_is_told_by_the_name_of_the_service(text, shown):
    assert short.uses(text, "demo-dev") == shown


@pytest.mark.parametrize(("terminal", "shown"), [(True, "sha256:0123456789ab"), (False, DIGEST)])
def test_a_digest_is_cut_on_a_terminal_alone(monkeypatch, terminal, shown):
    monkeypatch.setattr(sys.stdout, "isatty", lambda: terminal)
    assert short.digest(DIGEST) == shown
    assert short.digest(None) is None


def test_what_is_none_is_not_counted():
    assert short.counted(images=1, caches=0, without_a_tag=0) == "1 image"
    assert short.counted(images=2, caches=1, without_a_tag=1) == "2 images, 1 cache, 1 without a tag"
    assert short.counted(images=0) == "nothing"


def test_a_service_of_the_cluster_is_told_by_its_name():
    assert short.service("demo-dev-hello-node-WebServiceD04B5F3E", "demo-dev") == "hello-node"
    assert short.service("demo-prod-api-Web9F", "demo-dev") == "demo-prod-api-Web9F"
    assert short.service("", "demo-dev") == ""
