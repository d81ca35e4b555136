"""What is drawn of a project, and where."""

import base64
import xml.etree.ElementTree as ET  # our own text
from importlib import resources
from itertools import combinations, pairwise
from types import SimpleNamespace

import pytest

from dockyard import operate
from dockyard.config import Web, load_project
from dockyard.operate.diagram import BALANCER, CLIENTS, EDGE, Arrow, Box, Diagram, diagram
from dockyard.operate.drawing import svg
from dockyard.operate.layout import BESIDE, HEIGHT, WIDTH, layout
from dockyard.operate.status import State, Status, Tasks
from dockyard.operate.version import Version

FILES = {
    "dockyard.yaml": "name: shop\nenvironments: {prod: {}}\nresources: {orders: {kind: table}, events: {kind: topic}}",
    "services/web/service.yaml": "kind: web\nhttp: {path: /shop}\ncalls: [cart]\nlinks: {orders: read, drafts: {kind: bucket}}",
    "services/cart/service.yaml": "kind: backend\ncalls: [prices]",
    "services/prices/service.yaml": "kind: backend",
    "services/mailer/service.yaml": "kind: worker\ntopics: [{name: events}]",
    "services/nightly/service.yaml": "kind: job\nschedule: rate(5 minutes)",
}


@pytest.fixture
def drawn(tmp_path):
    """The diagram, where the services that are named are not deployed."""
    for path, text in FILES.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
        if path.startswith("services"):
            (tmp_path / path).with_name("Dockerfile").write_text("FROM scratch\n")
    environment = load_project(tmp_path).environment("prod")

    def made(*missing):
        statuses = [
            Status(name, one.kind, State.NOT_DEPLOYED if name in missing else State.STEADY, version=Version("r:1", "1" * 20))
            for name, one in environment.services.items()
        ]
        return diagram("shop <prod>", environment, statuses)

    return made


def ids(found):
    return [[box.id for box in column] for column in found.columns]


def test_columns_go_from_clients_to_what_is_used_and_each_service_is_behind_its_callers(drawn):
    columns = ids(drawn())
    assert columns[:2] == [[CLIENTS], [BALANCER]]
    assert columns[2:5] == [["web"], ["cart"], ["mailer", "nightly", "prices"]]
    assert sorted(columns[5]) == ["events", "orders", "web.drafts"]


def test_arrows_tell_who_asks_whom(drawn):
    assert {(one.source, one.target, one.label) for one in drawn().arrows} == {
        (CLIENTS, BALANCER, ""), (BALANCER, "web", ""), ("web", "cart", ""), ("cart", "prices", ""), ("web", "orders", "read"),
        ("web", "web.drafts", "read-write"), ("events", "mailer", ""),
    }  # fmt: skip


def test_what_is_not_deployed_is_not_drawn(drawn):
    assert ids(drawn("web", "mailer", "cart", "prices")) == [["nightly"]]
    assert ids(drawn(*("web", "mailer", "cart", "prices", "nightly"))) == []


def test_a_service_whose_page_is_shown_says_so():
    found = diagram(
        "shop",
        SimpleNamespace(
            name="prod",
            shared="prod",
            services={"web": Web(kind="web", port=80)},
            settings=SimpleNamespace(load_balancer=SimpleNamespace(waf=None, cloudfront=None)),
        ),
        [Status("web", "web", State.STEADY, tasks=Tasks(1, 1, 0), maintenance=True)],
    )
    assert found.columns[2][0].lines[1] == "steady, in maintenance"


def test_a_box_tells_tasks_version_route_and_schedule_and_whether_all_is_well(drawn):
    boxes = {box.id: box for column in drawn().columns for box in column}
    assert boxes["web"].lines == ("web on Fargate", "steady", "1" * 12, "/shop")
    assert boxes["nightly"].lines[-1] == "rate(5 minutes)"
    assert boxes["web"].is_good


def test_a_service_that_is_not_well_is_seen(tmp_path, drawn):
    drawn()
    environment = load_project(tmp_path).environment("prod")
    found = diagram("", environment, [Status("web", "web", State.TOO_FEW_TASKS, tasks=Tasks(2, 1, 0))])
    (box,) = found.columns[2]
    assert (box.is_good, box.lines[1]) == (False, "1 of 2 tasks, too few tasks")


def test_the_picture_is_whole_and_says_what_it_is_of(drawn):
    root = ET.fromstring(svg(drawn()))  # noqa: S314
    texts = [text.text for text in root.iter("{http://www.w3.org/2000/svg}text")]
    assert texts[0] == "shop <prod>"
    assert {"web", "orders", "DynamoDB table", "drafts"} <= set(texts)


def test_no_two_arrows_end_in_one_place_and_they_face_what_they_lead_to():
    boxes = [[Box("a", "web", "a"), Box("b", "web", "b")], [Box("c", "table", "c")]]
    found = layout(Diagram("", boxes, [Arrow("a", "c"), Arrow("b", "c"), Arrow("c", "a"), Arrow("a", "gone"), Arrow("a", "b")]))
    ends = dict(found.arrows)
    points = [point for way in ends.values() for point in way]
    assert len(ends) == 4
    assert len(set(points)) == len(points)
    (begin, end), back = ends[Arrow("a", "c")], ends[Arrow("c", "a")]
    assert (end[0] - begin[0], back[0][0] - back[1][0]) == (BESIDE, BESIDE)
    assert begin[0] == found.boxes["a"][0] + WIDTH


def test_boxes_do_not_overlap_and_no_arrow_goes_through_one(tmp_path, drawn):
    found = layout(drawn())
    for (x, y), (other_x, other_y) in combinations(found.boxes.values(), 2):
        assert x != other_x or abs(y - other_y) > HEIGHT
    assert any(len(points) > 2 for _, points in found.arrows)
    for _, points in found.arrows:
        for (x1, y1), (x2, _) in pairwise(points):
            crossed = [y for x, y in found.boxes.values() if {x1, x2} == {x, x + WIDTH}]
            assert not any(y <= y1 <= y + HEIGHT for y in crossed)


def test_fewer_arrows_cross_than_by_name(tmp_path):
    names = "abcd"
    boxes = [[Box(one, "ec2", one) for one in names], [Box(one.upper(), "ec2", one) for one in names]]
    found = layout(Diagram("", boxes, [Arrow(one, other.upper()) for one, other in zip(names, reversed(names), strict=True)]))
    assert all(begin[1] == end[1] for _, (begin, end) in found.arrows)


@pytest.mark.parametrize(("runs_on", "icon", "place"), [
    ("fargate", "fargate", "Fargate"), ("fargate-spot", "fargate", "Fargate Spot"), ("ec2", "ec2", "EC2"),
    ({"fargate": 1, "fargate-spot": 3}, "fargate", "Fargate and Spot"), ("managed", "ec2", "Managed Instances"),
])  # fmt: skip
def test_a_service_has_the_icon_of_what_it_runs_on(runs_on, icon, place):
    web = Web(kind="web", port=80, runs_on=runs_on)
    settings = SimpleNamespace(load_balancer=SimpleNamespace(waf=object(), cloudfront=None))
    environment = SimpleNamespace(name="prod", shared="prod", settings=settings, services={"web": web})
    columns = diagram("", environment, [Status("web", "web", State.STEADY)]).columns
    assert [column[0].icon for column in columns[:3]] == ["clients", "waf", "balancer"]
    assert (columns[3][0].icon, columns[3][0].lines[0]) == (icon, f"web on {place}")


def test_the_picture_has_the_icons_of_aws_as_they_are(drawn):
    root = ET.fromstring(svg(drawn()))  # noqa: S314
    icons = {one.get("id"): one.get("href").partition(",")[2] for one in root.iter("{http://www.w3.org/2000/svg}image")}
    assert icons.keys() == {"clients", "balancer", "fargate", "table", "bucket", "topic"}
    for name, content in icons.items():
        assert base64.b64decode(content) == resources.files(operate).joinpath("icons", f"{name}.svg").read_bytes()


def test_a_load_balancer_of_its_own_is_drawn_beside_the_shared_one(tmp_path):
    for name, text in {"web": "http: {path: /shop}", "cache": "nlb: [6379, 53/tcp_udp]"}.items():
        (tmp_path / "services" / name).mkdir(parents=True)
        (tmp_path / "services" / name / "service.yaml").write_text(f"kind: web\nimage: {{from: redis}}\n{text}")
    (tmp_path / "dockyard.yaml").write_text("name: shop\nenvironments: {prod: {}}")
    environment = load_project(tmp_path).environment()
    found = diagram("shop", environment, [Status(name, "web", State.STEADY) for name in environment.services])
    assert ids(found)[:2] == [[CLIENTS], [BALANCER, "cache.nlb"]]
    assert found.columns[1][1].lines == ("Network Load Balancer", "6379/tcp, 53/tcp_udp")
    assert {(one.source, one.target) for one in found.arrows} == {
        (CLIENTS, BALANCER), (CLIENTS, "cache.nlb"), (BALANCER, "web"), ("cache.nlb", "cache"),
    }  # fmt: skip


def test_cloudfront_is_between_clients_and_the_shared_load_balancer(tmp_path):
    for name, text in {"web": "http: {path: /shop}", "cache": "nlb: 6379"}.items():
        (tmp_path / "services" / name).mkdir(parents=True)
        (tmp_path / "services" / name / "service.yaml").write_text(f"kind: web\nimage: {{from: redis}}\n{text}")
    keys = "certificate: 'arn:aws:acm:us-east-1:123456789012:certificate/0a1b2c3d', prefix_list: pl-4fa04526"
    (tmp_path / "dockyard.yaml").write_text(
        "name: shop\nenvironments: {prod: {}}\ndomains: {example.com: {hosted_zone: Z0123456789ABC}}\n"
        f"load_balancer: {{cloudfront: {{{keys}}}}}"
    )
    environment = load_project(tmp_path).environment()
    found = diagram("shop", environment, [Status(name, "web", State.STEADY) for name in environment.services])
    assert ids(found)[:3] == [[CLIENTS], [EDGE], [BALANCER, "cache.nlb"]]
    assert {(CLIENTS, EDGE), (EDGE, BALANCER), (CLIENTS, "cache.nlb")} < {(one.source, one.target) for one in found.arrows}
    root = ET.fromstring(svg(found))  # noqa: S314
    assert "CloudFront" in {text.text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    pictures = {one.get("id") for one in root.iter("{http://www.w3.org/2000/svg}image")}
    assert {one.get("href").removeprefix("#") for one in root.iter("{http://www.w3.org/2000/svg}use")} == pictures
