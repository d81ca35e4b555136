"""What becomes of one request: the first rule that it meets, the rule's action, and what the target gets.

Nothing is kept from one request to the next, so that a change by call or template holds from the next request on.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ministack.core.responses import request_scope
from ministack.services import alb

from dockyard.local.balancer.client_certificates import headers_of
from dockyard.local.balancer.decisions import Answer, BodyWantedError, Decide, Forward, Head, Headers, failure, passed_on
from dockyard.local.balancer.rules import Request, meets, rewritten
from dockyard.local.extensions import target_health
from dockyard.local.extensions.load_balancer_functions import invoked
from dockyard.local.extensions.load_balancer_ports import Balancer, port_here
from dockyard.local.extensions.load_balancer_targets import cookies_of, group_of, target_of


def deciding(balancer: Balancer, listener_arn: str) -> Decide:
    """What decides for the requests that come to a listener."""

    def decide(head: Head) -> Answer | Forward:
        with request_scope(balancer.account, balancer.region):
            listener = alb._listeners.get(listener_arn)
            if not listener:
                return failure(503)
            return _decided(listener, _request(head), head)

    return decide


def _request(head: Head) -> Request:
    headers: dict[str, str] = {}
    for raw_name, raw_value in head.headers:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}{'; ' if name == 'cookie' else ', '}{value}" if name in headers else value
    path, _, query = head.target.partition("?")
    host = headers.get("host", "")
    name, separator, port = host.rpartition(":")
    return Request(head.method, name if separator and port.isdigit() else host, path, query, headers, head.client)


def _decided(listener: dict[str, Any], request: Request, head: Head) -> Answer | Forward:
    mine = [rule for rule in list(alb._rules._data.values()) if rule["ListenerArn"] == listener["ListenerArn"]]
    rules = sorted(mine, key=alb._rule_sort_key)
    rule = next(rule for rule in rules if rule.get("IsDefault") or meets(rule["Conditions"], request))
    return _acted(listener, rule["Actions"][0], rule, request, head)


def _acted(
    listener: dict[str, Any], action: dict[str, Any], rule: dict[str, Any], request: Request, head: Head
) -> Answer | Forward:
    if action["Type"] == "fixed-response":
        config = action["FixedResponseConfig"]
        answer = Answer(
            int(config.get("StatusCode") or 200),
            [(b"content-type", str(config.get("ContentType") or "text/plain").encode())],
            str(config.get("MessageBody") or "").encode(),
        )
        return _with_own_headers(listener, answer)
    if action["Type"] == "redirect":
        return _with_own_headers(listener, _redirect(listener, action["RedirectConfig"], request))
    return _forward(listener, action, rule, request, head)


def _redirect(listener: dict[str, Any], config: Mapping[str, str], request: Request) -> Answer:
    """As AWS does, with the port of another listener of this load balancer where it is meant: it has another one here."""
    parts = {
        "#{protocol}": listener["Protocol"].lower(), "#{host}": request.host, "#{port}": str(listener["Port"]),
        "#{path}": request.path.lstrip("/"), "#{query}": request.query,
    }  # fmt: skip

    def filled(name: str, default: str) -> str:
        text = config.get(name) or default
        for placeholder, value in parts.items():
            text = text.replace(placeholder, value)
        return text

    port = port_here(listener["LoadBalancerArn"], int(filled("Port", "#{port}")))
    query = filled("Query", "#{query}")
    location = f"{filled('Protocol', '#{protocol}').lower()}://{filled('Host', '#{host}')}:{port}{filled('Path', '/#{path}')}"
    status = int(config["StatusCode"].removeprefix("HTTP_"))
    return Answer(status, [(b"location", f"{location}{'?' + query if query else ''}".encode())])


def _forward(
    listener: dict[str, Any], action: dict[str, Any], rule: dict[str, Any], request: Request, head: Head
) -> Answer | Forward:
    cookies = cookies_of(request)
    group, kept_group = group_of(action, cookies)
    if group is None:
        return failure(503)
    if group.get("TargetType") == "lambda":
        own = _own_headers(listener)
        raise BodyWantedError(lambda body: invoked(listener, group, request, own, body))
    chosen = target_of(group, cookies)
    if chosen is None:
        return failure(503)
    target, kept_target = chosen
    sent = rewritten(rule.get("Transforms") or [], request)
    target_health.in_flight[target] += 1

    def done(_: int) -> None:
        target_health.in_flight[target] -= 1

    return Forward(
        target,
        sent.path + (f"?{sent.query}" if sent.query else ""),
        _target_headers(listener, request, sent, head),
        idle_seconds=float(alb._lb_attr(listener["LoadBalancerArn"], "idle_timeout.timeout_seconds", "60")),
        response_headers=[*_own_headers(listener), *kept_group, *kept_target],
        done=done,
        group=group["TargetGroupArn"],
    )


def _target_headers(listener: dict[str, Any], request: Request, sent: Request, head: Head) -> Headers:
    """What a target gets: the client's headers with the load balancer's own (X-Forwarded-*, trace id) in place."""
    arn = listener["LoadBalancerArn"]
    changed = alb._target_headers(arn, listener, request.headers, head.client)
    host = sent.host if sent.host != request.host else request.headers.get("host", "")
    if alb._lb_attr(arn, "routing.http.preserve_host_header.enabled", "false") != "true":
        host = alb._target_host_header(host, listener["Port"])
    own = {
        b"host": host.encode("latin-1"),
        **{name.encode(): changed[name].encode("latin-1") for name in _FORWARDED if name in changed},
        **dict(headers_of(head.certificate)),
    }
    return [*own.items(), *((name, value) for name, value in passed_on(head.headers) if name not in own)]


_FORWARDED = ("x-forwarded-for", "x-forwarded-proto", "x-forwarded-port", "x-amzn-trace-id")


def _own_headers(listener: dict[str, Any]) -> Headers:
    """Headers that the listener's attributes add to every answer."""
    return [
        (alb._LISTENER_RESPONSE_HEADERS[item["Key"]].lower().encode(), item["Value"].encode())
        for item in alb._listener_attrs.get(listener["ListenerArn"], [])
        if item["Key"] in alb._LISTENER_RESPONSE_HEADERS and item["Value"]
    ]


def _with_own_headers(listener: dict[str, Any], answer: Answer) -> Answer:
    return replace(answer, headers=[*answer.headers, *_own_headers(listener)])
