"""The process of the local AWS: ministack with the extensions, on loopback and on its own Docker network.

`dockyard.local.lifecycle` starts it; its settings come as arguments, its environment is clean.
"""

import argparse
import asyncio
import os
import signal
from collections.abc import Callable
from pathlib import Path

SHUTDOWN_SECONDS = 1.0


def main() -> None:
    """Serve until SIGTERM or SIGINT, then remove all containers of this instance."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--name", required=True, help="of its Docker network and its containers' labels")
    parser.add_argument("--gateway", required=True)
    parser.add_argument("--account", required=True)
    parser.add_argument("--state", required=True)
    parser.add_argument("--persist", action="store_true")
    parser.add_argument("--without", action="append", default=[])
    arguments = parser.parse_args()
    _settings(arguments.port, arguments.name, arguments.account, arguments.state, persist=arguments.persist)
    # Only now: ministack reads its settings when it is imported.
    from dockyard.local import extensions  # noqa: PLC0415
    from dockyard.local.extensions.instance import Instance  # noqa: PLC0415

    instance = Instance(name=arguments.name, port=arguments.port, gateway=arguments.gateway, state=Path(arguments.state))
    extensions.install(instance, leave_out=frozenset(arguments.without))
    _reset_with(extensions.reset)
    asyncio.new_event_loop().run_until_complete(_serve(instance.port, instance.gateway))
    os._exit(0)  # threads that wait for containers and their answers must not keep the process


def _settings(port: int, name: str, account: str, state: str, *, persist: bool) -> None:
    os.environ.update(
        GATEWAY_PORT=str(port),
        MINISTACK_ACCOUNT_ID=account,
        MINISTACK_HOSTNAME=name,  # not the machine's name, which may change while containers live
        HOSTNAME="",  # ministack looks for a container of this name; it is not in one
        S3_DATA_DIR=f"{state}/s3",
        STATE_DIR=f"{state}/services",
        PERSIST_STATE=str(int(persist)),
        S3_PERSIST=str(int(persist)),
        TMPDIR=f"{state}/tmp",  # noqa: S108  # a folder of ours
        IOT_MTLS_ENABLED="0",
        SFTP_ENABLED="0",
        LOG_LEVEL="WARNING",
        MINISTACK_DOCKER_TIMEOUT="60",  # seconds: an engine on a busy machine
    )


def _reset_with(reset: Callable[[], None]) -> None:
    import ministack.app as gateway  # noqa: PLC0415

    original = gateway._reset_all_state

    def reset_all() -> None:
        original()
        reset()

    gateway._reset_all_state = reset_all


async def _serve(port: int, gateway_address: str) -> None:
    from hypercorn.asyncio import serve  # noqa: PLC0415
    from hypercorn.config import Config  # noqa: PLC0415
    from ministack.app import app  # noqa: PLC0415

    from dockyard.local.extensions import ending, load_balancer_ports  # noqa: PLC0415

    config = Config()
    hosts = (*load_balancer_ports.loopback_hosts(), gateway_address)
    config.bind = [f"[{host}]:{port}" if ":" in host else f"{host}:{port}" for host in hosts]
    config.keep_alive_timeout = 75
    config.graceful_timeout = SHUTDOWN_SECONDS
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()

    def end() -> None:
        ending.end()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, end)
    await serve(app, config, shutdown_trigger=stop.wait)


if __name__ == "__main__":
    main()
