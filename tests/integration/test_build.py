"""Builds on a real engine: the builders agree, failures are explained, stand-ins are what they say."""

import json
import re
import subprocess
import uuid
from concurrent.futures import wait
from dataclasses import replace
from datetime import datetime

import docker
import pytest

from dockyard.build import Bases
from dockyard.build.begun import begin
from dockyard.build.builder import Options, Workshop, build, ca_bundle
from dockyard.build.caches import inline_cache
from dockyard.build.layers import Layers
from dockyard.build.of_project import recipe
from dockyard.config import load_project
from dockyard.doors.buildkit import BuildKit
from dockyard.doors.docker import Docker
from dockyard.doors.git import Git
from dockyard.doors.process import Processes
from dockyard.doors.waiting import Waiting
from dockyard.errors import BuildError
from dockyard.progress import Silent
from dockyard.threads import Threads
from tests.integration.support import environment, registry_of


@pytest.fixture
def workshop(site, engine, tmp_path):
    bases = Bases.read({}, str(site.local.stand_ins))
    docker = Docker(Processes(environment()))
    docker.login(registry_of(site.client("ecr"), site.port))
    return Workshop(docker, bases, f"localhost:{site.port}", tmp_path / "own", ca_bundle(environment()))


@pytest.fixture
def project(tmp_path):
    """The recipe of a service with these files."""

    def make(bases, **files):
        (tmp_path / "dockyard.yaml").write_text("name: built\nenvironments: {dev: {}}")
        for name, text in {"service.yaml": "kind: web", **files}.items():
            path = tmp_path / "services/web" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        loaded = load_project(tmp_path)
        return recipe(loaded, "web", loaded.environment().services["web"], bases)

    return make


@pytest.mark.parametrize("builder", ["buildx", "buildkit", "classic"])
def test_every_builder_makes_an_image_that_runs_the_app(workshop, project, monkeypatch, builder):
    """With the files that count and no others, not as root."""
    cli = workshop.docker.cli
    if builder == "classic":
        monkeypatch.setattr(Docker, "cli", None)
    elif cli is None or cli.buildx is not (builder == "buildx"):
        pytest.skip(f"this machine's docker builds by {'buildx' if cli and cli.buildx else 'buildkit' if cli else 'nothing'}")
    script = f"import os; print('{builder}', os.getuid(), sorted(os.listdir('.')))"
    made = project(workshop.bases, **{"main.py": script, "x.log": "", ".env": "SECRET=1", "requirements.txt": ""})
    name = build(made, workshop, Silent()).image
    assert workshop.docker.run(name, []).strip() == f"{builder} 10001 ['main.py', 'requirements.txt']"
    stand_in = "python:3.13-slim" if workshop.bases.stand_ins else None  # none where the real base can be pulled
    assert workshop.docker.image(name).labels.get("dockyard.stand-in") == stand_in


@pytest.mark.parametrize("fails", [False, True])
def test_a_buildx_that_waited_makes_the_same_image(workshop, project, fails):
    """And tells the same of a step that fails."""
    cli, start = workshop.docker.cli, ["buildx", "build", "--builder", "default", "--progress=plain", "."]
    if cli is None or not cli.plugin:
        pytest.skip("this machine's docker has no buildx")
    dockerfile = "FROM python:3.13-slim AS first\nARG WORD\nRUN echo $WORD > /word && echo said && test $WORD = a=b\nFROM first\nRUN false\n"
    word = "nothing" if fails else "a=b"
    service = f"kind: web\nimage: {{build: {{args: {{WORD: '{word}'}}, target: first}}}}"
    made, told = project(workshop.bases, **{"Dockerfile": dockerfile, "service.yaml": service}), []
    for waiting in (None, Waiting(cli.plugin, "default")):
        kit = BuildKit(Processes(workshop.environment), cli, waiting)
        begun = begin([made], replace(workshop, docker=kit), Silent(), Threads(1))["web"]
        if waiting:
            wait([begun])
            assert waiting.build(start, print) is None, "it was not asked"
        if fails:
            told.append(re.sub(r"[\d.]+ s", "", str(begun.exception())))
            continue
        image = workshop.docker.image(begun.result().image)
        assert workshop.docker.run(begun.result().image, ["cat", "/word"]) == "a=b\n"
        told.append({name: value for name, value in image.labels.items() if name != "org.opencontainers.image.created"})
    assert told[0] == told[1]
    assert not fails or "| said" in told[0]


def test_an_own_dockerfile_is_built_with_its_arguments_and_target(workshop, project):
    dockerfile = (
        "ARG VERSION=0\nFROM python:${VERSION}-slim AS first\nARG WORD\nRUN echo $WORD > /word\nFROM first AS second\nRUN false\n"
    )
    service = "kind: web\nimage: {build: {args: {VERSION: '3.13', WORD: hello}, target: first}}"
    name = build(project(workshop.bases, **{"Dockerfile": dockerfile, "service.yaml": service}), workshop, Silent()).image
    assert workshop.docker.run(name, ["cat", "/word"]) == "hello\n"


def test_a_failed_step_is_told_with_its_last_lines_and_the_log(workshop, project):
    dockerfile = "FROM python:3.13-slim\nRUN for i in $(seq 1 30); do echo line $i; done; exit 3\n"
    with pytest.raises(BuildError) as caught:
        build(project(workshop.bases, Dockerfile=dockerfile), workshop, Silent())
    text = str(caught.value)
    assert "failed to build web at [2/2] RUN for i in" in text
    assert "exit code: 3" in text
    assert [line for line in text.splitlines() if line.startswith("  | ")] == [f"  | line {i}" for i in range(11, 31)]
    log = workshop.folder / "logs/build-web.log"
    assert caught.value.hint == f"whole log: {log}"
    assert "line 1\n" in log.read_text()


def test_a_base_image_that_cannot_be_had_is_told_with_what_to_set(workshop, project):
    with pytest.raises(BuildError) as caught:
        build(project(workshop.bases, Dockerfile="FROM localhost:9/nobody/nothing:1\n"), workshop, Silent())
    assert "base image localhost:9/nobody/nothing:1 cannot be had" in str(caught.value)
    assert "tried: this engine's images, the registry that its name says" in str(caught.value)
    assert "base_images in dockyard.yaml" in caught.value.hint


def test_the_certificates_are_there_for_the_step_and_not_in_the_image(workshop, project):
    made = project(workshop.bases, **{"main.py": "print(1)", "requirements.txt": "six==1.17.0"})
    name = build(made, workshop, Silent()).image
    assert workshop.docker.run(
        name, ["python", "-c", "import six, os; print(six.__version__, os.path.exists('/run/secrets/ca'))"]
    ) == ("1.17.0 False\n")


NEW = uuid.uuid4().hex
"""In what is to be built: an image of an earlier run that is still there would be taken instead."""
PRINTS = f"""\
FROM python:3.13-slim
RUN --mount=type=secret,id=token wc -c < /run/secrets/token > /length && echo it is $(cat /run/secrets/token) # {NEW}
"""
FAILS = "RUN --mount=type=secret,id=token cat /run/secrets/token; false\n"


def test_a_build_secret_is_seen_by_its_step_and_is_in_neither_image_log_nor_error(site, workshop, project):
    """Whatever the step prints of it, whether it fails or not."""
    service = "kind: web\nimage: {build: {secrets: {token: {env: TOKEN}}}}"
    docker = Docker(Processes({**environment(), "TOKEN": "ab-CD-12"}))
    docker.login(registry_of(site.client("ecr"), site.port))
    workshop = replace(workshop, docker=docker, environment={"TOKEN": "ab-CD-12"})
    name = build(project(workshop.bases, **{"Dockerfile": PRINTS, "service.yaml": service}), workshop, Silent()).image
    assert docker.run(name, ["sh", "-c", "cat /length; ls -A /run/secrets 2>/dev/null || true"]) == "8\n"
    log = workshop.folder / "logs/build-web.log"
    assert "it is [REDACTED]" in log.read_text()
    failing = project(workshop.bases, **{"Dockerfile": PRINTS + FAILS, "service.yaml": service})
    with pytest.raises(BuildError, match=r"\n  \| \[REDACTED\]$") as caught:
        build(failing, workshop, Silent())
    assert "ab-CD-12" not in str(caught.value) + log.read_text()


def test_an_image_says_what_it_is_made_from(workshop, project, tmp_path):
    """As git knows it, without the credentials of its remote."""
    made = project(workshop.bases, **{"Dockerfile": "FROM scratch\nCOPY main.py /\n", "main.py": NEW})
    workshop = replace(workshop, git=Git(workshop.docker._processes))
    name = build(made, workshop, Silent()).image
    assert not any(label.endswith(("source", "revision")) for label in workshop.docker.image(name).labels)

    def git(*arguments):
        who = ("-c", "user.name=a", "-c", "user.email=a@b.example")
        return subprocess.run(
            ["git", "-C", tmp_path, *who, *arguments], check=True, capture_output=True, text=True
        ).stdout.strip()

    git("init")
    git("remote", "add", "origin", "https://me:secret@git.example/shop.git")
    git("add", "services")
    git("commit", "-m", "All")
    anew = replace(workshop, options=Options(no_cache=True))
    labels = workshop.docker.image(build(made, anew, Silent()).image).labels
    found = {key.removeprefix("org.opencontainers.image."): value for key, value in labels.items()}
    assert (found["source"], found["revision"]) == ("https://git.example/shop.git", git("rev-parse", "HEAD"))
    assert found["version"] == made.tag
    assert datetime.fromisoformat(found["created"]).tzinfo
    (tmp_path / "services/web/main.py").write_text("2")
    assert Git(Processes(environment())).revision(tmp_path).commit == f"{found['revision']}-dirty"


def test_an_image_for_arm_is_one(workshop, project):
    service = "kind: web\nimage: {build: {platforms: [linux/arm64]}}"
    files = {"Dockerfile": "FROM scratch\nCOPY main.py /\n", "main.py": "", "service.yaml": service}
    name = build(project(workshop.bases, **files), workshop, Silent()).image
    assert docker.from_env().images.get(name).attrs["Architecture"] == "arm64"


def test_layers_that_the_registry_has_are_not_sent_again_and_are_taken_from_there(site, workshop, project):
    """From an image that another machine may have pushed. One that cannot be had costs nothing but itself."""
    registry = registry_of(site.client("ecr"), site.port)
    site.client("ecr").create_repository(repositoryName=f"layers/{NEW}")
    address, auth = f"{registry.host}/layers/{NEW}", {"username": registry.username, "password": registry.password}
    pushed = []
    for text in ("1", "2"):
        files = {"Dockerfile": "FROM scratch\nCOPY a /\nCOPY main.py /\n", "a": NEW * 300, "main.py": f"{text} {NEW}"}
        caches = inline_cache(f"{address}:{pushed[-1][0]}" if pushed else "localhost:9/not/there:1", registry)
        made = project(workshop.bases, **files)
        name = build(made, workshop, Silent(), caches).image
        assert "importing cache manifest from" in (workshop.folder / "logs/build-web.log").read_text()
        workshop.docker.tag(name, address, made.tag)
        layers = Layers(len(set(workshop.docker.image(name).layers)))
        workshop.docker.push(address, made.tag, auth, layers.read)
        workshop.docker.untag(f"{address}:{made.tag}")
        pushed.append((made.tag, layers.pushed, layers.reused))
    assert [counts for _, *counts in pushed] == [[2, 0], [1, 1]]


@pytest.mark.parametrize(("kind", "command"), [("python", ["python", "--version"]), ("node", ["node", "--version"])])
def test_a_stand_in_is_the_version_that_its_tag_says(site, workshop, kind, command):
    known = json.loads(site.local.stand_ins.read_text())
    for reference, entry in known.items():
        if reference.startswith(f"{kind}:"):
            registry = registry_of(site.client("ecr"), site.port)
            address = f"{registry.host}/{entry['repository']}@{entry['digest']}"
            docker.from_env().images.pull(address, auth_config={"username": registry.username, "password": registry.password})
            version = workshop.docker.run(address, command).split()[-1].removeprefix("v")
            assert f"{version}.".startswith(f"{entry['tag'].split('-')[0]}.")
            assert entry["repository"] == f"docker-hub/library/{kind}"
            return
    assert workshop.docker.image_id(f"{kind}:{'3.13' if kind == 'python' else '24'}-slim"), "neither a real base nor a stand-in"


def test_a_stand_in_of_another_version_than_asked_for_is_not_used(site, tmp_path):
    """The build then fails, and says that the base cannot be had."""
    file = site.root / "services/hello-python/.python-version"
    file.write_text("3.9")
    try:
        told = site.up(code=1).stderr
    finally:
        file.unlink()
        site.up()
    assert "python:3.9-slim" in told
    assert "cannot be had" in told or "cannot be pulled" in told
