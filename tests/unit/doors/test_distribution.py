"""What a registry's client makes of answers that are none, with a registry on loopback that gives them."""

import pytest

from dockyard.doors.distribution import Blob, Repository
from dockyard.doors.registry import RegistryError, UnansweredError
from dockyard.doors.registry_auth import Credentials
from tests.unit.answering import Registry


@pytest.fixture
def registry():
    with Registry() as made:
        yield made


@pytest.fixture
def repository(registry):
    with Repository(registry.host, "a/b", Credentials()) as made:
        yield made


def test_a_connection_that_breaks_within_a_manifest_is_told_with_the_repository(registry, repository):
    registry.content, registry.says_bytes = b"{", 100
    with pytest.raises(UnansweredError, match=f"^{registry.host}/a/b: "):
        repository.manifest("1")


def test_a_manifest_that_is_packed_wrongly_is_told_with_the_repository(registry, repository):
    registry.content, registry.headers = b"{}", {"Content-Encoding": "gzip"}
    with pytest.raises(RegistryError, match=f"^{registry.host}/a/b: "):
        repository.manifest("1")


def test_an_upload_without_a_place_is_told(registry, repository):
    registry.status = 202
    with pytest.raises(RegistryError, match=f"^{registry.host}/a/b: 202 without a Location"):
        repository.put_blob("sha256:1", Blob(1, [b"x"]))


def test_whoever_is_refused_is_told_to_log_in_where_nothing_else_is_known(registry, repository):
    for registry.status in (401, 403, 429):
        with pytest.raises(RegistryError) as caught:
            repository.has_blob("sha256:1")
        assert f"docker login {registry.host}" in caught.value.hint


@pytest.mark.parametrize(("status", "hint"), [(401, "see there"), (403, "see there"), (429, None), (404, None)])
def test_whoever_is_refused_is_told_what_helps_with_this_repository(registry, status, hint):
    registry.status = status
    with Repository(registry.host, "a/b", Credentials(), hint="see there") as ours, pytest.raises(RegistryError) as caught:
        ours.manifest("1")
    assert caught.value.hint == hint


def test_no_query_of_an_address_is_told_for_it_may_be_signed(registry, repository):
    registry.status, registry.headers = 307, {"Location": "http://localhost:1/layer?X-Amz-Signature=secret&b=1"}
    with pytest.raises(UnansweredError, match="/layer") as caught, repository.blob("sha256:1", 1):
        pass
    assert "secret" not in str(caught.value)
    assert "connection refused" in str(caught.value)


@pytest.mark.parametrize(("host", "why"), [("nobody.invalid", "no such host"), ("localhost:1", "connection refused")])
def test_why_nobody_answers_is_told_in_a_few_words(host, why, monkeypatch):
    monkeypatch.setenv("no_proxy", "*")
    with Repository(host, "a/b", Credentials()) as ours, pytest.raises(UnansweredError) as caught:
        ours.manifest("1")
    assert str(caught.value) == f"{host}/a/b: {why}"
