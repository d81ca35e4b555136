"""Synth of 1, 10 and 100 services beside plain CDK: python -m bench.synth."""

import json
import os
import shutil
import sys
import tempfile
from collections import Counter
from pathlib import Path

from bench.measure import Cost, command, heading, row
from bench.place import ROOT

ROUNDS = 3


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
                costs[way].append(command([python, "app.py"], cwd=where, env=variables, watched=True))
        if _types(folder / "out-ours/many-dev-s0.template.json") != _types(folder / "out-peer/Service-s0.template.json"):
            raise RuntimeError("a service has other resources than its peer: mend bench/same_resources/app.py")
        rows.append(row(f"synth, {count} services", [c.seconds for c in costs["ours"]], [c.seconds for c in costs["peer"]]))
        rows.append(
            row(f"synth, {count} services, peak memory", [c.mib for c in costs["ours"]], [c.mib for c in costs["peer"]], "MiB")
        )
    return rows


def _types(template: Path) -> Counter[str]:
    return Counter(one["Type"] for one in json.loads(template.read_text())["Resources"].values())


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="dockyard-bench-") as folder:
        rows = synths(Path(folder), dict(os.environ))
    print("\n".join([*heading(ROUNDS), *rows]))


if __name__ == "__main__":
    main()
