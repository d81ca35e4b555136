"""Load balancers answer: each on a port of its own, by its rules, to the targets that are well.

- `DNSName` is `localhost:8080`, so that any template's `http://${DNSName}/` is right here as it is on AWS, and a request goes
  by the listener's rules whatever its `Host` is, never to another service of the local AWS. The listener on port 80, or else
  that on the lowest port, answers there; every other listener has a port of its own, from 8443 where it is HTTPS.
- Requests go to healthy targets; if there is none, to the unhealthy ones (fail open); if there is none of either, 503.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/target-group-health-checks.html
- Round robin or least outstanding requests, weights, stickiness, slow start.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/edit-target-group-attributes.html
- 502 where a target does not take the connection or ends it, 504 where it does not answer in time.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/application/load-balancer-troubleshooting.html
"""

import asyncio
import base64
import binascii
import logging
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from email.utils import formatdate
from typing import Any
from urllib.parse import parse_qs

from ministack.core.responses import get_account_id, get_region, request_scope
from ministack.services import alb
from ministack.services.cloudformation import provisioners

from dockyard.local.balancer.proxy import (
    Answer,
    BodyWantedError,
    Decide,
    Forward,
    Front,
    Head,
    Headers,
    Pool,
    Target,
    failure,
    passed_on,
)
from dockyard.local.balancer.rules import Request, meets, rewritten
from dockyard.local.extensions import https_listeners, target_health
from dockyard.local.extensions.instance import Instance
from dockyard.local.lifecycle import DEFAULT_PORT

FIRST_PORT = 8080
FIRST_HTTPS_PORT = 8443
_ROOM, _LAST_ROOM = 400, 24000
"""So far apart are the ports of two local AWS whose own ports are neighbours; all are below the ports that Linux gives out."""
_TICK = 0.1
_log = logging.getLogger("dockyard.load_balancers")


@dataclass
class _Balancer:
    """A load balancer with its ports."""

    arn: str
    account: str
    region: str
    port: int
    others: dict[str, int] = field(default_factory=dict)
    """Listener to port, for those that are not on the main one."""


_balancers: dict[str, _Balancer] = {}
_fronts: dict[tuple[int, str, str], Front] = {}
"""By port, listener and protocol."""
_refused: set[tuple[int, str, str]] = set()
_turn: Counter[str] = Counter()
_offset = 0


def install(instance: Instance) -> None:
    """Open ports where load balancers are made, close them where they are deleted."""
    global _offset  # noqa: PLW0603  # one process is one local AWS
    _offset = (instance.port - DEFAULT_PORT) * _ROOM % _LAST_ROOM
    create, delete = alb._create_lb, alb._delete_lb
    handler = provisioners._RESOURCE_HANDLERS["AWS::ElasticLoadBalancingV2::LoadBalancer"]
    from_template, delete_from_template = handler["create"], handler["delete"]

    def create_by_call(params: dict[str, Any]) -> Any:
        before = set(alb._lbs.keys())
        answer = create(params)
        for arn in set(alb._lbs.keys()) - before:
            made_up = alb._lbs[arn]["DNSName"]
            answer = (*answer[:2], answer[2].replace(made_up.encode(), _named(arn).encode()))
        return answer

    def create_by_template(logical_id: str, props: dict[str, Any], stack: str) -> Any:
        arn, attributes = from_template(logical_id, props, stack)
        return arn, {**attributes, "DNSName": _named(arn)}

    def delete_by_call(params: dict[str, Any]) -> Any:
        _balancers.pop(alb._p(params, "LoadBalancerArn"), None)
        return delete(params)

    def delete_by_template(arn: str, props: dict[str, Any]) -> Any:
        _balancers.pop(arn, None)
        return delete_from_template(arn, props)

    alb._create_lb = alb._ACTION_MAP["CreateLoadBalancer"] = create_by_call
    alb._delete_lb = alb._ACTION_MAP["DeleteLoadBalancer"] = delete_by_call
    handler.update(create=create_by_template, delete=delete_by_template)
    threading.Thread(target=lambda: asyncio.run(_serve()), daemon=True, name="dockyard-load-balancers").start()


def reset() -> None:
    """Close all ports."""
    _balancers.clear()
    _turn.clear()


def kept() -> list[dict[str, Any]]:
    """The ports, which are part of the load balancers' names."""
    return [asdict(balancer) for balancer in _balancers.values()]


def restore(kept: list[dict[str, Any]]) -> None:
    """Open them again."""
    _balancers.update({one["arn"]: _Balancer(**one) for one in kept})


def ports() -> dict[str, int]:
    """Load balancer to its main port."""
    return {arn: balancer.port for arn, balancer in _balancers.items()}


def is_secure(port: int) -> bool:
    """Whether a port speaks TLS."""
    return any(number == port and protocol == "HTTPS" for number, _, protocol in list(_fronts))


def _named(arn: str) -> str:
    """Give the load balancer the first free port from 8080, and make that its name."""
    port = _free_port()
    _balancers[arn] = _Balancer(arn, get_account_id(), get_region(), port)
    name = f"localhost:{port}"
    alb._lbs[arn]["DNSName"] = name
    return name


def _free_port(first: int = FIRST_PORT) -> int:
    taken = {port for b in list(_balancers.values()) for port in (b.port, *b.others.values())}
    for port in range(first + _offset, 65536):
        if port not in taken and all(_is_free(host, port) for host in loopback_hosts()):
            return port
    raise OSError(f"no free port from {first + _offset}")


def _is_free(host: str, port: int) -> bool:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError:
            return False
    return True


def loopback_hosts() -> list[str]:
    """127.0.0.1, and ::1 where this machine has IPv6: `localhost` may mean either."""
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return ["127.0.0.1"]
    return ["127.0.0.1", "::1"]


async def _serve() -> None:
    """Keep the open ports what the listeners say. In a thread of its own, so that nothing else delays a request."""
    pool = Pool()
    while True:
        try:
            await _open_and_close(pool)
        except Exception:
            _log.exception("ports of load balancers")
        await asyncio.sleep(_TICK)


async def _open_and_close(pool: Pool) -> None:
    wanted = {}
    for balancer in list(_balancers.values()):
        listeners = [listener["ListenerArn"] for listener in _listeners(balancer)]
        for gone in balancer.others.keys() - set(listeners[1:]):
            del balancer.others[gone]
        for listener in listeners or [""]:
            wanted[_port_of(balancer, listener, listeners), listener, _protocol(listener)] = balancer
    for key in set(_fronts) - set(wanted):
        _fronts.pop(key).close()
    for key in set(wanted) - set(_fronts):
        await _open(key, wanted[key], pool)
    for target in set(pool.targets) - {Target(address, port) for _, address, port in target_health.known()}:
        pool.drop(target)


async def _open(key: tuple[int, str, str], balancer: _Balancer, pool: Pool) -> None:
    """Listen; where another program has the port of a load balancer that was kept, it is tried again until it is free."""
    port, listener, protocol = key
    front = Front(_deciding(balancer, listener), pool)
    tls = https_listeners.context(listener, balancer.account, balancer.region) if protocol == "HTTPS" else None
    try:
        await front.listen(loopback_hosts(), port, tls)
    except OSError as error:
        front.close()
        if key not in _refused:
            _log.error("load balancer %s cannot listen on port %s: %s", balancer.arn, port, error)
        _refused.add(key)
    else:
        _fronts[key] = front
        _refused.discard(key)


def _listeners(balancer: _Balancer) -> list[dict[str, Any]]:
    """The main one first."""
    found = [listener for listener in list(alb._listeners._data.values()) if listener["LoadBalancerArn"] == balancer.arn]
    return sorted(found, key=lambda listener: (listener["Port"] != 80, listener["Port"]))


def _protocol(listener_arn: str) -> str:
    return next((str(one["Protocol"]) for key, one in list(alb._listeners._data.items()) if key[-1] == listener_arn), "HTTP")


def _port_of(balancer: _Balancer, listener: str, listeners: list[str]) -> int:
    """Where a listener listens on this machine."""
    if listeners[:1] in ([], [listener]):
        return balancer.port
    if listener not in balancer.others:
        balancer.others[listener] = _free_port(FIRST_HTTPS_PORT if _protocol(listener) == "HTTPS" else FIRST_PORT)
    return balancer.others[listener]


# one request


def _deciding(balancer: _Balancer, listener_arn: str) -> Decide:
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
    rules = sorted(
        (rule for rule in list(alb._rules.values()) if rule["ListenerArn"] == listener["ListenerArn"]), key=alb._rule_sort_key
    )
    rule = next(rule for rule in rules if rule.get("IsDefault") or meets(rule["Conditions"], request))
    actions = sorted(rule["Actions"], key=lambda action: int(action.get("Order") or 1))
    if len(actions) > 1 or actions[0]["Type"] not in ("forward", "fixed-response", "redirect"):
        raise BodyWantedError(lambda body: _authenticated(listener, actions, request, body))
    return _acted(listener, actions[0], rule, request, head)


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

    port = _port_here(listener["LoadBalancerArn"], int(filled("Port", "#{port}")))
    query = filled("Query", "#{query}")
    location = f"{filled('Protocol', '#{protocol}').lower()}://{filled('Host', '#{host}')}:{port}{filled('Path', '/#{path}')}"
    status = int(config["StatusCode"].removeprefix("HTTP_"))
    return Answer(status, [(b"location", f"{location}{'?' + query if query else ''}".encode())])


def _port_here(load_balancer: str, port: int) -> int:
    """Where the load balancer's listener on this port listens on this machine; the port itself where it has none."""
    balancer = _balancers[load_balancer]
    listeners = _listeners(balancer)
    listener = next((one["ListenerArn"] for one in listeners if one["Port"] == port), None)
    return _port_of(balancer, listener, [one["ListenerArn"] for one in listeners]) if listener else port


def _forward(
    listener: dict[str, Any], action: dict[str, Any], rule: dict[str, Any], request: Request, head: Head
) -> Answer | Forward:
    cookies = _cookies(request)
    group, kept_group = _group(action, cookies)
    if group is None:
        return failure(503)
    if group.get("TargetType") == "lambda":
        raise BodyWantedError(lambda body: _invoked(listener, group, request, body))
    chosen = _target(group, cookies)
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


def _group(action: dict[str, Any], cookies: Mapping[str, str]) -> tuple[dict[str, Any] | None, Headers]:
    """The target group, by weight or by the cookie of an earlier choice; and the cookie that keeps the choice."""
    forward = action.get("ForwardConfig") or {}
    weighted = forward.get("TargetGroups") or [{"TargetGroupArn": action.get("TargetGroupArn"), "Weight": 1}]
    sticky = forward.get("TargetGroupStickinessConfig")
    arns = [group["TargetGroupArn"] for group in weighted if group["Weight"] > 0]
    if not arns:
        return None, []
    kept = _unpacked(cookies.get("AWSALBTG")) if sticky else None
    arn = kept if kept in arns else random.choices(arns, [g["Weight"] for g in weighted if g["Weight"] > 0])[0]  # noqa: S311
    cookie = _cookie("AWSALBTG", str(arn), sticky["DurationSeconds"]) if sticky else []
    return alb._tgs.get(arn), cookie


def _target(group: dict[str, Any], cookies: Mapping[str, str]) -> tuple[Target, Headers] | None:
    """The target, and the cookie that keeps the choice; None where none may be asked."""
    arn = group["TargetGroupArn"]
    attributes = {item["Key"]: item["Value"] for item in alb._tg_attrs.get(arn, [])}
    able = target_health.able(arn, group)
    if not able:
        return None
    if attributes.get("stickiness.enabled") != "true":
        return _next_of(arn, able, attributes), []
    kept = _unpacked(cookies.get("AWSALB"))
    target = next((one for one in able if f"{one.address}:{one.port}" == kept), None) or _next_of(arn, able, attributes)
    seconds = int(attributes.get("stickiness.lb_cookie.duration_seconds") or 86400)
    return target, _cookie("AWSALB", f"{target.address}:{target.port}", seconds)


def _next_of(group: str, able: list[Target], attributes: Mapping[str, str]) -> Target:
    slow_start = float(attributes.get("slow_start.duration_seconds") or 0)
    if slow_start:
        ages = [target_health.healthy_seconds(group, target) for target in able]
        shares = [max(0.01, min(1.0, age / slow_start)) for age in ages]
        return random.choices(able, shares)[0]  # noqa: S311
    if attributes.get("load_balancing.algorithm.type") == "least_outstanding_requests":
        return min(able, key=lambda target: target_health.in_flight[target])
    _turn[group] += 1
    return able[_turn[group] % len(able)]


def _cookies(request: Request) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in request.headers.get("cookie", "").split(";"))
    return {name: value for name, _, value in pairs}


def _cookie(name: str, value: str, seconds: int) -> Headers:
    """AWS encrypts what it keeps in the cookie; here it is only made opaque."""
    packed = base64.urlsafe_b64encode(value.encode()).decode().rstrip("=")
    until = formatdate(time.time() + seconds, usegmt=True)
    return [
        (b"set-cookie", f"{name}={packed}; Expires={until}; Path=/".encode()),
        (b"set-cookie", f"{name}CORS={packed}; Expires={until}; Path=/; SameSite=None".encode()),
    ]


def _unpacked(value: str | None) -> str | None:
    try:
        return base64.urlsafe_b64decode((value or "") + "=" * (-len(value or "") % 4)).decode()
    except (binascii.Error, ValueError):
        return None


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


# what needs a whole body: functions, and identity providers (both by ministack's own code)


async def _invoked(listener: dict[str, Any], group: dict[str, Any], request: Request, body: bytes) -> Answer:
    balancer = _balancers[listener["LoadBalancerArn"]]
    with request_scope(balancer.account, balancer.region):
        function = next((target["Id"] for target in alb._targets.get(group["TargetGroupArn"], [])), None)
        if function is None:
            return failure(503)
        headers = alb._target_headers(balancer.arn, listener, request.headers, request.client)
        found = await alb._invoke_lambda_target(
            function, group["TargetGroupArn"], request.method, request.path, headers, body, parse_qs(request.query), request.query
        )
    return _with_own_headers(listener, _answer(found))


async def _authenticated(listener: dict[str, Any], actions: list[dict[str, Any]], request: Request, body: bytes) -> Answer:
    balancer = _balancers[listener["LoadBalancerArn"]]
    with request_scope(balancer.account, balancer.region):
        headers = alb._target_headers(balancer.arn, listener, request.headers, request.client)
        found = await alb._execute_actions(
            actions, request.method, request.path, headers, body, parse_qs(request.query, keep_blank_values=True),
            listener["Port"], lb_arn=balancer.arn, raw_query_string=request.query,
        )  # fmt: skip
    return _with_own_headers(listener, _answer(found))


def _answer(found: tuple[int, dict[str, Any], bytes]) -> Answer:
    status, headers, body = found
    listed = [(name, one) for name, value in headers.items() for one in (value if isinstance(value, list) else [value])]
    dropped = ("content-length", "transfer-encoding", "connection")
    return Answer(status, [(n.lower().encode(), str(v).encode("latin-1")) for n, v in listed if n.lower() not in dropped], body)
