"""Sizes of images: python -m bench.sizes (some minutes).

Small apps, each built with the Dockerfile that Dockyard generates, and with what one writes at first: one stage, from the base
that the generated one builds on, all files copied, all installed. As the engine counts them, so layers that are shared count in
each.
"""

import json
import re
import shutil
import tempfile
from pathlib import Path

import docker

from bench.place import ROOT
from tests.integration.support import Site
from tests.integration.test_languages_more import APPS
from tests.unit.build.detect.test_cases import write

CA = "--mount=type=secret,id=ca"
NAIVE = {
    "hello-python": (f"RUN {CA} PIP_CERT=/run/secrets/ca pip install -r requirements.txt", "uvicorn main:app"),
    "hello-node": (f"RUN {CA} NODE_EXTRA_CA_CERTS=/run/secrets/ca npm ci", "node server.js"),
    "go": ("RUN go build -o /web .", "/web"),
    "rust": ("RUN cargo build --release", "target/release/hello"),
    "java": ("RUN javac Main.java", "java Main"),
    "elixir": ("RUN mix compile", "mix run --no-halt"),
    "ruby": ("", "puma"),
    "php": ("", "apache2-foreground"),
    "single-page": ("RUN npm install && npm run build", "npx serve dist"),
}
"""App to how its single stage installs and starts."""


def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="dockyard-bench-") as room:
        site = Site(Path(room))
        (site.root / "dockyard.yaml").write_text("name: sizes\nenvironments: {dev: {}}\n")
        for name in NAIVE:
            _write(site.root / "services" / name, name)
        try:
            site.dockyard("local", "up", "--port", str(site.port))
            generated = _built(site)
            for name, (install, start) in NAIVE.items():
                printed = site.dockyard("dockerfile", name).stdout
                base = re.findall(r"^FROM (\S+)", printed, re.MULTILINE)[0]
                text = f"FROM {base}\nWORKDIR /app\nCOPY . .\n{install}\nCMD {json.dumps(start.split())}\n"
                (site.root / "services" / name / "Dockerfile").write_text(text)
            naive = _built(site)
        finally:
            site.dockyard("local", "down")
    print("| App | generated, MB | one stage, MB | one stage / generated |\n|---|---|---|---|")
    for name in NAIVE:
        print(f"| {name} | {generated[name]} | {naive[name]} | **{naive[name] / generated[name]:.1f}** |")


def _write(folder: Path, name: str) -> None:
    if name not in APPS:
        shutil.copytree(ROOT / "services" / name, folder)
    write(folder, {**APPS.get(name, {}), "service.yaml": f"kind: web\nhttp: {{path: /{name}}}\n"})


def _built(site: Site) -> dict[str, int]:
    """App to the size of its image, in MB."""
    rows = json.loads(site.run("dockyard", "build", "--json", **site.in_local_aws()).stdout)
    images = docker.from_env().images
    return {row["service"]: round(images.get(row["image"]).attrs["Size"] / 10**6) for row in rows}


if __name__ == "__main__":
    main()
