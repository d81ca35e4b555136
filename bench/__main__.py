"""`make bench`: Dockyard and the peer by turns, on one local AWS, and their ratios."""

import datetime
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from bench.measure import Cost, command, row, until_answer
from bench.place import ROOT, Place

ROUNDS = 3
SETTLE = ["sleep", "3"]


def edit(folder: Path, version: str) -> None:
    """One line changed."""
    file = folder / "services/hello-python/main.py"
    lines = [f'VERSION = "{version}"' if line.startswith("VERSION = ") else line for line in file.read_text().splitlines()]
    file.write_text("\n".join(lines) + "\n")


def deploys(place: Place) -> list[str]:
    """First deploy, nothing changed, one line changed; ours by the tool, ours by plain CDK, the peer by plain CDK."""
    first: dict[str, list[float]] = {"ours": [], "peer": []}
    same: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    line: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    ends: dict[str, list[float]] = {"ours": [], "bare": [], "peer": []}
    for number in range(ROUNDS):
        ways: dict[str, Callable[[], Cost]] = {"ours": lambda: place.dockyard("up"), "peer": lambda: place.cdk(place.peer)}
        for way in sorted(ways, reverse=bool(number % 2)):
            place.emptied()
            first[way].append(ways[way]().seconds)
            _settle()
            addresses = {
                "ours": lambda: place.address("demo-dev-hello-python", "Address"),
                "peer": lambda: place.address("Peer-hello-python", "ServiceServiceURL") + "/hello-python",
            }
            deploy: dict[str, Callable[[], Cost]] = {
                way: ways[way],
                **({"bare": lambda: place.cdk(place.ours)} if way == "ours" else {}),
            }
            for kind, run in deploy.items():
                run()
                same[kind].append(run().seconds)
                _settle()
                folder = place.peer if way == "peer" else place.ours
                version = f"{number}-{kind}"
                edit(folder, version)
                answered, ended = until_answer(addresses[way](), version, run)
                line[kind].append(answered)
                ends[kind].append(ended)
                _settle()
    return [
        row("first deploy, empty account, no build cache", first["ours"], first["peer"]),
        row("nothing changed", same["ours"], same["peer"]),
        row("one line changed, until it answers", line["ours"], line["peer"]),
        row("one line changed, until the command ends", ends["ours"], ends["peer"]),
        row("our app by bare `cdk deploy`: nothing changed", same["bare"], same["peer"]),
        row("our app by bare `cdk deploy`: one line, until it answers", line["bare"], line["peer"]),
    ]


def synths(folder: Path, env: dict[str, str]) -> list[str]:
    """Synth of 1, 10 and 100 services of a public image, beside plain CDK with the same resources for each of them.

    Without the validator, which costs both the same; Python keeps what it has compiled, as it does unless told otherwise.
    """
    rows = []
    for count in (1, 10, 100):
        ours = folder / f"synth-{count}"
        shutil.copytree(ROOT / "stacks", ours / "stacks")
        shutil.copy(ROOT / "app.py", ours)
        (ours / "dockyard.yaml").write_text("name: many\nenvironments: {dev: {}}\n")
        for number in range(count):
            path = ours / f"services/s{number}/service.yaml"
            path.parent.mkdir(parents=True)
            path.write_text(f"kind: web\nimage: {{from: 'public.ecr.aws/nginx/nginx:1.29'}}\nhttp: {{path: /s{number}}}\n")
        python = shutil.which("python", path=env["PATH"]) or sys.executable
        base = {**env, "CDK_VALIDATION": "false", "CDK_DEFAULT_ACCOUNT": "123456789012", "CDK_DEFAULT_REGION": "eu-west-1"}
        base["PYTHONDONTWRITEBYTECODE"] = ""
        ways = {
            "ours": (ours, {**base, "CDK_OUTDIR": str(folder / "out-ours")}),
            "peer": (
                ROOT / "bench/same_resources",
                {**base, "CDK_OUTDIR": str(folder / "out-peer"), "PEER_SERVICES": str(count)},
            ),
        }
        costs: dict[str, list[Cost]] = {"ours": [], "peer": []}
        for number in range(ROUNDS):
            for way in sorted(ways, reverse=bool(number % 2)):
                where, variables = ways[way]
                costs[way].append(command([python, "app.py"], cwd=where, env=variables))
        if _types(folder / "out-ours/many-dev-s0.template.json") != _types(folder / "out-peer/Service-s0.template.json"):
            raise RuntimeError("a service has other resources than its peer: mend bench/same_resources/app.py")
        rows.append(row(f"synth, {count} services", [c.seconds for c in costs["ours"]], [c.seconds for c in costs["peer"]]))
        rows.append(
            row(f"synth, {count} services, peak memory", [c.mib for c in costs["ours"]], [c.mib for c in costs["peer"]], "MiB")
        )
    return rows


def _types(template: Path) -> Counter[str]:
    return Counter(one["Type"] for one in json.loads(template.read_text())["Resources"].values())


def _settle() -> None:
    subprocess.run(SETTLE, check=True)


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="dockyard-bench-") as folder:
        place = Place(Path(folder), ROOT / "services", ROOT / "bench/peer")
        try:
            rows = [*deploys(place), *synths(Path(folder), place.plain)]
        finally:
            place.dockyard("local", "down")
    today = datetime.datetime.now(datetime.UTC).date()
    print(f"{today}, {os.cpu_count()} cores, Python {platform.python_version()}, {ROUNDS} rounds, medians (range)\n")
    print("| | Dockyard | plain CDK | | plain CDK / Dockyard |\n|---|---|---|---|---|")
    print("\n".join(rows))


if __name__ == "__main__":
    main()
