"""Architecture, port, and the answer of an image that was run."""

import pytest

from dockyard.config import Cluster, Web
from dockyard.config.cluster import Ec2Capacity
from dockyard.deploy.verify.answers import Seen, good, health_check, needs, port_check, watch
from dockyard.deploy.verify.found_image import Found, exposed_ports
from dockyard.deploy.verify.images import architecture_check, wanted_architecture

GRAVITON = Cluster(ec2=Ec2Capacity(instance_types=("t4g.small",)))


@pytest.mark.parametrize(
    ("settings", "cluster", "wanted"),
    [
        ({}, Cluster(), "amd64"),
        ({"image": {"build": {"platforms": ["linux/arm64"]}}}, Cluster(), "arm64"),
        ({"image": {"build": {"platforms": ["linux/amd64", "linux/arm64"]}}}, Cluster(), "amd64"),
        ({"runs_on": "ec2"}, GRAVITON, "arm64"),
        ({"image": {"from": "nginx"}}, Cluster(), "amd64"),
    ],
)
def test_what_it_runs_on_gives_the_architecture(settings, cluster, wanted):
    assert wanted_architecture(Web(kind="web", **settings), cluster) == wanted


def test_an_image_of_another_architecture_is_told():
    assert architecture_check("shop", "image", Found("a:1 in ECR", ("amd64", "arm64"), ()), "arm64").verdict == "OK"
    wrong = architecture_check("shop", "image", Found("a:1 in ECR", ("amd64",), ()), "arm64")
    assert (wrong.verdict, wrong.found) == ("NG", "a:1 in ECR, for amd64; what it runs on is arm64")


def test_ports_of_tcp_count():
    assert list(exposed_ports({"ExposedPorts": {"80/tcp": {}, "53/udp": {}, "81": {}}})) == [80, 81]


@pytest.mark.parametrize(
    ("exposed", "answered", "verdict"),
    [((8080,), False, "OK"), ((), False, "SKIP"), ((80,), False, "NG"), ((80,), True, "OK")],
)
def test_a_port_is_exposed_unless_it_was_seen_to_answer(exposed, answered, verdict):
    assert port_check("shop", 8080, exposed, answered=answered).verdict == verdict


@pytest.mark.parametrize(("status", "is_good"), [(200, True), (250, True), (299, True), (300, False), (301, True), (404, False)])
def test_good_codes_are_those_of_the_health_check(status, is_good):
    assert good("200-299,301", status) is is_good


@pytest.mark.parametrize(
    ("seen", "needed", "verdict", "told"),
    [
        (Seen(200, None, (), 0.4), ["secrets"], "OK", "GET /health gives 200 after 0.4 s, run on this machine"),
        (Seen(404, None, (), 15), [], "NG", "GET /health gives 404, and 200 is wanted"),
        (Seen(None, 1, ("no such file",), 0.4), [], "NG", "the container ended with 1, run on this machine\nno such file"),
        (Seen(None, None, (), 15), [], "NG", "nothing answers GET /health within 15 s, run on this machine"),
        (Seen(None, 1, ("no DB",), 0.4), ["secrets", "links"], "SKIP", "it has secrets and links, which are not here: the container ended with 1"),
    ],
)  # fmt: skip
def test_what_came_of_it_is_told_and_what_needs_more_than_is_here_is_no_fault(seen, needed, verdict, told):
    check = health_check("shop", "/health", "200", seen, needed)
    assert (check.verdict, check.found[: len(told)]) == (verdict, told)


def test_what_a_service_needs_is_named():
    assert needs(Web(kind="web", secrets={"A": True}, calls=("api",))) == ["secrets", "calls"]
    assert needs(Web(kind="web")) == []


class Container:
    """Answers as it is told to, then ends."""

    def __init__(self, answers, code=None):
        self.answers, self.code = list(answers), code

    def exit_code(self):
        return None if self.answers else self.code

    def ask(self, path):
        return self.answers.pop(0) if self.answers else None

    def printed(self):
        return ["last line"]


def test_it_is_asked_until_the_answer_is_good(monkeypatch):
    monkeypatch.setattr("dockyard.deploy.verify.answers._PAUSE", 0)
    assert watch(Container([None, 503, 200, 500]), "/", "200").status == 200


def test_it_is_asked_no_more_once_it_has_ended(monkeypatch):
    monkeypatch.setattr("dockyard.deploy.verify.answers._PAUSE", 0)
    seen = watch(Container([503], code=3), "/", "200")
    assert (seen.status, seen.exit_code, seen.lines) == (503, 3, ("last line",))
