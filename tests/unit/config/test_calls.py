"""Which services call which."""

import pytest

from dockyard.config import deployed_before


@pytest.mark.parametrize(
    ("calls", "before"),
    [
        ({"web": ("api",), "api": ()}, {"web": ["api"], "api": []}),
        ({"a": ("b",), "b": ("a",)}, {"a": ["b"], "b": []}),
        ({"a": ("b",), "b": ("c",), "c": ("a",)}, {"a": ["b"], "b": ["c"], "c": []}),
        ({"a": ("b", "c"), "b": ("c",), "c": ()}, {"a": ["b", "c"], "b": ["c"], "c": []}),
    ],
)
def test_what_is_called_goes_first_and_a_circle_is_cut(calls, before):
    assert deployed_before(calls) == before


@pytest.mark.parametrize(
    ("calls", "text"),
    [
        ("[mail]", 'calls[0]: should be another service of kind backend, which is api or users, got "mail"'),
        (
            "[site]",
            'calls[0]: should be another service of kind backend, which is api or users, got "site", which is of kind task',
        ),
        ("[api, api]", "calls: should name each once, got api twice"),
        ("api", 'calls: should be a list, got "api"; write [api]'),
    ],
)
def test_only_backends_are_called_and_each_is_named_once(files, calls, text):
    for name in ("api", "users"):
        files.service("kind: backend", name=name)
    files.service("kind: task", name="site")
    files.service(f"kind: web\ncalls: {calls}")
    assert files.problems() == [f"services/web/service.yaml: {text}"]


def test_where_there_is_no_backend_that_is_said(files):
    files.service("kind: web\ncalls: [api]")
    told = 'calls[0]: should be another service of kind backend, of which there is none, got "api"'
    assert files.problems() == [f"services/web/service.yaml: {told}"]


@pytest.mark.parametrize("others", [0, 1])
def test_a_service_does_not_call_itself(files, others):
    for name in ("api", "users")[:others]:
        files.service("kind: backend", name=name)
    files.service("kind: backend\ncalls: [web]")
    told = "calls[0]: a service cannot call itself by calls: remove it (at localhost it reaches its own container)"
    assert files.problems() == [f"services/web/service.yaml: {told}"]
