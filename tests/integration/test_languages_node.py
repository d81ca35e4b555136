"""Generated Dockerfiles of JavaScript apps on a real engine: built, answering, not root, ended by SIGTERM, without what only the build needs."""

import contextlib
import json
import time
import urllib.error
import urllib.request

import docker
import pytest

from dockyard.build import Bases
from dockyard.build.builder import Workshop, build, ca_bundle
from dockyard.build.of_project import recipe
from dockyard.config import load_project
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.progress import Silent
from tests.integration.support import environment, registry_of

SERVER = """
const found = (name) => { try { require(name); return true } catch { return false } };
const told = JSON.stringify([require("ms")("1s"), found("left-pad"), process.getuid(), process.argv0, process.env.NODE_ENV]);
require("http").createServer((request, response) => response.end(told)).listen(process.env.PORT);
"""
HANDLER = 'process.on("SIGTERM", () => process.exit(0));'
MS = "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=="
LEFT_PAD = "sha512-XI5MPzVNApjAyhQzphX8BkmKsKUxD4LdyK24iZeQGinBN9yTQT3bFlCBy/aVx2HrNcqQGsdot8ghrjyrvMCoEA=="
PACKAGE = {
    "name": "shop", "version": "1.0.0", "scripts": {"build": "node -p \"require('left-pad')('a', 2)\"", "start": "node server.js"},
    "dependencies": {"ms": "2.1.3"}, "devDependencies": {"left-pad": "1.3.0"},
}  # fmt: skip
ROOT = {"name": "shop", "version": "1.0.0", "dependencies": {"ms": "2.1.3"}, "devDependencies": {"left-pad": "1.3.0"}}
LOCKS = {
    "package-lock.json": json.dumps({"name": "shop", "version": "1.0.0", "lockfileVersion": 3, "requires": True, "packages": {
        "": ROOT,
        "node_modules/left-pad": {"version": "1.3.0", "integrity": LEFT_PAD, "dev": True},
        "node_modules/ms": {"version": "2.1.3", "integrity": MS},
    }}),
    "yarn.lock": f'# yarn lockfile v1\n\n\nleft-pad@1.3.0:\n  version "1.3.0"\n  integrity {LEFT_PAD}\n\n'
                 f'ms@2.1.3:\n  version "2.1.3"\n  integrity {MS}\n',
    "pnpm-lock.yaml": f"""lockfileVersion: '9.0'
settings: {{autoInstallPeers: true, excludeLinksFromLockfile: false}}
importers:
  .:
    dependencies: {{ms: {{specifier: 2.1.3, version: 2.1.3}}}}
    devDependencies: {{left-pad: {{specifier: 1.3.0, version: 1.3.0}}}}
packages:
  left-pad@1.3.0: {{resolution: {{integrity: {LEFT_PAD}}}}}
  ms@2.1.3: {{resolution: {{integrity: {MS}}}}}
snapshots:
  left-pad@1.3.0: {{}}
  ms@2.1.3: {{}}
""",
}  # fmt: skip


@pytest.fixture
def workshop(site, engine, tmp_path):
    engine.login(registry_of(site.client("ecr"), site.port))
    bases = Bases.read({}, str(site.local.stand_ins))
    return Workshop(Docker(Processes(environment())), bases, f"localhost:{site.port}", tmp_path / "own", ca_bundle(environment()))


@pytest.fixture
def built(workshop, tmp_path):
    """The image of an app with these files."""

    def make(files):
        (tmp_path / "dockyard.yaml").write_text("name: javascript\nenvironments: {dev: {}}")
        for name, text in {"service.yaml": "kind: web", **files}.items():
            path = tmp_path / "services/web" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        project = load_project(tmp_path)
        return build(recipe(project, "web", project.environment().services["web"], workshop.bases), workshop, Silent()).image

    return make


@contextlib.contextmanager
def running(image):
    """A container and its address; it must end within 5 seconds of a SIGTERM, or of the signal that its image says."""
    container = docker.from_env().containers.run(image, detach=True, ports={"8080/tcp": ("127.0.0.1", None)})
    try:
        container.reload()
        yield container, f"http://127.0.0.1:{container.ports['8080/tcp'][0]['HostPort']}"
        container.stop(timeout=5)
        container.reload()
        assert container.attrs["State"]["ExitCode"] in (0, 143)  # 137 where it had to be killed
    finally:
        container.remove(force=True)


def ask(address, path="/"):
    """Status, headers and body, as soon as it takes connections."""
    until = time.monotonic() + 30
    while True:
        try:
            with urllib.request.urlopen(address + path, timeout=10) as answer:  # noqa: S310  # its own address
                return answer.status, answer.headers, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.headers, error.read().decode()
        except OSError:
            assert time.monotonic() < until, "no answer"
            time.sleep(0.2)


@pytest.mark.parametrize("lock", LOCKS)
def test_an_app_is_installed_by_its_package_manager_and_has_no_development_dependencies(built, lock):
    image = built(
        {"package.json": json.dumps(PACKAGE), lock: LOCKS[lock], "server.js": SERVER + (HANDLER if lock == "yarn.lock" else "")}
    )
    with running(image) as (_, address):
        status, _, text = ask(address)
        assert (status, json.loads(text)) == (200, [1000, False, 10001, "node", "production"])
