"""A domain name leads to its load balancer, also on the port where all of the local AWS answers.

- A name that is a Route 53 alias of a load balancer, or that a host condition of a listener has, goes to that load balancer:
  never to S3, which would take the name for that of a bucket.
  https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html

A WebSocket is taken on the load balancer's own port alone.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from typing import Any

import h11
import ministack.app as gateway
from ministack.services import alb, route53

from dockyard.local.balancer.decisions import failure
from dockyard.local.balancer.rules import wildcard
from dockyard.local.extensions import load_balancers
from dockyard.local.extensions.instance import Instance

_OWN = ("localhost", "amazonaws.com", "host.docker.internal", "localstack.cloud")
"""Endings of names by which the services of the local AWS are called."""
_CHUNK = 65536

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]


def install(_: Instance) -> None:
    """Look at the name before any service does."""
    services = gateway.app

    async def app(scope: Message, receive: Receive, send: Send) -> None:
        arn = _load_balancer(_host(scope)) if scope["type"] == "http" else None
        if arn is None:
            await services(scope, receive, send)
        else:
            await _hand_on(load_balancers.ports()[arn], scope, receive, send)

    gateway.app = app


def _host(scope: Message) -> str:
    host = next((value.decode("latin-1") for name, value in scope["headers"] if name == b"host"), "")
    return host.rsplit(":", 1)[0].lower()


def _load_balancer(host: str) -> str | None:
    """ARN of the load balancer that a name leads to."""
    if not host or host.endswith(_OWN) or host[-1].isdigit() or host.endswith("]"):
        return None
    return next((arn for arn in (*_aliased(host), *_conditioned(host)) if arn in load_balancers.ports()), None)


def _aliased(host: str) -> Iterator[str]:
    balancers = {balancer["DNSName"].lower(): key[-1] for key, balancer in list(alb._lbs._data.items())}
    for records in list(route53._records._data.values()):
        for record in records:
            name = record["Name"].rstrip(".").replace("\\052", "*").lower()
            if record.get("AliasTarget") and wildcard(name, ignore_case=True).fullmatch(host):
                target = record["AliasTarget"]["DNSName"].rstrip(".").lower().removeprefix("dualstack.")
                yield from filter(None, [balancers.get(target)])


def _conditioned(host: str) -> Iterator[str]:
    listeners = {key[-1]: listener["LoadBalancerArn"] for key, listener in list(alb._listeners._data.items())}
    for rule in list(alb._rules._data.values()):
        for condition in rule["Conditions"]:
            named = condition.get("Field") == "host-header"
            if named and any(wildcard(value, ignore_case=True).fullmatch(host) for value in condition.get("Values") or []):
                yield from filter(None, [listeners.get(rule["ListenerArn"])])


async def _hand_on(port: int, scope: Message, receive: Receive, send: Send) -> None:
    """The request to the load balancer's port, and the answer back, both as they come."""
    try:
        reader, writer = await _connected(port)
    except OSError:
        await _fail(send)
        return
    http = h11.Connection(h11.CLIENT)
    target = scope.get("raw_path") or scope["path"].encode()
    query = b"?" + scope["query_string"] if scope["query_string"] else b""
    headers = [(name, value) for name, value in scope["headers"] if name not in (b"connection", b"transfer-encoding")]
    if any(name == b"transfer-encoding" for name, _ in scope["headers"]):
        headers.append((b"transfer-encoding", b"chunked"))
    writer.write(http.send(h11.Request(method=scope["method"], target=target + query, headers=headers)) or b"")
    sending = asyncio.create_task(_upload(http, writer, receive))
    try:
        await _download(http, reader, send)
    finally:
        sending.cancel()
        writer.close()


async def _connected(port: int) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection to a load balancer, whose only listener may be one with TLS."""
    if not load_balancers.is_secure(port):
        return await asyncio.open_connection("127.0.0.1", port)
    return await asyncio.open_connection("127.0.0.1", port, ssl=ssl._create_unverified_context())  # noqa: S323  # our own


async def _upload(http: h11.Connection, writer: asyncio.StreamWriter, receive: Receive) -> None:
    while (message := await receive())["type"] == "http.request":
        if message.get("body"):
            writer.write(http.send(h11.Data(data=message["body"])) or b"")
            await writer.drain()
        if not message.get("more_body"):
            writer.write(http.send(h11.EndOfMessage()) or b"")
            return
    writer.close()  # the client is gone


async def _download(http: h11.Connection, reader: asyncio.StreamReader, send: Send) -> None:
    while True:
        event = http.next_event()
        if event is h11.NEED_DATA:
            http.receive_data(await reader.read(_CHUNK))
        elif isinstance(event, h11.Response):
            await send({"type": "http.response.start", "status": event.status_code, "headers": list(event.headers)})
        elif isinstance(event, h11.Data):
            await send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
        elif isinstance(event, h11.EndOfMessage):
            await send({"type": "http.response.body", "body": b""})
            return
        elif isinstance(event, h11.ConnectionClosed):
            return


async def _fail(send: Send) -> None:
    answer = failure(503)
    await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
    await send({"type": "http.response.body", "body": answer.body})
