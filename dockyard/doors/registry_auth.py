"""Who we are to a registry: what the configuration of `docker` says, and the token that the registry makes of it.

https://distribution.github.io/distribution/spec/auth/token/ and https://distribution.github.io/distribution/spec/auth/oauth/
"""

import base64
from dataclasses import dataclass, field
from urllib.parse import urlsplit
from urllib.request import parse_http_list, parse_keqv_list

import docker.auth
import docker.errors
import docker.utils.config
import requests

from dockyard.doors.registry import LOOPBACK
from dockyard.errors import BuildError

TIMEOUT = (10, 60)
"""Seconds to connect, and between two parts of an answer."""


@dataclass(frozen=True)
class Credentials:
    """A user and a password, or the token that a login gave in place of both; empty for nobody."""

    username: str = ""
    password: str = field(default="", repr=False)
    identity_token: str = field(default="", repr=False)

    @property
    def basic(self) -> str | None:
        """As a header; None where there is no user."""
        pair = base64.b64encode(f"{self.username}:{self.password}".encode()).decode()
        return f"Basic {pair}" if self.username else None


def of_docker(registry: str) -> Credentials:
    """What `docker login` has left for this registry, credential helpers included.

    Raises BuildError where a helper fails, or where what is left for any registry is damaged.
    """
    try:
        found = docker.auth.load_config().resolve_authconfig(registry) or {}
    except docker.errors.DockerException as error:
        raise BuildError(f"the configuration of docker does not tell the credentials for {registry}: {error}") from error
    except (TypeError, ValueError) as error:
        raise damaged_login() or error from error
    known = {key.lower(): value or "" for key, value in found.items()}
    return Credentials(known.get("username", ""), known.get("password", ""), known.get("identitytoken", ""))


def damaged_login() -> BuildError | None:
    """What to do about credentials that docker-py cannot read; it reads those of all registries, whichever is meant."""
    for name, entry in (docker.utils.config.load_general_config().get("auths") or {}).items():
        try:
            docker.auth.parse_auth({name: entry})
        except (TypeError, ValueError):
            return BuildError(
                f"the configuration of docker has for {name} no base64 of user:password as auth",
                hint=f"docker logout {name}; docker login {name}",
            )
    return None


def authorization(session: requests.Session, challenge: str, credentials: Credentials) -> str | None:
    """The header that answers `WWW-Authenticate`; None where it cannot be answered, or only by telling credentials by HTTP.

    Raises HTTPError where the server of tokens cannot answer for now.
    """
    scheme, _, rest = challenge.partition(" ")
    if scheme.lower() == "basic":
        return credentials.basic
    if scheme.lower() != "bearer":
        return None
    asked = parse_keqv_list(parse_http_list(rest))
    realm = asked.pop("realm")
    if not realm.startswith("https://") and urlsplit(realm).hostname not in LOOPBACK:
        return None
    wanted = {key: value for key, value in asked.items() if key in ("service", "scope")}
    if credentials.identity_token:
        form = {**wanted, "grant_type": "refresh_token", "client_id": "dockyard", "refresh_token": credentials.identity_token}
        answer = session.post(realm, data=form, timeout=TIMEOUT)
    else:
        answer = session.get(realm, params=wanted, auth=Header(credentials.basic), timeout=TIMEOUT)
    if answer.status_code == requests.codes.too_many_requests or answer.status_code >= requests.codes.server_error:
        answer.raise_for_status()
    if not answer.ok:
        return None
    content = answer.json()
    return f"Bearer {content.get('token') or content['access_token']}"


@dataclass(frozen=True)
class Header(requests.auth.AuthBase):
    """This header and none of ~/.netrc; it does not follow a redirect to another host."""

    value: str | None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        """The request with it."""
        if self.value:
            request.headers["Authorization"] = self.value
        return request
