"""Builds and pushes of eight apps: python -m bench.build (docker with buildx on PATH; some minutes).

In one run, on one engine and one registry, with the same Dockerfiles: `dockyard push`; `cdk deploy` with `DockerImageAsset`, as
it is by default and with its flags for work side by side; and `docker buildx bake --push`, which is the limit. Then the hashing
of 20,000 files beside `git`, the memory that it takes, and the start of the command line.
"""

import base64
import datetime
import json
import os
import platform
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from bench.measure import Cost, command, median
from bench.place import PORT, ROOT, Place
from dockyard.doors.docker_config import configured
from tests.integration.support import registry_of

ROUNDS = 3
CHANGES = 5
"""Of one app, one after the other, in each round."""
PAUSE = 2.5
"""Seconds before each of these: programs are cold then, as between two edits of a user; what follows at once finds them warm."""
APPS = tuple(f"{language}-{number}" for language in ("python", "node") for number in range(4))
FLAGS = ("--asset-parallelism", "--asset-build-concurrency", "8", "--concurrency", "8")
FILES, FILE_BYTES = 20_000, 8_192
CONTEXT_MB = 500
PYTHON = 'VERSION = "{}"\nprint(VERSION)\n'
NODE = 'const VERSION = "{}"\nconsole.log(VERSION)\n'
PACKAGE = {"name": "app", "version": "1.0.0", "private": True, "engines": {"node": "24.x"}, "scripts": {"start": "node main.js"}}
LOCK = {"name": "app", "version": "1.0.0", "lockfileVersion": 3, "packages": {"": {"name": "app", "version": "1.0.0"}}}


def write_apps(folder: Path) -> Path:
    """Eight small apps that install nothing from the net, so that no mirror's mood is measured."""
    for name in APPS:
        app = folder / name
        app.mkdir(parents=True)
        (app / "service.yaml").write_text(f"kind: web\nhttp: {{path: /{name}}}\n")
        if name.startswith("python"):
            (app / "main.py").write_text(PYTHON.format(name))  # no two alike: CDK builds such once
            (app / "requirements.txt").write_text("")
        else:
            (app / "main.js").write_text(NODE.format(name))
            (app / "package.json").write_text(json.dumps(PACKAGE))
            (app / "package-lock.json").write_text(json.dumps(LOCK))
    return folder


def edit(folder: Path, version: str) -> None:
    """One line of one of the apps changed."""
    file = folder / "services/python-0/main.py"
    file.write_text(f'VERSION = "{version}"\nprint(VERSION)\n')


class Builds:
    """The ways to bring eight images into a registry."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(folder, write_apps(folder / "apps"), ROOT / "bench/peer_images")
        self._bake = folder / "bake.json"
        self.ways: dict[str, Callable[[], Cost]] = {
            "dockyard push": lambda: command(["dockyard", "push"], cwd=self.place.ours, env=self.place.env),
            "cdk deploy": lambda: self.place.cdk(self.place.peer),
            "cdk deploy, its flags": lambda: self.place.cdk(self.place.peer, *FLAGS),
            "buildx bake": lambda: self.bake(*APPS),
        }

    def emptied(self) -> None:
        """An account with repositories for all ways and no image, an engine without build cache."""
        self.place.emptied()
        self.place.cdk(self.place.ours, "demo-registry")
        for name in APPS:
            self.place.client("ecr").create_repository(repositoryName=f"raw/{name}")

    def bake(self, *names: str) -> Cost:
        """`docker buildx bake --push` of these apps."""
        secret = [f"id=ca,src={self.place.env['PEER_CA']}"] if self.place.env["PEER_CA"] else []
        targets = {
            name: {
                "context": str(self.place.peer / "services" / name), "secret": secret,
                "attest": ["type=provenance,disabled=true"], "tags": [f"localhost:{PORT}/raw/{name}:{random.randrange(10**9)}"],  # noqa: S311  # no secret
            }
            for name in names
        }  # fmt: skip
        self._bake.write_text(json.dumps({"group": {"default": {"targets": list(names)}}, "target": targets}))
        registry = registry_of(self.place.client("ecr"), PORT)
        with configured(self.place.plain, [registry]) as configuration:
            program = self.place.env["CDK_DOCKER"]
            arguments = [program, "buildx", "bake", "--builder", "default", "--push", "--file", str(self._bake)]
            asks_nobody = {"BUILDX_BAKE_ENTITLEMENTS_FS": "0"}  # since 0.19, of a secret from outside of the folder
            return command(arguments, cwd=self.place.peer, env={**self.place.plain, **configuration, **asks_nobody})

    def rows(self) -> list[str]:
        """Cold, one of eight changed, nothing changed; each way in each round, the order turned."""
        cold: dict[str, list[float]] = {name: [] for name in self.ways}
        changed: dict[str, list[float]] = {name: [] for name in self.ways}
        same: dict[str, list[float]] = {name: [] for name in self.ways}
        for number in range(ROUNDS):
            for name, way in sorted(self.ways.items(), reverse=bool(number % 2)):
                self.emptied()
                cold[name].append(way().seconds)
                same[name].append(way().seconds)
                only = (lambda: self.bake("python-0")) if name == "buildx bake" else way
                for change in range(CHANGES):
                    edit(self.place.peer if name != "dockyard push" else self.place.ours, f"{number} {name} {change}")
                    time.sleep(PAUSE)
                    changed[name].append(only().seconds)
        return [
            _row("eight images, no build cache", cold),
            _row("one of eight changed (bake: that one alone)", changed),
            _row("nothing changed", same),
        ]


def _row(what: str, found: dict[str, list[float]]) -> str:
    ours = median(found["dockyard push"])
    cells = [f"{median(values):.2f} ({min(values):.2f} to {max(values):.2f})" for values in found.values()]
    ratios = [f"{ours / median(values):.2f}" for name, values in found.items() if name != "dockyard push"]
    return f"| {what} | {' | '.join(cells)} | **{' / '.join(ratios)}** |"


def hashing(folder: Path, place: Place) -> list[str]:
    """The files of a large context: read all, and looked at again; beside `git add` and `git status`. And our memory."""
    context = _many_files(folder / "many")
    git = ["git", "-c", "core.fsmonitor=false", "-c", "gc.auto=0"]
    command([*git, "init", "--quiet", "."], cwd=context, env=place.plain)
    script = (
        "import gc, sys, time; from pathlib import Path; from dockyard.build.context import contents; "
        "from dockyard.build.hashes import Hashes; gc.set_threshold(50_000); begun = time.perf_counter(); "  # as of the program
        "contents(Path('.'), ['.git'], hashes=Hashes(Path(sys.argv[1]))); print(time.perf_counter() - begun)"
    )

    def ours() -> float:
        ended = subprocess.run(
            [sys.executable, "-c", script, str(folder / "hashes.json")], cwd=context, check=True, capture_output=True, text=True
        )
        return float(ended.stdout)

    times: dict[str, list[float]] = {"cold": [], "add": [], "again": [], "status": []}
    for _ in range(ROUNDS):
        (folder / "hashes.json").unlink(missing_ok=True)
        shutil.rmtree(context / ".git/objects")
        (context / ".git/objects").mkdir()
        (context / ".git/index").unlink(missing_ok=True)
        times["cold"].append(ours())
        times["add"].append(command([*git, "add", "."], cwd=context, env=place.plain).seconds)
        times["again"].append(ours())
        times["status"].append(command([*git, "status", "--short"], cwd=context, env=place.plain).seconds)
    large = folder / "large"
    large.mkdir()
    for number in range(10):
        (large / f"{number}.bin").write_bytes(os.urandom(CONTEXT_MB * 10**5))
    memory = command([sys.executable, "-c", script, str(folder / "large.json")], cwd=large, env=place.plain, watched=True).mib
    cold, add, again, status = (median(values) for values in times.values())
    return [
        f"| {FILES:,} files ({FILES * FILE_BYTES // 10**6} MB) hashed, all read / `git add` | {cold:.2f} / {add:.2f} s |",
        f"| the same again / `git status` | {again:.2f} / {status:.2f} s |",
        f"| peak memory with a context of {CONTEXT_MB} MB | {memory:.0f} MiB |",
    ]


def _many_files(folder: Path) -> Path:
    for number in range(FILES):
        file = folder / f"{number % 200}" / f"{number}.txt"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(base64.b64encode(os.urandom(FILE_BYTES * 3 // 4)))
    time.sleep(3)  # what was changed a moment ago is read again
    return folder


def starts(place: Place) -> str:
    """Nothing changed, less the start of Python and of the command line."""
    bare = median([place.dockyard("--version").seconds for _ in range(5)])
    python = median([command([sys.executable, "-c", ""], cwd=place.ours, env=place.plain).seconds for _ in range(5)])
    return f"| start of Python / `dockyard --version` | {python:.2f} / {bare:.2f} s |"


def main() -> None:
    """Print the tables."""
    with tempfile.TemporaryDirectory(prefix="dockyard-bench-") as room:
        folder = Path(room)
        builds = Builds(folder)
        try:
            rows = builds.rows()
            more = [*hashing(folder, builds.place), starts(builds.place)]
        finally:
            builds.place.dockyard("local", "down")
    today = datetime.datetime.now(datetime.UTC).date()
    print(f"{today}, {os.cpu_count()} cores, Python {platform.python_version()}, {ROUNDS} rounds, medians (range), seconds\n")
    print(f"| | {' | '.join(builds.ways)} | dockyard / each |\n|---|" + "---|" * (len(builds.ways) + 1))
    print("\n".join(rows))
    print("\n| What | |\n|---|---|\n" + "\n".join(more))


if __name__ == "__main__":
    main()
