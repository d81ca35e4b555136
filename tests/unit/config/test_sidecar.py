"""Containers beside a service's own."""

import pytest

ALL = """
volumes: {logs: {path: /logs}}
tracing: otel
depends_on: {init: success, cache: healthy}
sidecars:
  init:
    image: {from: busybox}
    command: echo ready
    essential: false
  cache:
    image: {from: redis}
    port: 6379
    env: {SIZE: 010}
    secrets: [TOKEN]
    cpu: 0.125
    memory: 128
    health: {command: redis-cli ping}
    mounts: {logs: {path: /var/log, read_only: true}}
  late: {image: {from: busybox}, depends_on: {app: start, otel: start}}
"""


@pytest.mark.parametrize(
    "kind", ["kind: web", "kind: backend", "kind: worker", "kind: job\nschedule: rate(1 hour)", "kind: task"]
)
def test_every_kind_has_them(files, kind):
    files.service(f"{kind}{ALL}")
    project = files.load()
    web = project.environment().services["web"]
    init, cache, _ = web.sidecars.values()
    assert (init.essential, init.command) == (False, ("echo", "ready"))
    assert (cache.port, cache.env, cache.secrets, cache.memory) == (6379, {"SIZE": "010"}, {"TOKEN": True}, 128)
    assert (cache.mounts["logs"].path, cache.health.command) == ("/var/log", "redis-cli ping")
    assert (web.depends_on, web.tracing) == ({"init": "success", "cache": "healthy"}, "otel")
    assert list(project.environment().images) == ["web", "web.cache", "web.init", "web.late"]
    assert project.service_folder("web.cache") == files.root / "services/web"


def test_an_environment_may_have_others_but_not_another_image(files):
    files.service("""
        kind: web
        sidecars: {a: {image: {from: redis}}, b: {image: {from: redis}}}
        environments:
          dev: {sidecars: {b: null, c: {image: {from: nginx}}}}
          prod: {sidecars: {a: {memory: 64}}}
    """)
    project = files.load()
    assert list(project.environment("dev").services["web"].sidecars) == ["a", "c"]
    assert project.environment("prod").services["web"].sidecars["a"].memory == 64
    files.service(
        "kind: web\nsidecars: {a: {image: {from: redis}}}\nenvironments: {prod: {sidecars: {a: {image: {from: nginx}}}}}"
    )
    assert files.problems() == [
        "services/web/service.yaml: environments.prod.sidecars.a.image: is the same in every environment: the image that was "
        "tested is the one that is promoted"
    ]


ONE = "{image: {from: redis}"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("sidecars: {A: " + ONE + "}}", "sidecars.A: should be 1 to 30 lower-case letters, digits and single hyphens, a letter first, "
         'got "A"'),
        ("sidecars: {a: {}}", "sidecars.a.image: is required: where its image comes from: `build`, with a context below the "
         "service's folder, or `from`"),
        ("sidecars: {a: {image: {}}}", "sidecars.a.image: should have build or from, got neither"),
        ("sidecars: {a: {image: {build: {context: no}}}}", "sidecars.a.image.build.context: no folder at {root}/services/web/no"),
        ("sidecars: {a: " + ONE + ", prot: 80}}", "sidecars.a.prot: unknown key; did you mean port?"),
        ("sidecars: {app: " + ONE + "}}", "sidecars.app: is the name of the service's own container; give it another"),
        ("tracing: xray\nsidecars: {otel: " + ONE + "}}", "sidecars.otel: is the name of the container that tracing adds; give it "
         "another"),
        ("tracing: zipkin", 'tracing: should be otel or xray, got "zipkin"'),
        ("sidecars: {a: " + ONE + ", depends_on: {a: start}}}", "sidecars.a.depends_on.a: a container cannot wait for itself"),
        ("sidecars: {a: " + ONE + ", depends_on: {b: start}}}", "sidecars.a.depends_on.b: no container of that name; there is app"),
        ("sidecars: {a: " + ONE + ", depends_on: {app: ready}}}", "sidecars.a.depends_on.app: should be start, complete, success or "
         'healthy, got "ready"'),
        ("depends_on: {a: start}\nsidecars: {a: " + ONE + ", depends_on: {b: start}}, b: " + ONE + ", depends_on: {app: start}}}",
         "depends_on: containers wait for each other: app, a, b"),
        ("depends_on: {a: success}\nsidecars: {a: " + ONE + "}}", "depends_on.a: a is essential: the task would end with it; write "
         "essential: false there"),
        ("depends_on: {a: healthy}\nsidecars: {a: " + ONE + "}}", "depends_on.a: a has no health check to be healthy by; give it one, "
         "or wait for start"),
        ("sidecars: {a: " + ONE + ", port: 8080}}", "sidecars.a.port: 8080 is the port of the service as well; they share one address"),
        ("sidecars: {a: " + ONE + ", memory: 512}}", "memory: should be more than the 512 (MiB) of its sidecars, which are part of it, "
         "got 512"),
        ("sidecars: {a: " + ONE + ", cpu: 0.25}}", "cpu: should be more than the 0.25 (vCPU) of its sidecars, which are part of it, "
         "got 0.25"),
        ("runs_on: ec2\nmemory: 128\nsidecars: {a: " + ONE + "}}", "memory: should be more than the 128 (MiB) of its sidecars, which are "
         "part of it, got 128"),
        ("sidecars: {a: " + ONE + ", mounts: {logs: {path: /a}}}}", "sidecars.a.mounts.logs: no volume of that name; volumes has none"),
        ("sidecars: {a: " + ONE + ", env: {A: b}, secrets: [A]}}", "sidecars.a.secrets.A: is in env as well; keep one of both"),
    ],
)  # fmt: skip
def test_a_wrong_sidecar_is_told_with_its_key(files, problem, lines, text):
    assert problem(lines) == f"services/web/service.yaml: {text.replace('{root}', str(files.root))}"
