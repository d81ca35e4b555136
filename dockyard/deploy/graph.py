"""Work in the order of its needs, as much of it at once as they allow."""

from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass
from graphlib import TopologicalSorter
from itertools import zip_longest
from typing import Any

from dockyard.errors import DeployError, DockyardError, UnwellError
from dockyard.threads import Threads

AT_ONCE = 10


@dataclass(frozen=True)
class Node:
    """A piece of work, and the names of what must be done before it."""

    work: Callable[[], Any]
    needs: frozenset[str] = frozenset()


def run_graph(nodes: Mapping[str, Node], early: Callable[[str, DockyardError], None] = lambda *_: None) -> dict[str, Any]:
    """Do all of it; the results by name.

    Where a piece fails, what needs it is left undone and all else is done. Then DeployError tells all faults together; an
    error that is not Dockyard's own is raised as it is.

    :param early: is told of a piece that failed, by its name, while others go on, which may take long.
    """
    order = TopologicalSorter({name: node.needs & nodes.keys() for name, node in nodes.items()})
    order.prepare()
    running: dict[Future[Any], str] = {}
    done: dict[str, Any] = {}
    faults: list[DockyardError] = []
    new: list[tuple[str, DockyardError]] = []
    """Faults that are not told yet."""
    with Threads(max_workers=AT_ONCE) as pool:
        while order.is_active():
            running.update({pool.submit(nodes[name].work): name for name in order.get_ready()})
            for fault in new if running else []:
                early(*fault)
            new.clear()
            if not running:
                break  # all that is left needs what failed
            for future in wait(running, return_when=FIRST_COMPLETED).done:
                name = running.pop(future)
                try:
                    done[name] = future.result()
                except DockyardError as error:
                    faults.append(error)
                    new.append((name, error))
                else:
                    order.done(name)
    if faults:
        kind = UnwellError if all(isinstance(fault, UnwellError) for fault in faults) else DeployError
        raise kind("\n".join(_told(faults)), hint=faults[-1].hint) from faults[0]
    return done


def _told(faults: list[DockyardError]) -> Iterator[str]:
    """Each with what to do about it; what is to be done at last is the hint of all."""
    for fault, following in zip_longest(faults, faults[1:]):
        yield str(fault)
        if following and fault.hint and fault.hint != following.hint:
            yield f"try:   {fault.hint}"
