"""Faults of builds and pushes, each made for real: by a proxy before the registry, or by what is done to an engine.

docs/reliability.md is made from what the tests say of themselves: python -m tests.integration.fault_table
"""

import os
import re
import secrets
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace

import psutil
import pytest

from dockyard.build.builder import local_name
from dockyard.doors.engine_faults import ENGINE_GONE, MAKE_ROOM, START_ENGINE
from dockyard.errors import BuildError
from tests.integration import fault_proxy
from tests.integration.fault_proxy import (
    BUSY,
    EXPIRED,
    NOT_AUTHORIZED,
    FaultProxy,
    answered,
    refusal,
    throttled,
    together,
    until_renewed,
)  # fmt: skip
from tests.integration.faults import fault, shown_by
from tests.integration.local_aws import Server, until
from tests.integration.own_engine import OwnEngine
from tests.integration.workplace import QUICK, Workplace

ALWAYS = 10**6
STARTED = 120
"""Seconds in which a program starts on a busy machine."""
END, MANIFEST = "PUT .*blobs/uploads", "PUT .*manifests"


@dataclass(frozen=True)
class Uploads:
    """How an engine sends layers."""

    send: str
    """The requests that carry them."""
    own: int
    """How often the engine asks for a thing that is refused with 5xx, before it says so."""
    is_containerd: bool
    """Whether its images are containerd's, which asks again by itself after 429."""


@pytest.fixture(scope="module")
def uploads(engine):
    if engine.keeps_indexes:
        return Uploads(END, 2, is_containerd=True)
    return Uploads("PATCH .*blobs/uploads", 1, is_containerd=False)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    made = Server(tmp_path_factory.mktemp("server"))
    made.client("ecr").create_repository(repositoryName="shop/web", imageTagMutability="IMMUTABLE")
    yield made
    made.stop()


@pytest.fixture
def proxy(server):
    with FaultProxy(server.port) as made:
        yield made


@pytest.fixture
def web(engine, damaged, proxy, tmp_path):
    """The service is built."""
    made = Workplace(tmp_path / "one", proxy.port)
    made.build()
    yield made
    made.clean()


def in_ecr(server, tag: str) -> str | None:
    """Digest, asked for without the proxy."""
    images = server.client("ecr").describe_images(repositoryName="shop/web")["imageDetails"]
    return next((image["imageDigest"] for image in images if tag in image.get("imageTags", [])), None)


def is_pushed(server, web, pushed) -> bool:
    """And the name that it had for the push is gone."""
    return pushed.digest == in_ecr(server, web.recipe.tag) is not None and web.names() == {local_name(web.recipe)}


@fault("Pushes", "429 Too Many Requests", "tried again; by the engine itself where its images are containerd's")
def test_too_many_requests(server, proxy, web, uploads):
    proxy.on("POST .*blobs/uploads", refusal(429, "TOOMANYREQUESTS", "Rate exceeded"))
    proxy.on(MANIFEST, answered(429, BUSY))
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert is_ours(told)
    if uploads.is_containerd:
        assert told.notes == []
    else:
        assert "push failed: toomanyrequests: Rate exceeded" in told.notes[0]
        assert "attempt 3 of 5 in" in told.notes[-1]


@fault(
    "Pushes",
    "500, 502, 503, 504",
    "a layer is sent again by the engine, after 5, 10, 15 and 20 seconds, where its images are its own; all else is tried again",
)
@pytest.mark.parametrize("status", [500, 503])
def test_trouble_of_the_registry(server, proxy, web, uploads, status):
    """What the registry has by then is not sent again."""
    proxy.on(MANIFEST, answered(status, BUSY), times=2 * uploads.own)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert [re.search(rf"unexpected .*status.*: {status} ", note) is not None for note in told.notes] == [True, True]
    assert (proxy.count(END), proxy.count(MANIFEST)) == (3, 2 * uploads.own + 1)


@fault("Pushes", "Trouble that lasts", "told after five attempts; the next run sends what is missing, and nothing else")
def test_trouble_that_lasts(server, proxy, web, uploads):
    asked = QUICK.attempts * uploads.own
    proxy.on(MANIFEST, answered(503, BUSY), times=asked)
    with pytest.raises(BuildError, match="503 Service Unavailable") as caught:
        web.push()
    assert "run the same command again" in caught.value.hint
    assert (proxy.count(MANIFEST), web.names()) == (asked, {local_name(web.recipe)})
    proxy.seen.clear()
    pushed, _ = web.push()
    assert is_pushed(server, web, pushed)
    assert (proxy.count(uploads.send), proxy.count(MANIFEST)) == (0, 1)


@fault(
    "Pushes",
    "The connection is reset in the middle of a layer",
    "the engine sends that layer again, up to five times; where its images are containerd's, all that is missing is tried again",
)
def test_a_reset(server, proxy, web, uploads):
    proxy.on(uploads.send, fault_proxy.reset)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    if uploads.is_containerd:
        (note,) = told.notes
        assert "connection reset by peer" in note
        assert "attempt 2 of 5 in " in note
    else:
        assert (proxy.count(uploads.send), told.notes) == (4, [])


def is_ours(told) -> bool:
    """Whether it was said that the image was pushed, and no other one's adopted."""
    return [end.startswith("image pushed in ") for end in told.ends] == [True]


@fault("Pushes", "The registry's answer is lost", "tried again: the image is there, and it is our own")
def test_a_lost_answer(server, proxy, web):
    proxy.on(MANIFEST, fault_proxy.lost)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert (len(told.notes), is_ours(told)) == (1, True)


@fault(
    "Pushes",
    "An upload stalls",
    "ended when nothing was heard of it for 300 seconds, and tried again under another name of the registry, for the engine keeps "
    "the upload under the first; at last: restart the engine",
)
def test_a_stalled_upload(server, proxy, web, uploads):
    web.retries = replace(QUICK, silence=3)
    proxy.on(uploads.send, fault_proxy.stall)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    layer = "" if uploads.is_containerd else " (layer "  # there it may be the image's configuration, which goes the same way
    assert f"nothing was heard of it for 3 seconds{layer}" in told.notes[0]
    assert is_ours(told)


@fault("Pushes", "The token is not taken (401), or has expired (403), in the middle", "a new token, then again")
@pytest.mark.parametrize("refused", [NOT_AUTHORIZED, EXPIRED], ids=["401", "403"])
def test_a_token_that_has_expired(server, proxy, web, uploads, refused):
    proxy.on(uploads.send, until_renewed(refused), times=ALWAYS)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert proxy.count("GetAuthorizationToken") > 1
    assert "push failed: " in told.notes[0]


@fault("Pushes", "AWS's API throttles", "asked again by botocore, up to six times, with pauses that grow")
def test_throttling(server, proxy, web):
    for operation in ("DescribeRepositories", "DescribeImages", "GetAuthorizationToken"):
        proxy.on(*throttled(operation))
    pushed, _ = web.push()
    assert is_pushed(server, web, pushed)
    assert proxy.count("GetAuthorizationToken") == 2


@pytest.fixture(scope="module")
def damaged(engine, uploads, server, tmp_path_factory):
    """A push of which every layer arrives damaged. The engine takes 50 seconds to give it up; other tests run meanwhile."""
    with FaultProxy(server.port) as proxy, ThreadPoolExecutor() as pool:
        web = Workplace(tmp_path_factory.mktemp("damaged"), proxy.port, retries=replace(QUICK, attempts=1))
        web.build()
        proxy.on(uploads.send, fault_proxy.damage, times=ALWAYS)
        yield web, pool.submit(web.push)
        web.clean()


@pytest.fixture(scope="module")
def other(tmp_path_factory):
    """Another engine."""
    with OwnEngine(tmp_path_factory.mktemp("engine")) as made:
        yield made


@fault("Pushes", "Two machines push the same tag at once", "the first wins; the other adopts its digest, and says so")
def test_two_pushes_of_one_tag_at_once(server, proxy, web, other, tmp_path):
    second = Workplace(tmp_path / "two", proxy.port, engine=other.host)
    shutil.rmtree(second.service)
    shutil.copytree(web.service, second.service)
    second.build()
    proxy.on(MANIFEST, together(2), times=2)
    with ThreadPoolExecutor() as pool:
        (one, told), (two, told_too) = pool.map(Workplace.push, (web, second))
    assert one.digest == two.digest == in_ecr(server, web.recipe.tag)
    first, last = sorted([told, told_too], key=lambda one: not is_ours(one))
    assert (is_ours(first), first.notes) == (True, [])
    assert (last.ends, last.notes) == ([f"another push came first, its image is used: {one.digest}"], [])


@fault(
    "Builds",
    "A registry does not give a base image: 429, 5xx, a reset",
    "429 is asked again by BuildKit; all are tried again. Not what is not there, or may not be had",
)
def test_a_base_image_that_is_not_to_be_had_for_the_moment(server, proxy, web, uploads):
    web.push()
    registry = web.aws.registry()
    web.docker.login(registry)
    base = f"{registry.host}/shop/web:{web.recipe.tag}"
    (web.service / "Dockerfile").write_text(f"FROM {base}\nCOPY a /more\n")
    proxy.on("HEAD .*manifests", answered(503, BUSY), times=2 * uploads.own)
    notes = web.build().notes
    assert ["503 Service Unavailable" in note for note in notes] == [True, True]
    assert "attempt 3 of 5 in" in notes[1]
    proxy.on("HEAD .*manifests", EXPIRED)
    (web.service / "a").write_bytes(b"another")
    with pytest.raises(BuildError, match="403 Forbidden"):
        web.build()


@pytest.fixture
def away(other, proxy, tmp_path):
    """The service on the other engine, not built; that engine may be killed."""
    yield Workplace(tmp_path, proxy.port, engine=other.host)
    other.restart()


@fault(
    "Builds",
    "The engine is killed in the middle",
    "told with the service, its step and what to do; the next run builds what is missing",
)
def test_the_engine_is_killed_during_a_build(proxy, other, away):
    away.dockerfile("COPY a /", f"ADD http://localhost:{proxy.port}/slow /slow")
    proxy.on("GET /slow", fault_proxy.silent)
    with away.running("build") as running:
        until(lambda: proxy.count("GET /slow"), STARTED)
        other.kill()
        _, told = running.communicate(timeout=STARTED)
    assert running.returncode == 1
    assert "error: failed to build web at " in told
    assert f"{ENGINE_GONE}\ntry:   {START_ENGINE}\n" in told
    assert away.left() == []
    other.start()
    proxy.on("GET /slow", answered(200, "here"))
    away.build()


@fault("Pushes", "The engine is killed in the middle", "told with the image and what to do; the next run sends what is missing")
def test_the_engine_is_killed_during_a_push(server, proxy, other, away):
    proxy.on(MANIFEST, fault_proxy.silent)
    with away.running("push") as running:
        until(lambda: proxy.count(MANIFEST), STARTED)
        other.kill()
        _, told = running.communicate(timeout=STARTED)
    assert running.returncode == 1
    assert f"error: failed to push shop/web:{away.recipe.tag}: {ENGINE_GONE}\ntry:   {START_ENGINE}\n" in told
    other.start()
    proxy.seen.clear()
    pushed, _ = away.push()
    assert is_pushed(server, away, pushed)
    assert proxy.count(END) == 0


@fault(
    "Builds",
    "The engine's disk is full",
    "told as that, with `docker system df` and `docker builder prune`, after which it builds again",
)
def test_the_disk_of_the_engine_is_full(proxy, tmp_path):
    with OwnEngine(tmp_path / "engine", size="16m") as engine:
        web = Workplace(tmp_path / "web", proxy.port, engine=engine.host)
        (web.service / "a").write_bytes(bytes(24_000_000))
        with pytest.raises(BuildError, match="no space left on device") as caught:
            web.build()
        assert caught.value.hint.startswith(MAKE_ROOM)
        assert (web.names(), web.left()) == (set(), [])


@fault(
    "Builds",
    "Ctrl-C, or SIGTERM",
    "ends at once (exit code 130), with the step that ran and all folders; nothing is left of the image",
)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_interrupted_build(engine, proxy, tmp_path, number):
    web = Workplace(tmp_path, proxy.port)
    seconds = f"{300 + secrets.randbelow(10**9) / 10**9}"
    web.programs()
    web.dockerfile("COPY root /", f'RUN ["/bin/sleep", "{seconds}"]')
    with web.running("build") as running:
        until(lambda: processes_with(seconds), STARTED)
        running.send_signal(number)
        _, told = running.communicate(timeout=10)
    assert (running.returncode, "error: interrupted" in told) == (130, True)
    assert not processes_with(str(tmp_path))
    until(lambda: not processes_with(seconds), 10)
    assert (web.names(), web.left()) == (set(), [])
    web.dockerfile("COPY root /")
    web.build()
    assert web.names() == {local_name(web.recipe)}
    web.clean()


@fault("Pushes", "Ctrl-C, or SIGTERM", "ends at once (exit code 130); the next run sends what is missing")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda number: number.name)
def test_an_interrupted_push(server, proxy, web, uploads, number):
    """What was tried again until then was told."""
    proxy.on(MANIFEST, answered(503, BUSY), times=uploads.own)
    proxy.on(MANIFEST, fault_proxy.silent)
    with web.running("push") as running:
        until(lambda: proxy.count(MANIFEST) > uploads.own, STARTED)
        running.send_signal(number)
        _, told = running.communicate(timeout=10)
    assert (running.returncode, "error: interrupted" in told) == (130, True)
    assert "! web: push failed: " in told
    assert " 503 Service Unavailable; attempt 2 of 5 in " in told
    assert in_ecr(server, web.recipe.tag) is None
    proxy.seen.clear()
    pushed, _ = web.push()
    assert is_pushed(server, web, pushed)
    assert proxy.count(uploads.send) == 0


@fault(
    "Pushes",
    "A layer arrives damaged, and its digest is a wrong one",
    "the registry refuses it, and the engine sends it again, up to five times an attempt; at last told with the layer",
)
def test_a_wrong_digest(damaged):
    web, pushing = damaged
    with pytest.raises(
        BuildError, match=r"failed to push shop/web:\w+: .*\bdigest (invalid: |did not match).* \(layer \w{12}"
    ) as caught:
        pushing.result(120)
    assert caught.value.hint.startswith("the layer is damaged on its way or in the engine: docker image rm shop/web:")
    assert web.names() == {local_name(web.recipe)}


def processes_with(text: str) -> list[str]:
    """Command lines of running processes, but for this one's, in which this is."""
    lines = [
        " ".join(process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]) if process.pid != os.getpid()
    ]
    return [line for line in lines if text in line]


SOURCES, CAUTIONS, CONTEXT = "What goes into a build", "unit/build/test_cautions.py", "unit/build/test_context.py"
shown_by(
    SOURCES, "A `.env` file, or a private key", "a warning, with the file and the line to add to `.dockerignore`",
    CAUTIONS, "test_a_secret_is_told_with_the_line_that_leaves_it_out",
)  # fmt: skip
shown_by(
    SOURCES, "More than 500 MB", "a warning, with the largest file or folder and the line to add to `.dockerignore`",
    CAUTIONS, "test_far_too_much_is_told_with_what_is_large",
)  # fmt: skip
shown_by(
    SOURCES, "A link that leads nowhere, or out of the folder", "an error, with the line that leaves it out",
    CONTEXT, "test_a_link_that_would_lead_nowhere_in_the_container_is_refused_with_the_line_that_leaves_it_out",
)  # fmt: skip
shown_by(
    SOURCES, "A link to what `.dockerignore` leaves out, be it on this machine or not", "a warning, with the line that leaves the link out",
    CONTEXT, "test_a_link_to_what_is_left_out_is_told_where_that_is_there_and_where_not",
)  # fmt: skip
shown_by(
    SOURCES, "A file is changed while it waits to be built", "an error: under its tag the wrong content would stay",
    CONTEXT, "test_a_file_that_changed_since_it_was_hashed_is_not_built",
)  # fmt: skip
shown_by(
    "Builds", "This machine's disk is full", "told with the folder that there is no room for",
    "unit/build/test_builder.py", "test_a_disk_without_room_for_the_log_is_told_with_the_folder",
)  # fmt: skip

DEPLOYS, LOCK = "Deploys", "integration/test_lock.py"
shown_by(
    DEPLOYS, "Two at once, from two machines", "the second waits, tells for whom, and is deployed as a whole", LOCK,
    "test_two_deploys_from_two_machines_one_waits_and_the_last_one_wins_whole",
)  # fmt: skip
shown_by(
    DEPLOYS, "The machine is gone that holds the lock", "it is taken over when it was not renewed for its lease", LOCK,
    "test_the_lock_of_a_machine_that_is_gone_is_taken_over_after_its_lease",
)  # fmt: skip
shown_by(
    DEPLOYS, "Ctrl-C, or SIGTERM", "tells what is being changed, and leaves no lock; the next run follows that to its end", LOCK,
    "test_an_interrupt_is_told_with_what_goes_on_and_leaves_no_lock",
)  # fmt: skip
shown_by(DEPLOYS, "The terminal is closed", "the same, and nobody is told", LOCK, "test_a_terminal_that_is_closed_leaves_no_lock")
shown_by(
    DEPLOYS, "The network is lost", "told; the next run in this folder takes the lock over at once, others after its lease", LOCK,
    "test_a_lost_network_is_told_and_the_next_deploy_goes_on",
)  # fmt: skip
shown_by(
    DEPLOYS, "`kill -9` at any step", "the next run ends well; nothing is lost, and no lock stays", LOCK,
    "test_killed_at_any_step_the_next_deploy_ends_well_and_nothing_is_lost_or_locked",
)  # fmt: skip
