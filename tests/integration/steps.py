"""`dockyard` as its users have it, killed as by `kill -9` at one of its steps: python -m tests.integration.steps FILE STEP ARGUMENT…

A step is made when a piece of the deploy's graph has ended, when a call has been answered that changes something in the account,
and when progress is told for the first time, or at the end, of something else. Each is a line in FILE, as far as the program
comes; at STEP the program and all that it started end at once. It is no part of the program: it looks at what is announced.
"""

import os
import signal
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from botocore.client import BaseClient

from dockyard.cli import screen, start
from dockyard.deploy import stacks

_ONLY_READ = ("Describe", "List", "Get", "Head", "Batch", "AssumeRole")


class Steps:
    """Notes each step once, and ends all at one of them."""

    def __init__(self, file: Path, last: str) -> None:
        self._file, self._last = file, last
        self._seen: set[str] = set()

    def at(self, step: str) -> None:
        if step in self._seen:
            return
        self._seen.add(step)
        with self._file.open("a") as file:
            file.write(f"{step}\n")
        if step == self._last:
            os.killpg(0, signal.SIGKILL)


def watch(steps: Steps) -> None:
    """Hear of all steps."""
    call, graph, board = BaseClient._make_api_call, stacks.run_graph, screen.Board

    def make_api_call(self: BaseClient, operation: str, parameters: dict[str, Any]) -> Any:
        if operation.startswith(_ONLY_READ):
            return call(self, operation, parameters)
        what = " ".join([operation, *(str(parameters[name]) for name in ("StackName", "repositoryName") if name in parameters)])
        answer = call(self, operation, parameters)
        steps.at(f"answered {what}")
        return answer

    def run_graph(nodes: dict[str, Any], *early: Any) -> Any:
        def work(name: str) -> Any:
            done = nodes[name].work()
            steps.at(f"end {name}")
            return done

        announced = {name: replace(node, work=lambda name=name: work(name)) for name, node in nodes.items()}
        nodes_of.update(nodes)
        return graph(announced)

    nodes_of: dict[str, Any] = {}

    class Board(board):  # type: ignore[misc, valid-type]
        def update(self, subject: str, text: str) -> None:
            if subject not in nodes_of:
                steps.at(f"progress {subject}")
            super().update(subject, text)

        def done(self, subject: str, text: str) -> None:
            if subject not in nodes_of:
                steps.at(f"done {subject}")
            super().done(subject, text)

    BaseClient._make_api_call = make_api_call
    stacks.run_graph, screen.Board = run_graph, Board


if __name__ == "__main__":
    os.setpgid(0, 0)
    watch(Steps(Path(sys.argv[1]), sys.argv[2]))
    sys.argv = ["dockyard", *sys.argv[3:]]
    start.run()
