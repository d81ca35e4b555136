"""`make bench`: Dockyard and the peer by turns, and their ratios."""

import tempfile
from pathlib import Path

from bench.deploy import ROUNDS, deploys
from bench.measure import heading
from bench.place import Place
from bench.synth import synths


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="dockyard-bench-") as folder:
        place = Place.of_eight(Path(folder))
        try:
            rows = [*deploys(place), *synths(Path(folder), place.plain)]
        finally:
            place.dockyard("local", "down")
    print("\n".join([*heading(ROUNDS), *rows]))


if __name__ == "__main__":
    main()
