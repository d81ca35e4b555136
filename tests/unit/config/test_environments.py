"""Overrides of an environment: maps merge, lists and scalars replace, null takes away; faults are told at their own key."""

from dockyard.config.load import merge


def test_maps_merge_and_lists_and_scalars_replace():
    assert merge({"a": {"b": 1, "c": 2}, "d": [1, 2], "e": 1}, {"a": {"c": 3}, "d": [4]}) == {
        "a": {"b": 1, "c": 3},
        "d": [4],
        "e": 1,
    }


def test_null_takes_a_key_away():
    assert merge({"a": {"b": 1, "c": 2}}, {"a": {"b": None}}) == {"a": {"c": 2}}


def test_null_takes_away_nothing_where_there_is_nothing():
    assert merge({}, {"a": None, "b": {"c": None, "d": 1}}) == {"b": {"d": 1}}
    assert merge({"b": 1}, {"b": {"c": None}}) == {"b": {}}


def test_a_variable_may_be_taken_away_whether_it_is_there_or_not(files):
    files.service("kind: web\nenv: {B: x, C: y}\nenvironments: {prod: {env: {A: , B: ~}}}")
    files.service("kind: web\nhttp: {path: /none}\nenvironments: {prod: {env: {A: null}}}", "none")
    prod = files.load().environment("prod")
    assert [prod.services[name].env for name in ("web", "none")] == [{"C": "y"}, {}]


def test_an_override_holds_in_its_environment_only(files):
    files.service("kind: web\ncount: 1\nenvironments: {prod: {count: 4, http: {health: {path: /up}}}}")
    project = files.load()
    assert [project.environment(name).services["web"].count for name in ("dev", "prod")] == [1, 4]
    assert [project.environment(name).services["web"].http.health.path for name in ("dev", "prod")] == ["/", "/up"]


def test_the_project_file_has_overrides_too(files):
    files.write("dockyard.yaml", "name: shop\nnetwork: {nat: none}\nenvironments: {dev: {}, prod: {network: {nat: per-az}}}")
    project = files.load()
    assert [project.environment(name).settings.network.nat for name in ("dev", "prod")] == ["none", "per-az"]


def test_a_fault_of_an_override_is_told_at_its_own_key(files):
    files.service("kind: web\nenvironments: {prod: {memory: 100, http: {health: {interval: 1}}}}")
    assert files.problems() == [
        "services/web/service.yaml: environments.prod.http.health.interval: should be 5 to 300 (seconds), got 1",
        "services/web/service.yaml: environments.prod.memory: should be 512, 1024 or 2048 (MiB) with cpu 0.25 on Fargate, got 100",
    ]


def test_a_fault_of_the_file_itself_is_told_once(files):
    files.service("kind: web\nport: 0\nenvironments: {prod: {count: 2}}")
    assert files.problems() == ["services/web/service.yaml: port: should be 1 to 65535, got 0"]


def test_the_image_is_the_same_everywhere(files):
    files.service("kind: web\nenvironments: {prod: {image: {from: nginx}}}")
    assert files.problems() == [
        "services/web/service.yaml: environments.prod.image: is the same in every environment: the image that was tested is "
        "the one that is promoted"
    ]


def test_the_port_is_the_same_everywhere(files):
    """It is written into the generated Dockerfile, and so into the image."""
    files.service("kind: web\nenvironments: {prod: {port: 80}}")
    assert files.problems() == [
        "services/web/service.yaml: environments.prod.port: is the same in every environment: it is in the image that was tested"
    ]


def test_an_override_of_an_unknown_environment_is_refused(files):
    files.service("kind: web\nenvironments: {prd: {count: 2}}")
    assert files.problems() == ["services/web/service.yaml: environments.prd: unknown environment; dockyard.yaml has dev or prod"]


def test_two_stacks_of_one_name_are_refused(files):
    """One would replace the other."""
    files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {}, dev-eu: {}}")
    files.service("kind: web\nhttp: {path: /a}", "api")
    files.service("kind: web\nhttp: {path: /b}", "eu-api")
    assert files.problems() == [
        "dockyard.yaml: environments.dev-eu: its stack of api would have the name of that of eu-api in environment dev; "
        "rename one of the services or environments"
    ]
