"""Priorities of routes: narrow before wide, the same whatever else comes or goes, collisions refused and locked."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dockyard.config.http import Http
from dockyard.config.lock import LockedPriority
from dockyard.config.relock import Relocked, relock
from dockyard.config.route import path_patterns
from dockyard.config.routes import FIRST, neighbour, priority
from dockyard.errors import ConfigError

names = st.from_regex(r"[a-z]{1,8}", fullmatch=True)
paths = st.lists(names, min_size=0, max_size=7).map(lambda parts: "/" + "/".join(parts))
hosts = st.sampled_from([None, "*.example.com", "shop.example.com"])


def rank(http: Http) -> tuple[int, int]:
    """How specific a route is; the smaller, the more."""
    host = 2 if not http.host else 1 if http.host[0].startswith("*") else 0
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
    first, second, number = collide(files)
    assert files.problems()[0] == (
        f"services/{second}/service.yaml: http.priority: its rule would have priority {number}, as that of service {first}; "
        "run: dockyard lock"
    )
    one = neighbour(number, {number})
    assert relock(files.root).written == {f"dev/{first}": one, f"dev/{second}": neighbour(number, {number, one})}
    assert files.load().lock.priorities[f"dev/{first}"] == LockedPriority(route=f"/{first}", priority=one)
    assert relock(files.root) == Relocked({}, [])


def test_nobody_gets_a_number_that_another_has(files):
    """Not the old one of the rules that move, and not one that is the next in line."""
    first, second, number = collide(files)
    files.write("dockyard.lock", f"priorities: {{dev/other: {{route: /other, priority: {number + 1}}}}}")
    files.service("kind: web\nhttp: {path: /other}", name="other")
    written = relock(files.root).written
    assert set(written) == {f"dev/{first}", f"dev/{second}"}
    assert not {number, number + 1} & set(written.values())


def test_an_entry_stays_and_the_newcomer_moves(files):
    first, second, number = collide(files)
    text = f"priorities:\n  dev/{second}: {{route: /{second}, priority: {number}}}"
    files.write("dockyard.lock", text)
    assert set(relock(files.root).written) == {f"dev/{first}"}
    assert files.load().lock.priorities[f"dev/{second}"].priority == number


def test_of_two_entries_with_one_number_the_first_stays(files):
    """As after a merge of two branches."""
    files.service("kind: web\nhttp: {path: /a}", name="a")
    files.service("kind: web\nhttp: {path: /b}", name="b")
    files.write("dockyard.lock", "priorities: {dev/a: {route: /a, priority: 40000}, dev/b: {route: /b, priority: 40000}}")
    assert "run: dockyard lock" in files.problems()[0]
    assert set(relock(files.root).written) == {"dev/b"}


@pytest.mark.parametrize(
    ("entry", "http"),
    [
        ("dev/web: {route: /old, priority: 40000}", "{path: /new}"),
        ("dev/web: {route: /new, priority: 40000}", "{path: /new, host: a.example.com}"),
        ("dev/web: {route: /new, priority: 40000}", "{path: /new, priority: 7}"),
        ("dev/gone: {route: /new, priority: 40000}", "{path: /new}"),
        ("gone/web: {route: /new, priority: 40000}", "{path: /new}"),
    ],
)
def test_an_entry_without_a_meaning_is_not_taken_and_dropped_with_the_next_lock(files, entry, http):
    files.service(f"kind: web\nhttp: {http}")
    files.write("dockyard.lock", f"priorities: {{{entry}}}")
    project = files.load()
    http = project.environment().services["web"].http
    assert project.lock.priority(http, environment="dev", service="web") == priority(http, environment="dev", service="web")
    assert relock(files.root) == Relocked({}, [entry.split(":")[0]])
    assert files.load().lock.priorities == {}


def test_a_lock_without_the_route_is_told(files):
    files.write("dockyard.lock", "priorities: {dev/web: 4242, dev/api: {route: /api, priority: 7}}")
    assert files.problems() == [
        "dockyard.lock: priorities.dev/web: should be a mapping of keys, got 4242",
        "dockyard.lock: priorities.dev/api.priority: should be 1000 to 49999, got 7",
    ]


def test_a_band_without_a_free_priority_is_told(files, monkeypatch):
    collide(files)
    monkeypatch.setattr("dockyard.config.relock.neighbour", lambda number, _: neighbour(number, set(range(50000))))
    with pytest.raises(ConfigError, match="no free priority from 29800 to 46799; give it one of its own, 1 to 999"):
        relock(files.root)


def test_lock_leaves_room_for_the_rules_of_test_requests(files):
    first, second, number = collide(files, "canary")
    assert "run: dockyard lock" in files.problems()[0]
    assert relock(files.root).written == {f"dev/{first}": number + 2, f"dev/{second}": number + 4}
    assert files.load()
    assert relock(files.root) == Relocked({}, [])


@pytest.mark.parametrize("locked", [False, True])
def test_lock_moves_a_rule_whose_test_requests_have_anothers_number(files, locked):
    """Also where it has an entry itself."""
    number = priority(Http(path="/a"), environment="dev", service="a")
    files.service("kind: web\nhttp: {path: /a}\ndeploy: {strategy: canary}", name="a")
    files.service("kind: web\nhttp: {path: /b}", name="b")
    own = f", dev/a: {{route: /a, priority: {number}}}" if locked else ""
    files.write("dockyard.lock", f"priorities: {{dev/b: {{route: /b, priority: {number - 1}}}{own}}}")
    assert files.problems() == [
        f"services/a/service.yaml: deploy.test_header: its rule would have priority {number - 1}, that of service b; "
        "run: dockyard lock, or set off here"
    ]
    assert relock(files.root).written == {"dev/a": number + 2}
    assert files.load()


def test_a_rule_of_the_other_load_balancer_has_numbers_of_its_own(files):
    files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {}}\nload_balancer: {internal: true}")
    files.service("kind: web\nhttp: {path: '/a*', priority: 8}\ndeploy: canary", name="a")
    files.service("kind: web\nhttp: {path: '/b*', priority: 7, reach: internal}", name="b")
    assert files.load()


def collide(files, deploy: str = "rolling") -> tuple[str, str, int]:
    """Two services with one priority in dev, and what it is."""
    first, second = _colliding()
    for name in (first, second):
        files.service(f"kind: web\nhttp: {{path: /{name}}}\ndeploy: {deploy}", name=name)
    return first, second, priority(Http(path=f"/{first}"), environment="dev", service=first)


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


def test_a_condition_counts_as_a_segment_and_moves_no_other_rule():
    """Whoever takes less is asked first."""
    plain, beta = Http(path="/api"), Http(path="/api", headers={"X-Version": "beta"})
    both = Http(path="/api", headers={"X-Version": "beta"}, methods=["GET"], query={"a": 1})
    numbers = [priority(http, environment="dev", service="a") for http in (both, beta, plain)]
    assert numbers == sorted(set(numbers))
    assert both.level == 4
    assert both.query == {"a": ("1",)}


@pytest.mark.parametrize(
    ("http", "text"),
    [
        ("{host: [a.example.com, 'b c']}", 'http.host: should be a host name such as shop.example.com or *.example.com, got "b c"'),
        ("{host: {a: b}}", "http.host: should be text or a list of such, got a mapping"),
        ("{methods: [get]}", 'http.methods: should be a method such as GET, in capitals, got "get"'),
        ("{headers: {Host: a}}", 'http.headers.Host: should be a header\'s name such as X-Version, and not Host, got "Host"'),
        ("{headers: {X-A: []}}", "http.headers.X-A: should have at least 1, got 0"),
        ("{query: {a: [true]}}", "http.query.a: should be text or a list of such, got true in it"),
        ("{source_ips: 10.0.0.1/8}", 'http.source_ips: should be a range of addresses such as 203.0.113.0/24, got "10.0.0.1/8" '
         "(10.0.0.1/8 has host bits set)"),
        ("{path: /a, host: [a.b, c.d], methods: [GET, PUT]}", "http: a rule has 5 values in all its conditions at most, got 6: "
         "path 2, host 2 and methods 2"),
        ("{path: /, headers: {A: '*?*?*'}}", "http: a rule has 5 wildcards (* and ?) in all its conditions at most, got 6"),
        ("{path: /a/b/c/d/e/f/g, methods: GET}", 'http: path "/a/b/c/d/e/f/g" with 8 segments and conditions needs a priority '
         "(1 to 999): its place among other paths cannot be told"),
    ],
)  # fmt: skip
def test_a_condition_that_cannot_be_is_told(problem, http, text):
    assert problem(f"http: {http}") == f"services/web/service.yaml: {text}"


@pytest.mark.parametrize(
    ("other", "said"),
    [
        ("{path: /x, host: [b.example.com, c.example.com], methods: PUT}", '"/x" of host b.example.com with methods=PUT'),
        ("{path: /x, host: b.example.com, methods: GET}", None),
        ("{path: /x, host: [c.example.com], methods: PUT}", None),
    ],
)
def test_the_same_route_is_the_same_host_path_and_conditions(files, other, said):
    files.service("kind: web\nhttp: {path: /x, host: [a.example.com, b.example.com], methods: PUT}", name="a")
    files.service(f"kind: web\nhttp: {other}", name="b")
    if said is None:
        assert files.load().environment().services
    else:
        text = f"{said} is the path of service a as well; give one of them another path or host"
        assert files.problems() == [f"services/b/service.yaml: http.path: {text}"]
