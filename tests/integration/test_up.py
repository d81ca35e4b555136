"""`dockyard up` and `down`: from nothing to services that answer, again, and back to nothing."""

import json
import os
import re
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dockyard.cli.down import names, removing
from dockyard.doors.daemon import Daemon
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.local.engine import Engine
from tests.integration.support import environment, get, make_site

NOT_PUSHED = {"size": None, "layers_pushed": None, "layers_reused": None, "bytes_pushed": None}


def test_every_printed_address_answers(site):
    """Two apps without a Dockerfile, one on Fargate and one on servers, on one load balancer."""
    addresses = site.addresses()
    assert set(addresses) == {"hello-node", "hello-python"}
    for service, address in addresses.items():
        assert get(address) == (200, {"service": service, "version": "1", "path": f"/{service}"})
        assert get(f"{address}/deeper/still")[0] == 200


def test_what_no_service_has_a_rule_for_is_404(site):
    base = site.addresses()["hello-node"].removesuffix("/hello-node")
    assert get(f"{base}/nobody")[0] == 404
    assert get(f"{base}/hello-nodes")[0] == 404


def test_a_second_up_finds_nothing_to_do(site):
    """And starts neither Node nor a build, and reads nothing of the project where nothing is another; a change is seen."""
    site.up()
    time.sleep(2.1)  # files that were changed just now could be changed again unseen
    told = site.up().stderr
    assert "nothing changed" in told
    assert "synth" not in told
    again = site.up("--json")
    assert "nothing changed" in again.stderr
    assert json.loads(again.stdout)["addresses"] == site.addresses()
    (left,) = (site.root / ".dockyard/standing/deploys").glob("*.json")
    damaged = json.loads(left.read_text()) | {"where": "as it was left"}
    left.write_text(json.dumps(damaged))
    assert "as it was left" in site.up().stderr
    (site.root / "services/hello-node/new").write_text("")
    assert "as it was left" not in site.up().stderr


def test_a_second_push_asks_the_registry_alone(site):
    """Where nothing is another since the first; what is not there any more is pushed."""
    site.up()
    local = site.account()
    first = json.loads(site.dockyard("push", "--json", **local).stdout)
    (left,) = (site.root / ".dockyard/standing/pushes").glob("*.json")
    kept = json.loads(left.read_text())
    left.write_text(json.dumps(kept | {"cautions": [["all", "as it was left"]]}))
    time.sleep(2.1)  # as above
    again = site.dockyard("push", "--json", **local)
    assert "as it was left" in again.stderr
    assert json.loads(again.stdout) == first
    assert {image["service"]: image["digest"] for image in first} == {i["service"]: i["digest"] for i in kept["images"]}
    assert "as it was left" not in site.dockyard("push", "hello-node", **local).stderr
    gone = first[0]
    site.client("ecr").batch_delete_image(repositoryName=gone["repository"], imageIds=[{"imageTag": gone["tag"]}])
    pushed = site.dockyard("push", "--json", **local)
    assert "as it was left" not in pushed.stderr
    assert json.loads(pushed.stdout)[0]["digest"] == gone["digest"]


def test_a_push_of_one_changed_source_reads_nothing_else(site):
    """The account is asked, and the whole project is read where anything else is another, or a base is to be fetched."""
    site.up()
    local = site.account()
    folder = site.root / "services/hello-python"

    def push(code=0):
        ended = site.dockyard("push", "--json", code=code, **local)
        images = {image["service"]: image for image in json.loads(ended.stdout)} if code == 0 else {}
        return "as it was left" in ended.stderr, images, ended.stderr

    own = folder / "Dockerfile"
    own.write_text("FROM scratch\nCOPY main.py *.txt /\n")  # a stand-in is to be fetched with credentials, by some engines
    time.sleep(2.1)  # as above
    before = push()[1]
    (left,) = (site.root / ".dockyard/standing/pushes").glob("*.json")
    left.write_text(json.dumps(json.loads(left.read_text()) | {"cautions": [["hello-node", "as it was left"]]}))
    (folder / "new.txt").write_text("")
    ahead, after, told = push()
    assert (ahead, after["hello-node"]["digest"]) == (True, before["hello-node"]["digest"])
    assert "hello-node: image is in ECR already" in told
    assert "hello-python: image built in" in told
    tags = {image["service"]: image["tag"] for image in json.loads(site.dockyard("tags", "--json", **local).stdout)}
    assert {name: image["tag"] for name, image in after.items()} == tags
    made = after["hello-python"]
    assert made["tag"] != before["hello-python"]["tag"]
    found = site.client("ecr").describe_images(repositoryName=made["repository"], imageIds=[{"imageTag": made["tag"]}])
    assert found["imageDetails"][0]["imageDigest"] == made["digest"]

    ahead, again, told = push()  # the file could be another one still, and is the same
    assert (ahead, "hello-python: image is in ECR already" in told, "hello-python: [" in told) == (True, True, False)
    assert [image["digest"] for image in again.values()] == [image["digest"] for image in after.values()]

    own.write_text("FROM scratch\nCOPY nowhere /\n")
    ahead, _, told = push(code=1)
    assert (ahead, told.count("failed to build hello-python")) == (True, 1)
    own.write_text("FROM localhost:1/nobody:1\n")
    ahead, _, told = push(code=1)
    assert told.count("error: failed to build hello-python: base image localhost:1/nobody:1 cannot be had") == 1
    own.unlink()
    (folder / "new.txt").unlink()

    gone = before["hello-node"]
    site.client("ecr").batch_delete_image(repositoryName=gone["repository"], imageIds=[{"imageTag": gone["tag"]}])
    assert push()[1]["hello-node"]["digest"] == gone["digest"]
    (folder / "service.yaml").write_text((folder / "service.yaml").read_text() + "\n# read again\n")
    assert push()[0] is False


AWS = "botocore docker requests typer"
"""What asks AWS, the engine and users, and takes long to import."""


def _without(modules: Path) -> Path:
    """A path of modules by which those that the variable WITHOUT names cannot be imported."""
    modules.mkdir()
    (modules / "sitecustomize.py").write_text(
        "import os, sys\nsys.modules |= dict.fromkeys(os.environ.get('WITHOUT', '').split())\n"
    )
    return modules


def test_a_push_with_a_token_that_was_kept_asks_the_registry_alone(site, tmp_path):
    """It does not even import what asks AWS; the whole project is read where the registry has others no more, or refuses the token."""
    modules = _without(tmp_path / "modules")
    site.up()
    time.sleep(2.1)  # what was changed a moment ago is looked at again
    local = {**site.account(), "XDG_CACHE_HOME": str(tmp_path), "CI": "", "PYTHONPATH": str(modules)}
    source = site.root / "services/hello-python"
    (source / "Dockerfile").write_text("FROM scratch\nCOPY main.py *.txt /\nLABEL of=tokens\n")  # as above

    def push(code=0, **variables):
        ended = site.dockyard("push", "--json", code=code, **local, **variables)
        return {} if code else {image["service"]: image for image in json.loads(ended.stdout)}, ended.stderr

    before, _ = push()  # the Dockerfile was changed just now, and is looked at again by the next ones
    (token,) = (tmp_path / "dockyard/tokens").iterdir()
    assert token.stat().st_mode & 0o777 == 0o600
    assert push(WITHOUT=AWS)[0] == {name: image | NOT_PUSHED for name, image in before.items()}

    (source / "new.txt").write_text("")
    after, told = push(WITHOUT=AWS)
    assert {"hello-python: image built in", "hello-python: image pushed in"} <= set(
        re.findall(r"hello-python: image \w+ in", told)
    )
    made = after["hello-python"]
    assert made["tag"] != before["hello-python"]["tag"]
    found = site.client("ecr").describe_images(repositoryName=made["repository"], imageIds=[{"imageTag": made["tag"]}])
    assert found["imageDetails"][0]["imageDigest"] == made["digest"]

    (source / "new.txt").unlink()  # what was pushed before
    again, told = push(WITHOUT=AWS)
    assert "hello-python: image is in ECR already" in told
    assert again["hello-python"]["digest"] == before["hello-python"]["digest"]

    kept = json.loads(token.read_text())
    token.write_text(json.dumps(kept | {"username": "nobody"}))
    own = (source / "Dockerfile").read_text()
    (source / "Dockerfile").write_text("FROM scratch\nCOPY nowhere /\n")
    told = push(code=1)[1]
    assert "error: failed to build hello-python at" in told
    assert "Unauthorized" not in told
    assert not token.exists() or json.loads(token.read_text())["username"] == "AWS"  # of who read the project
    token.write_text(json.dumps(kept | {"username": "nobody"}))
    token.chmod(0o600)
    (source / "Dockerfile").write_text(own)
    (source / "other.txt").write_text("")
    refused, _ = push()
    assert refused["hello-python"]["tag"] not in (made["tag"], before["hello-python"]["tag"])
    assert json.loads(token.read_text())["username"] == "AWS"

    gone = before["hello-node"]
    site.client("ecr").batch_delete_image(repositoryName=gone["repository"], imageIds=[{"imageTag": gone["tag"]}])
    (source / "more.txt").write_text("")
    assert push()[0]["hello-node"]["digest"] == gone["digest"]
    for name in ("other.txt", "more.txt", "Dockerfile"):
        (source / name).unlink()

    main = source / "main.py"
    before = main.read_text()
    push()
    for number, without in enumerate([AWS, f"{AWS} jinja2"]):  # the first of them renders the Dockerfile
        main.write_text(f"{before}# {number}\n")
        assert "hello-python: image built in" in push(WITHOUT=without)[1]
    main.write_text(before)


def test_status_tells_what_runs(site):
    found = json.loads(site.dockyard("local", "status", "--json").stdout)
    assert found["running"]["port"] == site.port
    assert len(found["containers"]) == 2
    assert found["resources"]["stored_only"]["AWS::IAM::Role"] > 0
    shown = site.dockyard("local", "status").stdout
    assert "stored only: AWS::" in shown
    assert re.search(r"^hello-node +[0-9a-f]{8} +app +", shown, re.MULTILINE)


def test_a_port_in_use_is_told_with_its_holder_and_the_way_out(engine, tmp_path):
    other = make_site(tmp_path)
    with socket.socket() as held:
        held.bind(("127.0.0.1", other.port))
        held.listen()
        told = other.up(code=1).stderr
    assert f"port {other.port} is in use by" in told
    assert f"(process {os.getpid()})" in told
    assert f"--port {other.port + 1}" in told
    assert not other.local.port


def test_a_killed_local_aws_is_cleaned_up_by_the_next(engine, tmp_path):
    """kill -9 leaves containers and a network; the next start removes the first and takes the second."""
    other = make_site(tmp_path)
    other.up()
    before = other.containers()
    subprocess.run(["kill", "-9", str(other.local.status(Docker(Processes())).pid)], check=True)
    assert set(other.containers()) == set(before)
    other.up()
    after = other.containers()
    assert len(after) == 2
    assert not set(before) & set(after)
    assert all(get(address)[0] == 200 for address in other.addresses().values())
    with _made(other.local.label) as made:
        told = other.dockyard("down").stderr
    assert made == []  # services do not make up for what goes
    assert other.containers(ended=True) == []
    assert removing(names("demo")) in told.splitlines()[-1]


def test_down_leaves_nothing_and_can_be_said_twice(engine, tmp_path):
    other = make_site(tmp_path)
    other.dockyard("local", "up", "--port", str(other.port))
    network = other.local.name
    assert network in _networks()
    other.dockyard("down")
    assert network not in _networks()
    assert other.dockyard("local", "status").stdout == "the local AWS does not run\n"
    other.dockyard("down")


def test_an_engine_that_others_use_by_now_goes_on(site, tmp_path):
    """What was started here is a stand-in for dockerd, so that the engine of these tests need not end."""
    daemon = Daemon(tmp_path / "engine.json", tmp_path / "logs" / "engine.log")
    daemon.start(["sleep", "60"], environment())
    told: list[str] = []
    Engine(tmp_path, Processes(environment()), told.append).stop()
    assert daemon.alive()
    assert all(name in told[0] for name in site.containers())
    daemon.stop(5)


def test_an_interrupted_up_leaves_nothing_half_started(engine, tmp_path):
    """Whenever it is interrupted: the local AWS runs or does not, and the next `up` ends well."""
    other = make_site(tmp_path)
    for seconds in (0.3, 1.2, 3.0, 4.5):
        (other.root / "services/hello-python/new.py").write_text(f"WHEN = {seconds}")
        started = subprocess.Popen(
            ["dockyard", "up", "--port", str(other.port)], cwd=other.root, env=environment(), stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        time.sleep(seconds)
        started.send_signal(signal.SIGTERM)
        assert started.wait(timeout=15) in (130, 0, -signal.SIGTERM)
        if other.local.port:
            assert get(f"http://localhost:{other.port}/_ministack/health")[0] == 200
    assert all(get(address)[0] == 200 for address in other.addresses().values())
    assert list((other.root / ".dockyard/build").glob("*")) == []
    other.dockyard("down")


def _networks() -> str:
    return subprocess.run(["docker", "network", "ls"], capture_output=True, text=True, check=True).stdout


@contextmanager
def _made(label: str) -> Iterator[list[str]]:
    """Containers with this label that are made meanwhile, known at its end."""
    found: list[str] = []
    asked = ["docker", "events", "--filter", "event=create", "--filter", f"label={label}", "--format", "{{.ID}}"]
    events = subprocess.Popen(asked, stdout=subprocess.PIPE, text=True)
    time.sleep(0.5)  # it listens by then
    try:
        yield found
    finally:
        events.terminate()
        found += events.communicate()[0].splitlines()
