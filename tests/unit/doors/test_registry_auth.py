"""Credentials of registries, from the configuration of docker."""

import base64
import json

import pytest
import requests

from dockyard.doors.registry_auth import Credentials, authorization, of_docker
from dockyard.errors import BuildError

HELPER = """#!/bin/sh
read server
case $server in
  https://index.docker.io/v1/) echo '{"ServerURL": "", "Username": "u", "Secret": "p"}';;
  azure.example) echo '{"ServerURL": "", "Username": "<token>", "Secret": "t"}';;
  broken.example) echo "vault is locked"; exit 1;;
  *) echo "credentials not found in native keychain"; exit 1;;
esac
"""


@pytest.fixture
def configuration(tmp_path, monkeypatch):
    """Writes config.json of docker, beside a credential helper called test."""
    program = tmp_path / "docker-credential-test"
    program.write_text(HELPER)
    program.chmod(0o755)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path), prepend=":")
    return lambda content: (tmp_path / "config.json").write_text(json.dumps(content))


def test_a_login_in_the_file_is_found_by_the_registry(configuration):
    auth = base64.b64encode(b"u:p:q").decode()
    configuration({"auths": {"ghcr.io": {"auth": auth}, "https://index.docker.io/v1/": {"auth": auth}}})
    assert of_docker("ghcr.io") == of_docker("docker.io") == Credentials("u", "p:q")
    assert of_docker("quay.io") == Credentials()


def test_a_helper_is_asked_of_all_or_of_its_registry(configuration):
    configuration({"credsStore": "test"})
    assert of_docker("docker.io") == Credentials("u", "p")
    assert of_docker("quay.io") == Credentials()
    configuration({"credHelpers": {"azure.example": "test"}})
    assert of_docker("azure.example") == Credentials(identity_token="t")
    assert of_docker("docker.io") == Credentials()


def test_a_helper_that_fails_is_told(configuration):
    configuration({"credsStore": "test"})
    with pytest.raises(BuildError, match=r"does not tell the credentials for broken\.example"):
        of_docker("broken.example")


@pytest.mark.parametrize("auth", ["%%%", base64.b64encode(b"nobody").decode(), "é", base64.b64encode(b"\xff:p").decode(), 1])
def test_a_login_that_is_none_is_told_with_its_registry(configuration, auth):
    good = base64.b64encode(b"u:p").decode()
    configuration({"auths": {"quay.io": {"auth": good}, "ghcr.io": {"auth": auth}}})
    with pytest.raises(BuildError, match=r"has for ghcr\.io no base64 of user:password") as caught:
        of_docker("docker.io")
    assert caught.value.hint == "docker logout ghcr.io; docker login ghcr.io"


def test_without_a_configuration_nobody_is_there(configuration):
    assert of_docker("docker.io") == Credentials()


def test_nothing_secret_is_printed():
    assert "p" not in repr(Credentials("u", "p", "t")).replace("password", "")


class Session:
    """Remembers what it was asked, and answers with a token."""

    def __init__(self):
        self.asked = []

    def get(self, url, params, auth, timeout):
        self.asked.append(("GET", url, params, auth.value))
        return self._answer()

    def post(self, url, data, timeout):
        self.asked.append(("POST", url, data))
        return self._answer()

    def _answer(self):
        answer = requests.Response()
        answer.status_code, answer._content = 200, b'{"access_token": "x"}'
        return answer


CHALLENGE = 'Bearer realm="https://auth.example/token",service="r",scope="repository:a/b:pull,push"'


def test_a_bearer_token_is_asked_for_with_what_the_registry_wants():
    session = Session()
    assert authorization(session, CHALLENGE, Credentials("u", "p")) == "Bearer x"
    wanted = {"service": "r", "scope": "repository:a/b:pull,push"}
    assert session.asked == [("GET", "https://auth.example/token", wanted, "Basic dTpw")]


def test_an_identity_token_is_exchanged():
    session = Session()
    assert authorization(session, CHALLENGE, Credentials(identity_token="t")) == "Bearer x"
    ((method, _, form),) = session.asked
    assert (method, form["grant_type"], form["refresh_token"], form["scope"]) == (
        "POST", "refresh_token", "t", "repository:a/b:pull,push",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("challenge", "credentials"),
    [
        ("Basic realm=x", Credentials()),
        ("Negotiate", Credentials("u", "p")),
        ('Bearer realm="http://auth.example/token"', Credentials("u", "p")),
    ],
)
def test_what_cannot_be_answered_is_not(challenge, credentials):
    assert authorization(Session(), challenge, credentials) is None
