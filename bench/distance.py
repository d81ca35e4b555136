"""Deploys and questions where each call of AWS takes a tenth of a second, as from far away: python -m bench.distance.

The local AWS answers at once. What asks it one thing after the other is as fast there as what asks side by side, and slow on AWS.
"""

import contextlib
import socket
import tempfile
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.deploy import edit
from bench.measure import Cost, command, heading, row, spread
from bench.place import PORT, Place

ROUNDS = 3
SECONDS = 0.1
"""Between a request and its arrival."""
QUESTIONS = (("status",), ("images",), ("history",), ("prune", "--dry-run"))


@contextlib.contextmanager
def far(seconds: float = SECONDS) -> Iterator[str]:
    """The address of a proxy in front of the local AWS; each request waits so long."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=_accept, args=(server, seconds), daemon=True).start()
        yield f"http://localhost:{server.getsockname()[1]}"


def _accept(server: socket.socket, seconds: float) -> None:
    with contextlib.suppress(OSError):  # it is closed
        while True:
            client, _ = server.accept()
            there = socket.create_connection(("127.0.0.1", PORT))
            answered = threading.Event()
            answered.set()
            threading.Thread(target=_requests, args=(client, there, answered, seconds), daemon=True).start()
            threading.Thread(target=_answers, args=(there, client, answered), daemon=True).start()


def _requests(client: socket.socket, there: socket.socket, answered: threading.Event, seconds: float) -> None:
    """What comes first after an answer begins a request."""
    with contextlib.suppress(OSError):
        while block := client.recv(1 << 16):
            if answered.is_set():
                answered.clear()
                time.sleep(seconds)
            there.sendall(block)
        there.shutdown(socket.SHUT_WR)


def _answers(there: socket.socket, client: socket.socket, answered: threading.Event) -> None:
    with contextlib.suppress(OSError):
        while block := there.recv(1 << 16):
            answered.set()
            client.sendall(block)
        client.shutdown(socket.SHUT_WR)


def rows(place: Place, address: str) -> list[str]:
    """Each way deployed into an empty account, then from near and from far by turns."""
    near = place.env
    distances = {"near": near, "far": {**near, "AWS_ENDPOINT_URL": address}}
    ways: dict[str, tuple[Path, Callable[[], Cost]]] = {
        "ours": (place.ours, place.deploy),
        "peer": (place.peer, lambda: place.cdk(place.peer)),
    }
    found: dict[str, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for way, (folder, deploy) in ways.items():
        place.emptied()
        deploy()
        deploy()
        for number in range(ROUNDS):
            for distance, environment in distances.items():
                place.env = environment
                edit(folder, f"{number} {distance}")
                for what in ("one line changed", "nothing changed"):
                    found[f"{what}, {distance}"][way].append(deploy().seconds)
                for question in QUESTIONS if way == "ours" else ():
                    cost = command(["dockyard", *question], cwd=folder, env=environment)
                    found[f"`dockyard {' '.join(question)}`, {distance}"][way].append(cost.seconds)
        place.env = near
    compared = [row(name, times["ours"], times["peer"]) for name, times in sorted(found.items()) if "peer" in times]
    alone = [f"| {name} | {spread(times['ours'])} |" for name, times in sorted(found.items()) if "peer" not in times]
    return [*compared, "", "| | Dockyard, s |\n|---|---|", *alone]


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory(prefix="dockyard-bench-") as folder:
        place = Place.of_eight(Path(folder))
        try:
            with far() as address:
                found = rows(place, address)
        finally:
            place.dockyard("local", "down")
    print("\n".join([*heading(ROUNDS), *found]))


if __name__ == "__main__":
    main()
