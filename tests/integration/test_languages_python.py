"""Python apps are built by their package managers on a real engine, answer, and end when they are told to."""

import time

import docker
import pytest

from dockyard.build import Bases
from dockyard.build.builder import Workshop, build, ca_bundle
from dockyard.build.of_project import recipe
from dockyard.config import load_project
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.progress import Silent
from tests.integration.support import environment, get, registry_of

APP = """import os, importlib.util

def app(environ, start_response):
    start_response("200 OK", [("Content-Type", "application/json")])
    tools = [name for name in ("pip", "uv", "poetry", "pdm", "pipenv") if importlib.util.find_spec(name)]
    return [b'{"user": %d, "tools": %d}' % (os.getuid(), len(tools))]
"""
HASH = "sha256:c56d67fd6e87c2ee598b76abdd4e96cfad1f24cacdea5078d382b1f9d7b5ed2e"
WHEEL = "waitress-3.0.2-py3-none-any.whl"
URL = f"https://files.pythonhosted.org/packages/8d/57/a27182528c90ef38d82b636a11f606b0cbb0e17588ed205435f8affe3368/{WHEEL}"
PROJECT = '[project]\nname = "shop"\nversion = "1"\nrequires-python = ">=3.11"\ndependencies = ["waitress==3.0.2"]\n'
PACKAGE = '[[package]]\nname = "waitress"\nversion = "3.0.2"\n'

APPS = {
    "pip": {"requirements.txt": f"waitress==3.0.2 --hash={HASH}\n", "main.py": APP},
    "uv": {
        "pyproject.toml": PROJECT,
        "uv.lock": 'version = 1\nrevision = 3\nrequires-python = ">=3.11"\n[[package]]\nname = "shop"\nversion = "1"\n'
        'source = { virtual = "." }\ndependencies = [{ name = "waitress" }]\n'
        f'{PACKAGE}source = {{ registry = "https://pypi.org/simple" }}\nwheels = [{{ url = "{URL}", hash = "{HASH}" }}]\n',
        "main.py": APP,
    },
    # by the simple API, which a mirror has, too
    "poetry": {
        "pyproject.toml": '[tool.poetry]\nname = "shop"\nversion = "1"\ndescription = ""\nauthors = []\n'
        '[tool.poetry.dependencies]\npython = "^3.11"\nwaitress = "3.0.2"\n'
        '[[tool.poetry.source]]\nname = "simple"\nurl = "https://pypi.org/simple/"\n',
        "poetry.lock": f'{PACKAGE}description = ""\noptional = false\npython-versions = ">=3.9.0"\ngroups = ["main"]\n'
        f'files = [{{file = "{WHEEL}", hash = "{HASH}"}}]\n'
        '[package.source]\ntype = "legacy"\nurl = "https://pypi.org/simple"\nreference = "simple"\n'
        '[metadata]\nlock-version = "2.1"\npython-versions = "^3.11"\n'
        'content-hash = "f1a8d1d9cb28295b2706d5a775bd3a301da6fc86cb2aaf73d3ed1edc34faf696"\n',
        "main.py": APP,
    },
    "pdm": {
        "pyproject.toml": PROJECT,
        "pdm.lock": '[metadata]\ngroups = ["default"]\nstrategy = ["inherit_metadata"]\nlock_version = "4.5.1"\n'
        'content_hash = "sha256:658fd03345983c901f955404637ceeab1c6a0381f1803765791d71561447b106"\n'
        f'[[metadata.targets]]\nrequires_python = ">=3.11"\n{PACKAGE}requires_python = ">=3.9.0"\nsummary = ""\n'
        f'groups = ["default"]\nfiles = [{{file = "{WHEEL}", hash = "{HASH}"}}]\n',
        "main.py": APP,
    },
    "pipenv": {
        "Pipfile": '[packages]\nwaitress = "==3.0.2"\n',
        "Pipfile.lock": '{"_meta": {"hash": {"sha256": "e45b5e4e97c63bf336ca9cb063824082962eca88e1a6f46e77b53fd3204bcbd9"}, '
        '"pipfile-spec": 6, "requires": {}, "sources": [{"name": "pypi", "url": "https://pypi.org/simple", "verify_ssl": true}]}, '
        f'"default": {{"waitress": {{"hashes": ["{HASH}"], "version": "==3.0.2"}}}}, "develop": {{}}}}',
        "main.py": APP,
    },
    "a package": {
        "pyproject.toml": f'{PROJECT}[build-system]\nrequires = ["hatchling==1.27.0"]\nbuild-backend = "hatchling.build"\n',
        "shop/__init__.py": APP,
    },
    "no server": {"requirements.txt": "six==1.17.0\n", "wsgi.py": APP.replace("app(", "application(")},
}  # fmt: skip


@pytest.fixture
def workshop(site, engine, tmp_path):
    docker = Docker(Processes(environment()))
    docker.login(registry_of(site.client("ecr"), site.port))
    bases = Bases.read({}, str(site.local.stand_ins))
    return Workshop(docker, bases, f"localhost:{site.port}", tmp_path / "own", ca_bundle(environment()))


@pytest.mark.parametrize("kind", APPS)
def test_an_app_of_each_package_manager_answers_and_ends(workshop, tmp_path, kind):
    """With its locked packages and without the tools that installed them; not as root; within 5 seconds of being told to stop."""
    (tmp_path / "dockyard.yaml").write_text("name: built\nenvironments: {dev: {}}")
    for name, text in {"service.yaml": "kind: web", **APPS[kind]}.items():
        path = tmp_path / "services/web" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    loaded = load_project(tmp_path)
    image = build(recipe(loaded, "web", loaded.environment().services["web"], workshop.bases), workshop, Silent()).image
    container = docker.from_env().containers.run(image, detach=True, ports={"8080/tcp": ("127.0.0.1", None)})
    try:
        assert answer_of(container) == (200, {"user": 10001, "tools": 0})
        begun = time.monotonic()
        container.stop(timeout=20)
        assert time.monotonic() - begun < 5
    finally:
        container.remove(force=True)


def answer_of(container):
    """What the app says as soon as it answers."""
    container.reload()
    address = f"http://127.0.0.1:{container.ports['8080/tcp'][0]['HostPort']}/"
    begun = time.monotonic()
    while time.monotonic() - begun < 60:
        try:
            return get(address)
        except OSError:
            time.sleep(0.1)
    return container.logs().decode()
