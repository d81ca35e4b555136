"""Who listens where."""

import os
import socket
import subprocess
import sys
from types import SimpleNamespace

import psutil

from dockyard.doors.ports import holder_at, holder_of, silent


def test_who_holds_a_port_is_told():
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        port = listening.getsockname()[1]
        assert f"(process {os.getpid()})" in holder_of(port)
    assert holder_of(port) is None


def test_who_listens_on_all_addresses_has_the_port_at_each():
    listen = (
        "import socket, time; one = socket.create_server(('0.0.0.0', 0)); print(one.getsockname()[1], flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", listen], stdout=subprocess.PIPE, text=True) as other:
        try:
            port = int(other.stdout.readline())
            assert f"(process {other.pid})" in holder_at("127.67.0.1", port)
        finally:
            other.kill()
    assert holder_at("127.67.0.1", port) is None
    with socket.create_server(("127.0.0.1", 0)) as own:
        assert holder_at("127.0.0.1", own.getsockname()[1]) is None


def test_an_interface_of_this_machine_where_nobody_listens_is_silent():
    name, own = next(
        (name, one.address) for name, found in psutil.net_if_addrs().items() for one in found if one.address == "127.0.0.1"
    )
    with socket.socket() as listening:
        listening.bind((own, 0))
        listening.listen()
        assert silent({name: own, "br-0123456789ab": own}) == set()
    assert silent({name: "192.0.2.77", "br-0123456789ab": "192.0.2.77"}) == set()


def test_another_interface_with_that_address_is_not_this_one(monkeypatch):
    address = [SimpleNamespace(address="192.0.2.77")]
    monkeypatch.setattr("psutil.net_if_addrs", lambda: {"br-0123456789ab": address, "br-other": address})
    assert silent({"br-0123456789ab": "192.0.2.77", "br-gone": "192.0.2.77"}) == {"br-0123456789ab"}
