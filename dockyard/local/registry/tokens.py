"""Tokens for a registry: signed, so that nothing is kept of those that were given.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/registry_auth.html
"""

import base64
import binascii
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from secrets import token_bytes

USER = "AWS"
SECONDS = 12 * 3600


class TokenError(Exception):
    """These are no credentials of this registry."""


class ExpiredTokenError(TokenError):
    """They were."""


@dataclass(frozen=True)
class Tokens:
    """What one registry gives and takes."""

    secret: bytes = field(default_factory=lambda: token_bytes(32), repr=False)

    def password(self, account: str, region: str, now: float | None = None) -> str:
        """A new password for the registry of an account in a region, good for twelve hours."""
        content = {"account": account, "region": region, "expiration": int((now or time.time()) + SECONDS)}
        payload = base64.urlsafe_b64encode(json.dumps(content).encode()).decode()
        return f"{payload}.{self._signature(payload)}"

    def header(self, account: str, region: str) -> str:
        """The same as an Authorization header."""
        return "Basic " + base64.b64encode(f"{USER}:{self.password(account, region)}".encode()).decode()

    def registry_of(self, header: str, now: float | None = None) -> tuple[str, str]:
        """The account and region that an Authorization header is for. Raises TokenError."""
        user, _, password = _basic(header).partition(":")
        payload, _, signature = password.partition(".")
        if user != USER or not hmac.compare_digest(signature.encode(), self._signature(payload).encode()):
            raise TokenError
        content = json.loads(base64.urlsafe_b64decode(payload))
        if content["expiration"] < (now or time.time()):
            raise ExpiredTokenError
        return content["account"], content["region"]

    def _signature(self, payload: str) -> str:
        return hmac.new(self.secret, payload.encode(), hashlib.sha256).hexdigest()


def _basic(header: str) -> str:
    kind, _, value = header.partition(" ")
    if kind.lower() != "basic":
        raise TokenError
    try:
        return base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError) as error:
        raise TokenError from error
