"""One thing that was looked at, and how it is."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from botocore.exceptions import BotoCoreError, ClientError

from dockyard.doors.aws_faults import DENIED
from dockyard.errors import DockyardError

_NOT_THERE = ("InvalidAction", "UnknownOperationException", "NotImplemented", "NotImplementedException")


class Verdict(StrEnum):
    """How it is."""

    OK = "OK"
    NG = "NG"
    SKIP = "SKIP"
    """It cannot be told, or there is nothing to tell; it keeps nobody from a deploy."""


@dataclass(frozen=True)
class Check:
    """What was looked at, how it is, and what was got."""

    subject: str
    """What it is about: `account`, `network`, a service."""
    name: str
    verdict: Verdict
    found: str
    hint: str | None = None
    """What to do about it."""


def ok(subject: str, name: str, found: str) -> Check:
    """It is as it should be."""
    return Check(subject, name, Verdict.OK, found)


def ng(subject: str, name: str, found: str, hint: str | None) -> Check:
    """It is not, and this is to be done."""
    return Check(subject, name, Verdict.NG, found, hint)


def skip(subject: str, name: str, why: str) -> Check:
    """It cannot be told, and why."""
    return Check(subject, name, Verdict.SKIP, why)


def looked(subject: str, name: str, look: Callable[[], Iterable[Check]]) -> Iterator[Check]:
    """What a look finds; where AWS does not tell, that it does not."""
    try:
        yield from [*look()]
    except (ClientError, BotoCoreError) as error:
        yield skip(subject, name, untold(error))
    except DockyardError as error:
        yield ng(subject, name, str(error), error.hint)


def untold(error: ClientError | BotoCoreError) -> str:
    """Why AWS does not tell."""
    if not isinstance(error, ClientError):
        return f"AWS does not tell: {error}"
    code = error.response.get("Error", {}).get("Code", "")
    if code in (*DENIED, "AuthorizationError"):
        return f"may not be asked: {error.operation_name} is denied (docs/permissions.md)"
    if code in _NOT_THERE or code.isdigit():  # a number is a status of HTTP, where the answer is none of this API
        return f"there is no {error.operation_name} here"
    return f"AWS does not tell: {error.operation_name}: {code}"
