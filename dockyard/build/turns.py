"""Pushes that share layers take turns, so that each layer goes over the wire once.

The engine sends a layer to each repository that lacks it, also to four at the same time. What one push has sent, those after it
mount from its repository, where the registry can: the base of eight images is uploaded once and not eight times. So of the images
that have a layer in common one goes first, and the others wait for it.
"""

import threading
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager


class Turns:
    """Who waits for whom.

    :param layers: of each image, by a name. An image without any waits for nobody.
    """

    def __init__(self, layers: Mapping[str, Sequence[str]]) -> None:
        shared = {layer for layer, count in Counter(one for found in layers.values() for one in set(found)).items() if count > 1}
        self._first: dict[str, str] = {}
        self._leaders: dict[str, list[str]] = {}
        for name, found in layers.items():
            firsts = (self._first.setdefault(layer, name) for layer in found if layer in shared)
            self._leaders[name] = [leader for leader in dict.fromkeys(firsts) if leader != name]
        self._ended = {name: threading.Event() for name in layers}

    def order(self) -> list[str]:
        """The images that wait for nobody, then the others; of both, first those that others wait for.

        In this order none waits for a later one, and none that waits takes the place of one that could go.
        """
        waited_for = {leader for leaders in self._leaders.values() for leader in leaders}
        return sorted(self._leaders, key=lambda name: (bool(self._leaders[name]), name not in waited_for))

    def waits_for(self, name: str) -> list[str]:
        """Images that are still to be sent before this one."""
        return [leader for leader in self._leaders[name] if not self._ended[leader].is_set()]

    @contextmanager
    def turn(self, name: str) -> Iterator[None]:
        """Wait for one's turn; it ends with the block, also where that fails."""
        try:
            for leader in self._leaders[name]:
                self._ended[leader].wait()
            yield
        finally:
            self._ended[name].set()
