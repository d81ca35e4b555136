"""Faults of builds and pushes, each made for real: by a proxy before the registry, or by what is done to an engine.

docs/reliability.md is made from what the tests say of themselves: python -m tests.integration.fault_table
"""

import pytest

from dockyard.build.builder import local_name
from dockyard.errors import BuildError
from tests.integration import fault_proxy
from tests.integration.fault_proxy import BUSY, EXPIRED, NOT_AUTHORIZED, FaultProxy, answered, refusal, until_renewed
from tests.integration.faults import fault
from tests.integration.local_aws import Server
from tests.integration.workplace import QUICK, Workplace

ALWAYS = 10**6
SEND, END, MANIFEST = "PATCH .*blobs/uploads", "PUT .*blobs/uploads", "PUT .*manifests"


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
def web(engine, proxy, tmp_path):
    """The service is built."""
    made = Workplace(tmp_path / "one", proxy.port)
    made.build()
    yield made
    for name in made.names():
        made.docker.untag(name)


def in_ecr(server, tag: str) -> str | None:
    """Digest, asked for without the proxy."""
    images = server.client("ecr").describe_images(repositoryName="shop/web")["imageDetails"]
    return next((image["imageDigest"] for image in images if tag in image.get("imageTags", [])), None)


def is_pushed(server, web, pushed) -> bool:
    """And the name that it had for the push is gone."""
    return pushed.digest == in_ecr(server, web.recipe.tag) is not None and web.names() == {local_name(web.recipe)}


@fault("Pushes", "429 Too Many Requests", "tried again; the engine itself gives it up at once")
def test_too_many_requests(server, proxy, web):
    proxy.on("POST .*blobs/uploads", refusal(429, "TOOMANYREQUESTS", "Rate exceeded"))
    proxy.on(MANIFEST, answered(429, BUSY))
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert "push failed: toomanyrequests: Rate exceeded" in told.notes[0]
    assert "attempt 3 of 4 in" in told.notes[-1]
    assert told.ends == ["image pushed"]


@fault(
    "Pushes", "500, 502, 503, 504", "a layer is sent again by the engine, after 5, 10, 15 and 20 seconds; all else is tried again"
)
@pytest.mark.parametrize("status", [500, 503])
def test_trouble_of_the_registry(server, proxy, web, status):
    """What the registry has by then is not sent again."""
    proxy.on(MANIFEST, answered(status, BUSY), times=2)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert [f"received unexpected HTTP status: {status}" in note for note in told.notes] == [True, True]
    assert (proxy.count(END), proxy.count(MANIFEST)) == (3, 3)


@fault("Pushes", "Trouble that lasts", "told after five attempts; the next run sends what is missing, and nothing else")
def test_trouble_that_lasts(server, proxy, web):
    proxy.on(MANIFEST, answered(503, BUSY), times=QUICK.attempts)
    with pytest.raises(BuildError, match="503 Service Unavailable") as caught:
        web.push()
    assert "run the same command again" in caught.value.hint
    assert (proxy.count(MANIFEST), web.names()) == (QUICK.attempts, {local_name(web.recipe)})
    proxy.seen.clear()
    pushed, _ = web.push()
    assert is_pushed(server, web, pushed)
    assert (proxy.count(SEND), proxy.count(MANIFEST)) == (0, 1)


@fault("Pushes", "The connection is reset in the middle of a layer", "the engine sends that layer again, up to five times")
def test_a_reset(server, proxy, web):
    proxy.on(SEND, fault_proxy.reset)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert (proxy.count(SEND), told.notes) == (4, [])


@fault("Pushes", "The registry's answer is lost", "tried again: the image is there, and it is our own")
def test_a_lost_answer(server, proxy, web):
    proxy.on(MANIFEST, fault_proxy.lost)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert (len(told.notes), told.ends) == (1, ["image pushed"])


@fault(
    "Pushes",
    "An upload stalls",
    "ended when nothing was heard of it for 300 seconds, and tried again under another name of the registry, for the engine keeps "
    "the upload under the first; at last: restart the engine",
)
def test_a_stalled_upload(server, proxy, web):
    proxy.on(SEND, fault_proxy.stall)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert "nothing was heard of it for 3 seconds (layer " in told.notes[0]
    assert told.ends == ["image pushed"]


@fault("Pushes", "The token is not taken (401), or has expired (403), in the middle", "a new token, then again")
@pytest.mark.parametrize("refused", [NOT_AUTHORIZED, EXPIRED], ids=["401", "403"])
def test_a_token_that_has_expired(server, proxy, web, refused):
    proxy.on(SEND, until_renewed(refused), times=ALWAYS)
    pushed, told = web.push()
    assert is_pushed(server, web, pushed)
    assert proxy.count("GetAuthorizationToken") > 1
    assert "push failed: " in told.notes[0]
