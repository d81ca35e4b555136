"""Priorities of routes: narrow before wide, the same whatever else comes or goes, collisions refused and locked."""

from hypothesis import given
from hypothesis import strategies as st

from dockyard.config.http import Http
from dockyard.config.relock import relock
from dockyard.config.routes import FIRST, neighbour, path_patterns, priority

names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
paths = st.lists(names, min_size=0, max_size=7).map(lambda parts: "/" + "/".join(parts))
hosts = st.sampled_from([None, "*.example.com", "shop.example.com"])


def rank(http: Http) -> tuple[int, int]:
    """How specific a route is; the smaller, the more."""
    host = 2 if http.host is None else 1 if http.host.startswith("*") else 0
    return host, -(0 if http.path == "/" else http.path.count("/"))


@given(paths, hosts, paths, hosts, names, names)
def test_a_narrow_route_comes_before_a_wide_one(path_a, host_a, path_b, host_b, service_a, service_b):
    a, b = Http(path=path_a, host=host_a), Http(path=path_b, host=host_b)
    first, second = priority(a, environment="dev", service=service_a), priority(b, environment="dev", service=service_b)
    assert FIRST <= first <= 50000
    if rank(a) < rank(b):
        assert first < second


def test_a_priority_is_a_contract():
    """It may not change: the rules of running services would all move."""
    assert priority(Http(path="/api"), environment="prod", service="orders") == 39185
    assert priority(Http(host="shop.example.com"), environment="prod", service="shop") == 15464


def test_a_path_means_itself_and_all_below_it():
    assert path_patterns("/api") == ("/api", "/api/*")
    assert path_patterns("/") == ("/*",)
    assert path_patterns("/v?/users") == ("/v?/users",)


def test_two_services_on_one_path_are_refused_naming_both(files):
    files.service("kind: web\nhttp: {path: /x}", name="a")
    files.service("kind: web\nhttp: {path: /x/}", name="b")
    assert files.problems() == [
        'services/b/service.yaml: http.path: "/x" is the path of service a as well; give one of them another path or host'
    ]


def test_the_same_path_on_another_host_is_fine(files):
    files.service("kind: web\nhttp: {path: /x, host: a.example.com}", name="a")
    files.service("kind: web\nhttp: {path: /x, host: b.example.com}", name="b")
    assert set(files.load().environment().services) == {"a", "b"}


def test_a_collision_is_refused_naming_both_and_lock_resolves_it(files):
    first, second = _colliding()
    files.service(f"kind: web\nhttp: {{path: /{first}}}", name=first)
    files.service(f"kind: web\nhttp: {{path: /{second}}}", name=second)
    number = priority(Http(path=f"/{first}"), environment="dev", service=first)
    assert files.problems()[0] == (
        f"services/{second}/service.yaml: http.priority: its rule would have priority {number}, as that of service {first}; "
        "run: dockyard lock"
    )
    assert relock(files.root) == {f"dev/{second}": neighbour(number, {number})}
    assert files.load().lock.priorities == {f"dev/{second}": neighbour(number, {number})}
    assert relock(files.root) == {}


def _colliding() -> tuple[str, str]:
    """Two names whose routes have one priority in dev, and not in prod."""
    seen: dict[int, str] = {}
    for index in range(2000):
        name = f"s{index:04}"
        number = priority(Http(path=f"/{name}"), environment="dev", service=name)
        if number in seen:
            return seen[number], name
        seen[number] = name
    raise AssertionError("no two of 2000 names collide")
