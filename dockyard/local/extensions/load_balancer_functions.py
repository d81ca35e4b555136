"""Functions as targets, which need the whole body of a request: by ministack's own code."""

from typing import Any
from urllib.parse import parse_qs

from ministack.core.responses import request_scope
from ministack.services import alb

from dockyard.local.balancer.decisions import Answer, Headers, failure
from dockyard.local.balancer.rules import Request
from dockyard.local.extensions.load_balancer_ports import balancers


async def invoked(listener: dict[str, Any], group: dict[str, Any], request: Request, own: Headers, body: bytes) -> Answer:
    """What the function of a target group answers, with the load balancer's own headers added; 503 where there is none."""
    balancer = balancers[listener["LoadBalancerArn"]]
    with request_scope(balancer.account, balancer.region):
        function = next((target["Id"] for target in alb._targets.get(group["TargetGroupArn"], [])), None)
        if function is None:
            return failure(503)
        headers = alb._target_headers(balancer.arn, listener, request.headers, request.client)
        found = await alb._invoke_lambda_target(
            function, group["TargetGroupArn"], request.method, request.path, headers, body, parse_qs(request.query), request.query
        )
    return _answer(found, own)


def _answer(found: tuple[int, dict[str, Any], bytes], own: Headers) -> Answer:
    status, headers, body = found
    listed = [(name, one) for name, value in headers.items() for one in (value if isinstance(value, list) else [value])]
    dropped = ("content-length", "transfer-encoding", "connection")
    theirs = [(n.lower().encode(), str(v).encode("latin-1")) for n, v in listed if n.lower() not in dropped]
    return Answer(status, [*theirs, *own], body)
