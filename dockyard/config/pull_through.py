"""The `pull_through` part of dockyard.yaml: registries of which ECR keeps a cache.

https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

from typing import Annotated

from pydantic import AfterValidator

from dockyard.config.model import Model, words
from dockyard.config.problems import one_of
from dockyard.config.reference import ECR_PUBLIC, HUB

_OPEN = (ECR_PUBLIC, "quay.io", "registry.k8s.io")
_CLOSED = (HUB, "ghcr.io", "registry.gitlab.com", "cgr.dev")
"""ECR takes rules for these with credentials only."""
_AZURE = ".azurecr.io"


def _upstream(value: str) -> str:
    if value not in (*_OPEN, *_CLOSED) and not value.endswith(_AZURE):
        raise ValueError(f'should be {one_of([*_OPEN, *_CLOSED, f"NAME{_AZURE}"])}: ECR caches no others, got "{value}"')
    return value


Upstream = Annotated[str, AfterValidator(_upstream)]


class PullThrough(Model):
    """A pull-through cache rule of ECR, and the images that come by it."""

    prefix: Annotated[str, words("2 to 30 lower-case letters, digits and . _ - / between them",
                                 r"(?=.{2,30}$)[a-z0-9]+([._/-][a-z0-9]+)*")]  # fmt: skip
    """What names of cached repositories begin with: `docker-hub` makes `nginx` to `docker-hub/library/nginx`."""
    secret: (
        Annotated[
            str, words("a secret whose name begins with ecr-pullthroughcache/, or its ARN",
                       r"(arn:aws:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?ecr-pullthroughcache/[A-Za-z0-9/_+=.@-]{1,400}"),
        ] | None
    ) = None  # fmt: skip
    """Secret of Secrets Manager, of the same account and region, with `username` and `accessToken` for the registry."""
    existing: bool = False
    """The rule is there already, made elsewhere: a prefix belongs to one rule of an account and region."""


def _complete(rules: dict[str, PullThrough]) -> dict[str, PullThrough]:
    prefixes: dict[str, str] = {}
    for registry, rule in rules.items():
        other = prefixes.setdefault(rule.prefix, registry)
        if other != registry:
            raise ValueError(f"{registry} and {other} should have different prefixes, got {rule.prefix} for both")
        if registry not in _OPEN and rule.secret is None and not rule.existing:
            raise ValueError(f"{registry} needs a secret: ECR takes a rule for it with credentials only")
    return rules


Rules = Annotated[dict[Upstream, PullThrough], AfterValidator(_complete)]
