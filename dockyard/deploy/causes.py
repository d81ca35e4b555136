"""Why a service was not deployed, in words: the cause first, and what to do about it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from dockyard.deploy.tasks import FailedTask

_NO_CONNECTION = "Target.FailedHealthChecks"
"""An error while the load balancer connects, or an answer that is malformed; another status code has another reason.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html"""
_LISTENS = re.compile(
    r"\b(listen(s|ing)?|serving|(running|ready) (on|at)|started( on| at|:? http)|bound to|binding to)\b", re.IGNORECASE
)
_PORT = re.compile(r"(?::|\bport\b\D{0,6})(\d{2,5})(?![\d:])", re.IGNORECASE)
_LOWEST_PORT = 80
"""In a log a smaller number after a colon is part of a time."""
_LOOPBACK = re.compile(r"\b(127\.0\.0\.1|localhost)\b", re.IGNORECASE)


@dataclass(frozen=True)
class Check:
    """What the load balancer asks a container."""

    path: str
    """Empty where a connection is enough."""
    port: int | None
    """Of the container."""
    wanted: str
    """Status codes of a good answer."""
    interval: float
    """Seconds."""

    @property
    def text(self) -> str:
        """`GET /up on port 8080`"""
        return f"{f'GET {self.path}' if self.path else 'a connection'} on port {self.port}"


@dataclass(frozen=True)
class Failed:
    """A health check that failed, with AWS's code and description of the reason."""

    check: Check
    reason: str
    description: str

    def text(self) -> str:
        """What was asked, and what came of it."""
        check = self.check
        if self.reason == _NO_CONNECTION:
            other = ", or what does speaks no HTTP, or ends the connection without an answer" if check.path else ""
            return f"nothing listens on port {check.port} of the container{other}"
        told = self.description or self.reason
        wanted = f"wanted: {check.wanted}; http.health in service.yaml" if check.path else "nlb.health in service.yaml"
        return f"{check.text}: {told} ({wanted})"


@dataclass(frozen=True)
class Cause:
    """What is told of a deploy that failed."""

    text: str
    hint: str | None = None


def cause(failed: Failed | None, task: FailedTask | None) -> Cause | None:
    """What the last health check and the last task that stopped tell; None where nothing is known of them."""
    if task and task.ended_by_itself:
        return Cause(task.text(), "mend what its last lines tell, and run the same command again")
    after = f"\n{task.text()}" if task else ""
    if failed is None:
        return Cause(task.text()) if task else None
    if failed.reason != _NO_CONNECTION:
        path = failed.check.path
        hint = f"see that GET {path} gives {failed.check.wanted}, or set http.health in service.yaml to what does"
        return Cause(failed.text() + after, hint if path else f"see that the app takes connections on port {failed.check.port}")
    said, hint = _unheard(failed, task.lines if task else ())
    return Cause(said + after, hint)


def refused(bad: Sequence[str], lines: Sequence[str]) -> Cause:
    """What the requests of a smoke test tell that were not answered as wanted, and what the new task printed last."""
    asked = bad[0].partition(": ")[0]
    shown = "".join(f"\n  | {line}" for line in lines)
    hint = f"see that {asked} gives 2xx, or set deploy.smoke in service.yaml to what does; and run the same command again"
    return Cause(f"its smoke test failed: {', '.join(bad)} (wanted: 2xx){shown}", hint)


def seen(failed: Failed, lines: Sequence[str]) -> str:
    """What is told of a health check while the deploy goes on; `lines` are what the task has printed so far."""
    return _unheard(failed, lines)[0] if failed.reason == _NO_CONNECTION else failed.text()


def _unheard(failed: Failed, lines: Sequence[str]) -> tuple[str, str]:
    port = failed.check.port
    where = f"port {port} of the container (connection refused); its log says: "
    for line, found in _listening(lines):
        if port not in found:
            return f"nothing listens on {where}{line}", f"set port: {found[-1]} in service.yaml, or listen on $PORT ({port})"
        if _LOOPBACK.search(line):
            return f"only the container itself can reach {where}{line}", "listen on 0.0.0.0"
    hint = f"listen on 0.0.0.0, not on 127.0.0.1, and on $PORT ({port}); or set port in service.yaml to where the app listens"
    return failed.text(), hint


def _listening(lines: Sequence[str]) -> list[tuple[str, list[int]]]:
    """Lines that tell where something listens, and the ports in them."""
    found = [(line.strip(), [int(number) for number in _PORT.findall(line)]) for line in lines if _LISTENS.search(line)]
    named = [(line, [port for port in ports if port >= _LOWEST_PORT]) for line, ports in found]
    return [(line, ports) for line, ports in named if ports]


_WRAPPED = re.compile(r'Resource handler returned message: "(?P<said>.*?)"(?: \(RequestToken: [^)]*\))?(?=$|\n)', re.DOTALL)
_REQUEST = re.compile(r" ?\((?:Service: [^)]*Status Code: [^)]*|SDK Attempt Count: [^)]*|RequestToken: [^)]*)\)")


def plain(reason: str) -> str:
    """What CloudFormation says of a resource, without what is only of use to those who run CloudFormation."""
    return _REQUEST.sub("", _WRAPPED.sub(r"\g<said>", reason)).strip()
