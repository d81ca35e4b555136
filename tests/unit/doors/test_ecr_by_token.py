"""What is made of a registry's answers where it is asked by a token alone, with one on loopback that gives them."""

import base64
import ssl
import urllib.request

import pytest

from dockyard.doors.ecr_by_token import EcrByToken
from dockyard.doors.registry import Registry as Address
from dockyard.doors.registry import RegistryError
from tests.unit.answering import Registry

DIGEST = {"Docker-Content-Digest": "sha256:1"}


@pytest.fixture
def registry():
    with Registry() as made:
        yield made


def of(host):
    return EcrByToken("000000000000", "us-east-1", Address(host, "AWS", "secret"), None)


@pytest.mark.parametrize(("status", "headers", "found"), [(200, DIGEST, "sha256:1"), (404, {}, None)])
def test_a_tag_has_a_digest_or_is_not_there(registry, monkeypatch, status, headers, found):
    monkeypatch.setenv("http_proxy", "http://localhost:1")  # which does not know this machine
    registry.status, registry.headers = status, headers
    assert of(registry.host).image_digest("a/b", "1") == found
    assert registry.asked == ["HEAD /v2/a/b/manifests/1"]
    assert registry.told[0]["Authorization"] == f"Basic {base64.b64encode(b'AWS:secret').decode()}"


def test_a_tag_whose_digest_is_not_told_is_a_fault(registry):
    with pytest.raises(RegistryError, match=f"^{registry.host}/a/b: the manifest of 1 came without a Docker-Content-Digest"):
        of(registry.host).image_digest("a/b", "1")


@pytest.mark.parametrize("status", [401, 403, 429, 500])
def test_a_refusal_is_told_by_its_status(registry, status):
    registry.status = status
    with pytest.raises(RegistryError, match=f"^{registry.host}/a/b: {status} ") as caught:
        of(registry.host).image_digest("a/b", "1")
    assert caught.value.status == status


def test_the_token_is_told_to_nobody_who_is_elsewhere(registry):
    with Registry() as other:
        other.headers = DIGEST
        registry.status, registry.headers = 307, {"Location": f"http://{other.host}/"}
        with pytest.raises(RegistryError, match="307"):
            of(registry.host).image_digest("a/b", "1")
        assert other.asked == []


def test_nobody_who_answers_is_told():
    with pytest.raises(RegistryError, match=r"^localhost:1/a/b: ") as caught:
        of("localhost:1").image_digest("a/b", "1")
    assert caught.value.status is None


def test_certificates_are_looked_at_and_those_that_are_named_are_trusted_alone(tmp_path):
    (handler,) = (one for one in of("registry.invalid")._opener.handlers if isinstance(one, urllib.request.HTTPSHandler))
    assert (handler._context.verify_mode, handler._context.check_hostname) == (ssl.CERT_REQUIRED, True)
    with pytest.raises(RegistryError, match="No such file"):
        EcrByToken("1", "r", Address("registry.invalid", "AWS", "secret"), tmp_path / "none").image_digest("a/b", "1")


def test_a_registry_elsewhere_is_spoken_to_by_https_and_the_proxy(registry, monkeypatch):
    monkeypatch.setenv("HTTPS_PROXY", f"http://{registry.host}")
    registry.status = 403
    with pytest.raises(RegistryError, match=r"^registry\.invalid/a/b: .*403"):
        of("registry.invalid").image_digest("a/b", "1")
    assert registry.asked == ["CONNECT registry.invalid:443"]
