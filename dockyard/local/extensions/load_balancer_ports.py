"""Each load balancer has an address that every client can reach: a port of its own on this machine.

`DNSName` is then `localhost:8080`, so that any template's `http://${DNSName}/` is right here as it is on AWS, and a request
goes by the listener's rules whatever its `Host` is, never to another service of the local AWS.
https://docs.aws.amazon.com/elasticloadbalancing/latest/application/application-load-balancers.html
"""

import asyncio
import socket
from typing import Any
from urllib.parse import parse_qs

import ministack.app as gateway
from hypercorn.asyncio import serve
from hypercorn.config import Config
from ministack.core.responses import get_account_id, get_region, request_scope, set_request_client_ip
from ministack.services import alb
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions.instance import Instance

FIRST_PORT = 8080
_KEEP_ALIVE = 60
_closing: dict[str, tuple[int, asyncio.Event]] = {}
_loop: asyncio.AbstractEventLoop | None = None


def install(_: Instance) -> None:
    """Open a port when a load balancer is made, close it when it is deleted."""
    create, delete = alb._create_lb, alb._delete_lb
    handler = provisioners._RESOURCE_HANDLERS["AWS::ElasticLoadBalancingV2::LoadBalancer"]
    from_template, delete_from_template = handler["create"], handler["delete"]

    def create_by_api(params: dict[str, Any]) -> Any:
        before = set(alb._lbs.keys())
        answer = create(params)
        for arn in set(alb._lbs.keys()) - before:
            made_up = alb._lbs[arn]["DNSName"]
            answer = (*answer[:2], answer[2].replace(made_up.encode(), open_port(arn).encode()))
        return answer

    def create_by_template(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        arn, attributes = from_template(logical_id, props, stack)
        return arn, {**attributes, "DNSName": open_port(arn)}

    def delete_by_api(params: dict[str, Any]) -> Any:
        close_port(alb._p(params, "LoadBalancerArn"))
        return delete(params)

    def delete_by_template(arn: str, props: dict[str, Any]) -> Any:
        close_port(arn)
        return delete_from_template(arn, props)

    alb._create_lb = alb._ACTION_MAP["CreateLoadBalancer"] = create_by_api
    alb._delete_lb = alb._ACTION_MAP["DeleteLoadBalancer"] = delete_by_api
    handler.update(create=create_by_template, delete=delete_by_template)


def serve_on(loop: asyncio.AbstractEventLoop) -> None:
    """The loop that serves the ports: the local AWS's own."""
    global _loop  # noqa: PLW0603
    _loop = loop


def reset() -> None:
    """Close all ports."""
    for arn in list(_closing):
        close_port(arn)


def ports() -> dict[str, int]:
    """Load balancer to port."""
    return {arn: port for arn, (port, _) in _closing.items()}


def open_port(arn: str) -> str:
    """Serve the load balancer on the first free port from 8080, and make that its name."""
    assert _loop is not None  # noqa: S101  # serve_on was called before the first request
    port = _free_port({port for port, _ in _closing.values()})
    closing = asyncio.Event()
    _closing[arn] = (port, closing)
    config = Config()
    config.bind = [f"{host}:{port}" for host in _loopback_hosts()]
    config.keep_alive_timeout = _KEEP_ALIVE
    config.graceful_timeout = 0.5
    application = _application(arn, get_account_id(), get_region())
    asyncio.run_coroutine_threadsafe(serve(application, config, shutdown_trigger=closing.wait), _loop)
    name = f"localhost:{port}"
    alb._lbs[arn]["DNSName"] = name
    return name


def close_port(arn: str) -> None:
    """Stop serving the load balancer."""
    _, closing = _closing.pop(arn, (0, None))
    if closing and _loop:
        _loop.call_soon_threadsafe(closing.set)


def _free_port(taken: set[int]) -> int:
    for port in range(FIRST_PORT, 65536):
        if port in taken:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
    raise OSError(f"no free port from {FIRST_PORT}")


def _loopback_hosts() -> list[str]:
    """127.0.0.1, and ::1 where this machine has IPv6: `localhost` may mean either."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return ["127.0.0.1"]
    return ["127.0.0.1", "[::1]"]


def _application(arn: str, account: str, region: str) -> Any:
    """The ASGI application of one load balancer."""

    async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            for answer in ("lifespan.startup.complete", "lifespan.shutdown.complete"):
                await receive()
                await send({"type": answer})
        elif scope["type"] == "http":
            with request_scope(account, region):
                await _answer(arn, scope, receive, gateway._with_date_header(send))

    return application


async def _answer(arn: str, scope: dict[str, Any], receive: Any, send: Any) -> None:
    headers: dict[str, str] = {}
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1").lower(), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}{'; ' if name == 'cookie' else ', '}{value}" if name in headers else value
    client = (scope.get("client") or ("127.0.0.1",))[0]
    set_request_client_ip(client)
    query = scope.get("query_string", b"").decode()
    body = await gateway._read_request_body(receive, scope["method"], headers)
    response = await alb.dispatch_request(
        alb._lbs[arn], scope["method"], scope["path"], headers, body, parse_qs(query, keep_blank_values=True), 80,
        client_ip=client, raw_query_string=query, raw_path=scope["raw_path"].decode("ascii"),
    )  # fmt: skip
    await gateway._send_if_handled(send, response, receive, head=scope["method"] == "HEAD")
