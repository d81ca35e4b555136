"""The `http.auth` part of a service.yaml: who the load balancer lets through to the service."""

from collections.abc import Iterator
from typing import Annotated, Literal

from pydantic import Field, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.problems import Problem, all_of
from dockyard.config.secret import ManagedSecret

Https = Annotated[str, words("an address that begins with https://", r"https://[^\s/?#]+[^\s#]*")]


class SignIn(Model):
    """What both ways to sign in have."""

    scope: str = "openid"
    """What is asked of the provider: `openid email`."""
    session_timeout: Annotated[int, number(1, 604800, "seconds")] = 28800
    """How long a client is signed in."""
    on_unauthenticated: Literal["authenticate", "deny", "allow"] = "authenticate"
    """What becomes of who is not signed in: asked to, refused with 401 (for calls by scripts), or let through."""


class Oidc(SignIn):
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


class Cognito(SignIn):
    """Clients sign in at a user pool of Amazon Cognito that is there, by a browser.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-authenticate-users.html
    """

    user_pool: Annotated[
        str,
        words(
            "the ARN of a user pool such as arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI",
            r"arn:aws:cognito-idp:[a-z0-9-]+:\d{12}:userpool/[\w-]+_[0-9A-Za-z]+",
        ),
    ]
    """ARN of the user pool, in the account and region of the load balancer."""
    client_id: Annotated[str, words("the id of an app client such as 1h57kf5cpq17m0eml12EXAMPLE", r"[0-9A-Za-z]{1,128}")]
    """Id of its app client, which has a secret and the authorization code grant."""
    domain: Annotated[
        str,
        words(
            "the prefix of its domain such as my-shop, without .auth.REGION.amazoncognito.com, or a domain of your own",
            r"(?!.*amazoncognito\.com$)[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)*",
        ),
    ]
    """Where clients sign in: the prefix of the user pool's domain, or a domain of its own."""


class Jwt(Model):
    """Clients send a token (`Authorization: Bearer`), signed with RS256, whose signature, issuer and dates are checked.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html
    """

    issuer: Https
    """Who must have issued it (`iss`)."""
    jwks_endpoint: Https
    """Where the issuer's public keys are."""


class Auth(Model):
    """One of three ways."""

    oidc: Oidc | None = None
    """Clients sign in at a provider."""
    cognito: Cognito | None = None
    """Clients sign in at a user pool of Amazon Cognito."""
    jwt: Jwt | None = None
    """Clients send a token."""

    @model_validator(mode="after")
    def _is_one_way(self) -> "Auth":
        given = [key for key in ("oidc", "cognito", "jwt") if getattr(self, key)]
        if len(given) != 1:
            raise ValueError(f"should have oidc, cognito or jwt, got {all_of(given) if given else 'none'}")
        return self


def user_pool_problems(auth: Auth, account: str | None, region: str | None) -> Iterator[Problem]:
    """A user pool that the load balancer does not know. Elastic Load Balancing says `not a valid user pool ARN` of it.

    https://github.com/kubernetes-sigs/aws-load-balancer-controller/issues/1057
    """
    found = auth.cognito.user_pool.split(":")[3:5] if auth.cognito else []
    for wanted, got in zip((region, account), found, strict=False):
        if wanted and got != wanted:
            message = (
                f"should be in {wanted}, where the load balancer is, got one in {got}; take oidc, with the user pool's endpoints"
            )
            yield Problem(("cognito", "user_pool"), message)
