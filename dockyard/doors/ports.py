"""Who listens where on this machine."""

import os
import socket
from collections.abc import Mapping
from typing import Any

import psutil

_ALL = ("0.0.0.0", "::")  # noqa: S104  # what is looked for, and not listened on


def holder_of(port: int) -> str | None:
    """Who listens on this port of the machine, as `name (process 123)`; None where nobody does, or where it is hidden."""
    try:
        found = next((one for one in _listening() if one.laddr.port == port), None)
    except psutil.AccessDenied:  # macOS tells it to root alone
        with socket.socket() as probe:
            return "another process" if probe.connect_ex(("127.0.0.1", port)) == 0 else None
    return None if found is None else _name(found.pid)


def holder_at(address: str, port: int) -> str | None:
    """The same of one address, where who listens on all addresses listens as well; None also where it is this process."""
    try:
        found = [one.pid for one in _listening() if one.laddr.port == port and one.laddr.ip in (address, *_ALL)]
    except psutil.AccessDenied:
        return None
    return next((_name(pid) for pid in found if pid != os.getpid()), None)


def _name(process: int | None) -> str:
    if process is None:
        return "a process of another user"
    try:
        return f"{' '.join(psutil.Process(process).cmdline())[:100]} (process {process})"
    except psutil.NoSuchProcess:
        return f"process {process}"


def silent(interfaces: Mapping[str, str]) -> set[str]:
    """Those of these network interfaces that this machine has, with just this address, and where nobody listens on it.

    None where that is hidden. An address alone does not tell: that of a bridge of Docker is on many machines.
    """
    own = psutil.net_if_addrs()
    here = {name for name, address in interfaces.items() if address in {one.address for one in own.get(name, [])}}
    try:
        listening = {one.laddr.ip for one in _listening()}
    except psutil.AccessDenied:
        return set()
    return {name for name in here if interfaces[name] not in listening}


def _listening() -> list[Any]:
    return [one for one in psutil.net_connections(kind="tcp") if one.status == psutil.CONN_LISTEN and one.laddr]
