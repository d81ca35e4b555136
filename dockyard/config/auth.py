"""The `http.auth` part of a service.yaml: who the load balancer lets through to the service."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.secret import ManagedSecret

Https = Annotated[str, words("an address that begins with https://", r"https://[^\s/?#]+[^\s#]*")]


class Oidc(Model):
    """Clients sign in at an identity provider (OpenID Connect), by a browser.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    """

    issuer: Https
    """The provider."""
    authorization_endpoint: Https
    """Where clients sign in. This and the two others are in the provider's `/.well-known/openid-configuration`."""
    token_endpoint: Https
    """Where the load balancer gets tokens."""
    user_info_endpoint: Https
    """Where it gets what is known of the user."""
    client_id: str = Field(min_length=1)
    """By which the provider knows the application."""
    client_secret: ManagedSecret
    """Where the application's secret at the provider is."""
    scope: str = "openid"
    """What is asked of the provider: `openid email`."""
    session_timeout: Annotated[int, number(1, 604800, "seconds")] = 28800
    """How long a client is signed in."""
    on_unauthenticated: Literal["authenticate", "deny", "allow"] = "authenticate"
    """What becomes of who is not signed in: asked to, refused with 401 (for calls by scripts), or let through."""


class Jwt(Model):
    """Clients send a token (`Authorization: Bearer`), signed with RS256, whose signature, issuer and dates are checked.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
    """

    issuer: Https
    """Who must have issued it (`iss`)."""
    jwks_endpoint: Https
    """Where the issuer's public keys are."""


class Auth(Model):
    """One of two ways."""

    oidc: Oidc | None = None
    """Clients sign in."""
    jwt: Jwt | None = None
    """Clients send a token."""

    @model_validator(mode="after")
    def _is_one_way(self) -> "Auth":
        if (self.oidc is None) == (self.jwt is None):
            raise ValueError(f"should have oidc or jwt, got {'both' if self.jwt else 'neither'}")
        return self
