"""Resources in dockyard.yaml, links in service.yaml, and what does not fit between them."""

import pytest

from dockyard.config.links import variables
from dockyard.config.resources import RESOURCES

PROJECT = "name: shop\nenvironments: {dev: {}}\n"
SHARED = "resources: {orders: {kind: table}, events: {kind: topic}, db: {kind: database, max: 8}}"


def test_all_defaults(files):
    files.write("dockyard.yaml", PROJECT + "resources: {" + ", ".join(f"{kind}: {{kind: {kind}}}" for kind in RESOURCES) + "}")
    made = files.load().environment().settings.resources
    assert made["table"].partition_key == "id"
    assert {name: made[name].removal for name in ("table", "bucket", "database")} == {
        "table": "keep",
        "bucket": "keep",
        "database": "snapshot",
    }
    assert (made["database"].min, made["database"].max) == (0.5, 4)


def test_a_word_is_access_to_what_is_shared_and_a_mapping_is_the_services_own(files):
    files.write("dockyard.yaml", PROJECT + SHARED)
    files.service("kind: web\nlinks: {orders: read, events: write, db: read-write, uploads: {kind: bucket, access: write}}")
    links = files.load().environment().services["web"].links
    assert links["orders"] == "read"
    assert (links["uploads"].kind, links["uploads"].access) == ("bucket", "write")


def test_an_environment_may_have_another_resource(files):
    files.write(
        "dockyard.yaml", f"name: shop\n{SHARED}\nenvironments: {{dev: {{resources: {{db: {{min: 0}}, events: }}}}, prod: {{}}}}"
    )
    project = files.load()
    assert [project.environment(name).settings.resources["db"].min for name in ("dev", "prod")] == [0, 0.5]
    assert "events" not in project.environment("dev").settings.resources


def test_names_of_variables():
    assert variables("order-lines", "table") == ["ORDER_LINES_TABLE"]
    assert variables("db", "database") == ["DB_HOST", "DB_PORT", "DB_NAME", "DB_USER", "DB_PASSWORD"]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("links: {order: read}", "links.order: no such resource in dockyard.yaml, which has orders, events or db; one of the "
         "service's own is a mapping with kind"),
        ("links: {events: read}", 'links.events: should be write, as it is a topic, got "read"'),
        ("links: {db: read}", 'links.db: should be read-write, as it is a database, got "read"'),
        ("links: {orders: reed}",
         'links.orders: should be read, write or read-write for one in dockyard.yaml, or a mapping with kind, got "reed"'),
        ("links: {orders: 1}", "links.orders: should be a mapping with kind, which is table, queue, bucket, topic or database, got 1"),
        ("links: {x: {kind: tabel}}",
         'links.x: kind should be table, queue, bucket, topic or database, got "tabel"; did you mean table?'),
        ("links: {x: {}}", "links.x: kind should be table, queue, bucket, topic or database, got nothing"),
        ("links: {x: {kind: bucket, remval: keep}}", "links.x.remval: unknown key; did you mean removal?"),
        ("links: {x: {kind: queue, removal: keep}}",
         "links.x.removal: unknown key; known here: kind, visibility_timeout, max_receives, fifo, content_based_deduplication, existing, access"),
        ("links: {x: {kind: topic, access: read}}", 'links.x.access: should be write, got "read"'),
        ("links: {X: {kind: topic}}",
         'links.X: should be 1 to 30 lower-case letters, digits and single hyphens, a letter first, got "X"'),
        ("links: {x: {kind: table, partition_key: id text}}", "links.x.partition_key: should be an attribute's name, with number "
         'or binary behind it where it is no text, got "id text"'),
        ("links: {x: {kind: table, existing: a, sort_key: b}}",
         'links.x.existing: should be the name of a table of this account and region, or the ARN of any, got "a"'),
        ("links: {x: {kind: table, existing: orders, sort_key: b}}",
         "links.x: existing is there already and nothing else of it can be set: remove sort_key"),
        ("links: {x: {kind: bucket, existing: Big}}",
         'links.x.existing: should be the name of a bucket of this account and region, or the ARN of any, got "Big"'),
        ("links: {x: {kind: database, min: 4, max: 2}}",
         "links.x: max should be at least min and 1 (ACU), got min 4 and max 2"),
        ("links: {x: {kind: database, max: 300}}", "links.x.max: should be 0 to 256 (ACU), got 300"),
        ("links: {x: {kind: database, max: 1.2}}", "links.x.max: should be a multiple of 0.5 (ACU), got 1.2"),
        ("links: {x: {kind: database, version: 17}}", "links.x.version: should be text, got 17"),
        ("links: {x: {kind: database, existing: {host: h}}}",
         "links.x.existing.secret: is required: name or ARN of the secret of Secrets Manager with its `username` and `password`"),
        ("links: {x: {kind: table}}\nenv: {X_TABLE: y}",
         "links.x: sets X_TABLE, which is set by env, secrets or Dockyard itself as well; rename one of them"),
    ],
)  # fmt: skip
def test_bad_links_are_told_with_the_key(files, lines, text):
    files.write("dockyard.yaml", PROJECT + SHARED)
    files.service(f"kind: web\n{lines}")
    assert files.problems()[0] == f"services/web/service.yaml: {text}"


def test_a_link_that_sets_what_a_worker_has_is_refused(files):
    files.service("kind: worker\nlinks: {dead-letter: {kind: queue}}")
    assert files.problems() == [
        "services/web/service.yaml: links.dead-letter: sets DEAD_LETTER_QUEUE_URL, which is set by env, secrets or Dockyard itself "
        "as well; rename one of them"
    ]


@pytest.mark.parametrize(
    ("resource", "text"),
    [
        ("{kind: table, access: read}", "resources.x.access: unknown key; known here: kind, partition_key, sort_key, removal, existing"),
        ("table", 'resources.x: should be a mapping with kind, which is table, queue, bucket, topic or database, got "table"'),
        ("{kind: database, removal: kept}", 'resources.x.removal: should be snapshot, keep or delete, got "kept"; did you mean keep?'),
    ],
)  # fmt: skip
def test_bad_resources_are_told_with_the_key(files, resource, text):
    files.write("dockyard.yaml", f"{PROJECT}resources: {{x: {resource}}}")
    assert files.problems() == [f"dockyard.yaml: {text}"]


def test_the_name_of_the_stack_of_shared_resources_is_no_services(files):
    files.service("kind: web", "resources")
    assert files.problems() == [
        "services/resources/service.yaml: resources is the name of a stack of Dockyard's own; give the service's folder another name"
    ]
