"""Rules of the load balancer that answer or redirect by themselves, and how a service's requests are rewritten."""

import re
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.route import Route, path_patterns
from dockyard.config.shown import show

_PLACEHOLDER = re.compile(r"#\{(\w+)\}")
_PLACEHOLDERS = {"protocol", "host", "port", "path", "query"}


class Answer(Model):
    """What the load balancer answers by itself."""

    status: Annotated[int, number(200, 599)] = 200
    """Status code: 2xx, 4xx or 5xx."""
    content_type: Literal["text/plain", "text/css", "text/html", "application/javascript", "application/json"] = "text/plain"
    """What the body is."""
    body: Annotated[str, words("at most 1024 characters", r"(?s).{0,1024}")] = ""
    """What is answered."""

    @model_validator(mode="after")
    def _is_an_answer(self) -> "Answer":
        if 300 <= self.status < 400:
            raise ValueError(f"status should be 2xx, 4xx or 5xx, got {self.status}; redirect sends clients elsewhere")
        return self


class Maintenance(Answer):
    """What a service's clients are told while it is not to be reached."""

    status: Annotated[int, number(200, 599)] = 503
    """Status code: 2xx, 4xx or 5xx."""
    content_type: Literal["text/plain", "text/css", "text/html", "application/javascript", "application/json"] = "text/html"
    """What the body is."""
    body: Annotated[str, words("at most 1024 characters", r"(?s).{0,1024}")] = (
        "<!doctype html><title>Maintenance</title><h1>Down for maintenance</h1><p>Please come back in a while.</p>"
    )
    """What is answered."""


def page(value: Any) -> Any:
    """`true` is the page as it is, text another page."""
    if value is True or value is False:
        return {} if value else None
    return {"body": value} if isinstance(value, str) else value


Page = BeforeValidator(page, json_schema_input_type=bool | str | Maintenance | None)


def _target(value: str) -> str:
    """https://docs.aws.amazon.com/elasticloadbalancing/latest/APIReference/API_RedirectActionConfig.html."""
    parts = urlsplit(_PLACEHOLDER.sub("x", value))
    if not (value.startswith("/") or (parts.scheme in ("http", "https") and parts.netloc)) or parts.fragment:
        raise ValueError(f'should be an address such as https://shop.example.com or a path such as /new, got "{value}"')
    if unknown := set(_PLACEHOLDER.findall(value)) - _PLACEHOLDERS:
        raise ValueError(
            f"should have no placeholders but #{{host}}, #{{path}} and #{{query}}, got {show(value)} ({min(unknown)})"
        )
    return value


class Rule(Route):
    """Requests that reach no service: they get an answer, or are sent elsewhere."""

    redirect: Annotated[str, AfterValidator(_target)] | None = None
    """Where they are sent: `https://shop.example.com` (the same path and query there), `https://shop.example.com/new`, or
    `/new` at the same host. `#{path}` is the path that was asked for, without its first slash."""
    permanent: bool = True
    """Whether clients may remember the redirect (301); else 302."""
    answer: Answer | None = None
    """What they get."""

    @model_validator(mode="after")
    def _does_one_thing(self) -> "Rule":
        if (self.redirect is None) == (self.answer is None):
            raise ValueError(f"should have redirect or answer, got {'both' if self.answer else 'neither'}")
        return self

    def leads_back(self, *schemes: str) -> bool:
        """Whether a client would go round in circles: sent to what the rule takes itself, by one of these schemes."""
        if self.redirect is None or self.conditions:
            return False
        scheme, absolute, rest = self.redirect.partition("?")[0].rpartition("://")
        host, slash, path = rest.partition("/")
        if absolute and (scheme.lower() not in schemes or host not in ("#{host}", *self.host)):
            return False
        same = f"{slash}{path}" in ("", "/#{path}")  # where none is given, the path stays
        return same or f"/{path}/".startswith(path_patterns(self.path)[-1].removesuffix("*"))


class Rewrite(Model):
    """A text that is made another before the container sees it."""

    match: Annotated[str, words("1 to 1024 characters", r".{1,1024}")]
    """Regular expression that the whole is searched for."""
    replace: Annotated[str, words("at most 1024 characters", r".{0,1024}")]
    """What the match becomes; `$1` is its first group."""

    @model_validator(mode="after")
    def _compiles(self) -> "Rewrite":
        try:
            groups = re.compile(self.match).groups
        except re.error as error:
            raise ValueError(f'match should be a regular expression, got "{self.match}" ({error})') from None
        if beyond := [int(one) for one in re.findall(r"\$(\d)", self.replace) if int(one) > groups]:
            raise ValueError(f"replace names ${beyond[0]}, and match has {groups} groups")
        return self
