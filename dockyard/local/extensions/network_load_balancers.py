"""Network Load Balancers: connections and datagrams to the targets that are well.

- Each has a loopback address of its own, which is its `DNSName`, so that any template's `${DNSName}:6379` is right here as it
  is on AWS. Where this user may not open a port below 1024, the listener is 10000 higher.
- TCP goes through byte by byte, TLS is ended with the listener's certificate (`https_listeners`), datagrams of one client go to
  one target. Connections go to healthy targets; if there is none, to the unhealthy ones (fail open); if there is none of either,
  they are ended.
  https://docs.aws.amazon.com/elasticloadbalancing/latest/network/load-balancer-listeners.html
- A listener is of a protocol that the load balancer's type has, and forwards.

Targets see this machine's address and not the client's; `stickiness` and zones have no effect.
"""

import asyncio
import logging
import random
import threading
from collections.abc import Callable

from ministack.core.responses import request_scope
from ministack.services import alb

from dockyard.local.balancer.datagrams import Datagrams
from dockyard.local.balancer.decisions import Target
from dockyard.local.balancer.relay import Relay
from dockyard.local.extensions import https_listeners, load_balancer_targets, target_health
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.load_balancer_ports import Balancer, balancers, listeners

HIGHER = 10000
"""Where a port below 1024 is not given to this user, the one that is so much higher is taken."""
_TICK = 0.1
_log = logging.getLogger("dockyard.network_load_balancers")

_Key = tuple[str, int, str, str]
"""Address, port, listener, protocol."""
_open: dict[_Key, list[Relay | Datagrams]] = {}
_refused: set[_Key] = set()


def install(_: Instance) -> None:
    """Open ports where listeners are made, close them where they are deleted."""
    threading.Thread(target=lambda: asyncio.run(_serve()), daemon=True, name="dockyard-network-load-balancers").start()


async def _serve() -> None:
    while True:
        try:
            await _open_and_close()
        except Exception:
            _log.exception("ports of network load balancers")
        await asyncio.sleep(_TICK)


async def _open_and_close() -> None:
    wanted = {
        (balancer.address, listener["Port"], listener["ListenerArn"], listener["Protocol"]): balancer
        for balancer in list(balancers.values())
        if balancer.address
        for listener in listeners(balancer)
    }
    for key in set(_open) - set(wanted):
        for port in _open.pop(key):
            port.close()
    for key in set(wanted) - set(_open):
        await _listen(key, wanted[key])


async def _listen(key: _Key, balancer: Balancer) -> None:
    """Listen; what another program has is tried again until it is free."""
    address, port, _, _ = key
    try:
        try:
            _open[key] = await _listening(key, port, balancer)
        except PermissionError:
            _open[key] = await _listening(key, port + HIGHER, balancer)
            _log.warning("port %s of %s is not for this user: it is at %s", port, address, port + HIGHER)
    except OSError as error:
        if key not in _refused:
            _log.error("load balancer %s cannot listen on %s:%s: %s", balancer.arn, address, port, error)
        _refused.add(key)
    else:
        _refused.discard(key)


async def _listening(key: _Key, port: int, balancer: Balancer) -> list[Relay | Datagrams]:
    address, _, listener, protocol = key
    targets = _targets(balancer, listener)
    made: list[Relay | Datagrams] = []
    if protocol in ("UDP", "TCP_UDP"):
        loop = asyncio.get_running_loop()
        _, datagrams = await loop.create_datagram_endpoint(
            lambda: Datagrams(lambda: random.choice(targets() or [None])),  # noqa: S311  # which one does not matter
            (address, port),
        )
        made.append(datagrams)
    if protocol != "UDP":
        relay = Relay(targets, target_health.in_flight)
        tls = https_listeners.context(listener, balancer.account, balancer.region) if protocol == "TLS" else None
        try:
            await asyncio.to_thread(relay.listen, address, port, tls)
        except OSError:
            for one in made:
                one.close()
            raise
        made.append(relay)
    return made


def _targets(balancer: Balancer, listener_arn: str) -> Callable[[], list[Target]]:
    def targets() -> list[Target]:
        with request_scope(balancer.account, balancer.region):
            listener = alb._listeners.get(listener_arn)
            group, _ = load_balancer_targets.group_of(listener["DefaultActions"][0], {}) if listener else (None, None)
            return target_health.able(group["TargetGroupArn"], group) if group else []

    return targets
