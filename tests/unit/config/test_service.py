"""A service.yaml: what it means, and what is said where it is wrong."""

from collections.abc import Callable

import pytest

from dockyard.config import ManagedSecret


def test_an_almost_empty_service_gets_sensible_defaults(files):
    files.service("kind: web")
    web = files.load().environment().services["web"]
    assert (web.port, web.cpu, web.memory, web.runs_on, web.count) == (8080, 0.25, 512, "fargate", 1)
    assert (web.http.path, web.http.health.path, web.http.health.interval) == ("/", "/", 5)


def test_values_reach_the_model(files):
    files.service("""
        kind: web
        port: 3000
        cpu: 1
        memory: 2048
        count: 3
        http: {path: /api/, host: shop.example.com, health: {path: /up, grace_period: 120}}
        env: {DEBUG: true, LEVEL: 3, NAME: shop}
        secrets: {TOKEN: /shop/token, DB: {secretsmanager: shop/db, key: password}}
    """)
    web = files.load().environment().services["web"]
    assert (web.port, web.cpu, web.memory, web.count) == (3000, 1, 2048, 3)
    assert (web.http.path, web.http.host, web.http.health.grace_period) == ("/api", ("shop.example.com",), 120)
    assert web.env == {"DEBUG": "true", "LEVEL": "3", "NAME": "shop"}
    assert web.secrets == {"TOKEN": "/shop/token", "DB": ManagedSecret(secretsmanager="shop/db", key="password")}


@pytest.mark.parametrize(
    "value",
    ["01234", "1.10", "1_000", "0o10", "0x10", "1e3", "-0", ".inf", "2024-01-01", "2024-13-45", "yes", "TRUE", "false", "5"],
)
def test_a_variable_has_the_text_that_was_written(files, value):
    files.service(f"kind: web\nenv: {{A: {value}, B: '{value}'}}\nenvironments: {{prod: {{env: {{A: x, C: {value}}}}}}}")
    project = files.load()
    assert project.environment("dev").services["web"].env == {"A": value, "B": value}
    assert project.environment("prod").services["web"].env == {"A": "x", "B": value, "C": value}


def test_a_number_that_is_a_variable_too_stays_a_number_elsewhere(files):
    files.service("kind: web\nport: &port 0o10\nenv: &env {A: *port}\nenvironments: {prod: {env: {<<: *env, B: 010}}}")
    web = files.load().environment("prod").services["web"]
    assert (web.port, web.env) == (8, {"A": "0o10", "B": "010"})


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("alarms: {errors: 200}", "alarms.errors: should be 0.1 to 100 (percent), or off, got 200"),
        ("alarms: {latency: no}", 'alarms.latency: should be 0.001 to 4000 (seconds), or off, got "no"'),
        ("alarms: {unhealthy: 1.5}", "alarms.unhealthy: should be 1 to 5000 (containers), or off, got 1.5"),
        ("alarms: {queue_age: 9}", "alarms.queue_age: unknown key; known here: cpu, memory, errors, latency, unhealthy"),
        ("port: 80a", 'port: should be an integer, 1 to 65535, got "80a"'),
        ("port: '80'", 'port: should be an integer, 1 to 65535, got "80"'),
        ("port: true", "port: should be an integer, 1 to 65535, got true"),
        ("port: 0", "port: should be 1 to 65535, got 0"),
        ("port: 65536", "port: should be 1 to 65535, got 65536"),
        ("prot: 80", "prot: unknown key; did you mean port?"),
        ("zzz: 1", "zzz: unknown key; the 37 that are known here are in Dockyard's docs: service_yaml.md, dockyard_yaml.md"),
        ("replicas: 2", "replicas: unknown key; did you mean count?"),
        ("desired_count: 2", "desired_count: unknown key; did you mean count?"),
        ("healthcheck: {}", "healthcheck: unknown key; did you mean http.health?"),
        ("healthCheck: {}", "healthCheck: unknown key; did you mean http.health?"),
        ("health-check: {}", "health-check: unknown key; did you mean http.health?"),
        ("desiredCount: 2", "desiredCount: unknown key; did you mean count?"),
        ("launchType: FARGATE", "launchType: unknown key; did you mean runs_on?"),
        ("dlq: {}", "dlq: unknown key; the 37 that are known here are in Dockyard's docs: service_yaml.md, dockyard_yaml.md"),
        ("runs_on: lambda", 'runs_on: should be fargate, fargate-spot, ec2 or managed, got "lambda"'),
        ("runs_on: Fargat", 'runs_on: should be fargate, fargate-spot, ec2 or managed, got "Fargat"; did you mean fargate?'),
        ("count: -1", "count: should be 0 to 5000 (tasks), got -1"),
        ("count: [1]", "count: should be an integer, or a mapping with max, got a list"),
        ("http: /shop", 'http: should be a mapping of keys, got "/shop"; write {path: /shop}'),
        ("http: {health: /up}", 'http.health: should be a mapping of keys, got "/up"; write {path: /up}'),
        ("http: shop", 'http: should be a mapping of keys, got "shop"'),
        ("http: 80", "http: should be a mapping of keys, got 80"),
        ("http: {health: {interval: 2}}", "http.health.interval: should be 5 to 300 (seconds), got 2"),
        ("http: {health: {timeout: 9}}", "http.health: timeout should be less than interval (5 seconds), got 9"),
        ("http: {path: api}", 'http.path: should begin with /, got "api"'),
        ("http: {path: /a*}", 'http: path "/a*" needs a priority (1 to 999): its place among other paths cannot be told'),
        ("http: {host: 'a b'}", 'http.host: should be a host name such as shop.example.com or *.example.com, got "a b"'),
        ("env: {1A: x}", 'env.1A: should be a variable\'s name of letters, digits and _, no digit first, got "1A"'),
        ("env: {A: [1]}", "env.A: should be text, got a list"),
        ("env: {A: }", "env.A: should be text, got nothing"),
        ("env: {A: ~}", "env.A: should be text, got nothing"),
        ("env: {1: x}", 'env.1: should be a variable\'s name of letters, digits and _, no digit first, got "1"'),
        ("cpu: .nan", "cpu: should be 0.125 to 16 (vCPU), got NaN"),
        ("memory: .inf", "memory: should be an integer, 64 to 122880 (MiB), got Infinity"),
        (f"cpu: 1{400 * '0'}", f"cpu: should be a number, 0.125 to 16 (vCPU), got 1{400 * '0'}"),
        ("secrets: {A: token}", "secrets.A: should be true, the name of an SSM parameter, beginning with /, "
         'or {secretsmanager: NAME}, got "token"'),
        ("secrets: {A: {key: x}}", "secrets.A.secretsmanager: is required: name of the secret"),
        ("secrets: {A: /a}\nenv: {A: b}", "secrets.A: is in env as well; keep one of both"),
        ("secrets: {PORT: /port}", "secrets.PORT: is set by Dockyard; write the number at the key port"),
        ("http: {path: //}", 'http.path: should be / or name something, got "//"'),
        ("env: {PORT: 3000}", "env.PORT: is set by Dockyard; write the number at the key port"),
        ("image: {build: {}, from: nginx}", "image: should have build or from, got both"),
        ("image: nginx:1.29", 'image: should be a mapping of keys, got "nginx:1.29"; write {from: nginx:1.29}'),
        ("image: ./Dockerfile", 'image: should be a mapping of keys, got "./Dockerfile"; write {build: {dockerfile: ./Dockerfile}}'),
        ("image: {build: Dockerfile}", 'image.build: should be a mapping of keys, got "Dockerfile"; write {dockerfile: Dockerfile}'),
        ("image: {build: web.dockerfile}", 'image.build: should be a mapping of keys, got "web.dockerfile"; write {dockerfile: web.dockerfile}'),
        ("image: {build: ../shared}", 'image.build: should be a mapping of keys, got "../shared"; write {context: ../shared}'),
        ("image: 5", "image: should be a mapping of keys, got 5"),
        ("image: {build: {context: /src}}", 'image.build.context: should be a path relative to the service\'s folder, got "/src"'),
        ("image: {from: ''}", 'image.from: should be the name of an image such as nginx:1.29 or ghcr.io/owner/app:1, got ""'),
        ("image: {from: 'https://ghcr.io/a'}", 'image.from: should be the name of an image such as nginx:1.29 or ghcr.io/owner/app:1, got "https://ghcr.io/a"'),
        ("image: {from: nginx, mirror: yes please}", 'image.mirror: should be true or false, got "yes please"'),
        ("image: {from: nginx, platforms: some}", 'image.platforms: should be needed or all, got "some"'),
        ("image: {mirror: true}", "image: mirror is about an image of a registry: give from, or remove it"),
        ("image: {from: a, mirror: false, platforms: all}", "image: platforms is about the copy, and mirror is false: remove one of both"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_key_and_what_to_supply(problem: Callable[[str], str], lines: str, text: str):
    assert problem(lines) == f"services/web/service.yaml: {text}"


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("queue: {content_based_deduplication: true}", "queue: content_based_deduplication needs fifo: true"),
        ("queue: {fifo: true}\ntopics: [{name: orders}]",
         'topics[0].name: a FIFO queue takes messages of FIFO topics alone, whose names in AWS end with .fifo, got "orders"'),
        ("queue: {fifo: true}\ntopics: [{name: news.fifo}, {name: ordered}, {name: there}, {name: plain}]",
         'topics[3].name: a FIFO queue takes messages of FIFO topics alone, whose names in AWS end with .fifo, got "plain"'),
        ("topics: [{name: plain}, {name: news.fifo}, {name: db}]",
         "topics[2].name: should be a topic, and db is a table in dockyard.yaml"),
    ],
)  # fmt: skip
def test_topics_of_a_worker(files, lines, text):
    topics = "ordered: {kind: topic, fifo: true}, there: {kind: topic, existing: a.fifo}, plain: {kind: topic}"
    files.write("dockyard.yaml", f"name: shop\nenvironments: {{dev: {{}}}}\nresources: {{{topics}, db: {{kind: table}}}}")
    files.service(f"kind: worker\n{lines}")
    assert files.problems() == [f"services/web/service.yaml: {text}"]


@pytest.mark.parametrize(
    ("cpu", "memory", "text"),
    [
        (0.3, 512, "cpu: should be 0.25, 0.5, 1, 2, 4, 8 or 16 (vCPU) on Fargate, got 0.3"),
        (0.25, 4096, "memory: should be 512, 1024 or 2048 (MiB) with cpu 0.25 on Fargate, got 4096"),
        (1, 512, "memory: should be 2048 to 8192 in steps of 1024 (MiB) with cpu 1 on Fargate, got 512"),
        (8, 17408, "memory: should be 16384 to 61440 in steps of 4096 (MiB) with cpu 8 on Fargate, got 17408"),
    ],
)
def test_a_size_that_fargate_does_not_offer_is_refused(problem: Callable[[str], str], cpu: float, memory: int, text: str):
    assert problem(f"cpu: {cpu}\nmemory: {memory}") == f"services/web/service.yaml: {text}"


@pytest.mark.parametrize(
    ("lines", "texts"),
    [
        (
            "cpu: 1\nmemory: 512\ncont: 2",
            ["cont: unknown key; did you mean count?", "memory: should be 2048 to 8192 in steps of"],
        ),
        (
            "cpu: 0.3\nmemory: 512MB",
            ['memory: should be an integer, 64 to 122880 (MiB), got "512MB"', "cpu: should be 0.25, 0.5, 1, 2, 4, 8 or 16"],
        ),
        (
            "http: null\nport: 80a",
            ['port: should be an integer, 1 to 65535, got "80a"', "should have http, nlb or both, got neither"],
        ),
    ],
)
def test_what_shows_across_keys_is_told_with_what_is_wrong_with_one(files, lines, texts):
    files.service(f"kind: web\n{lines}")
    found = files.problems()
    assert len(found) == len(texts)
    for one, text in zip(found, texts, strict=True):
        assert one.startswith(f"services/web/service.yaml: {text}")


def test_on_servers_any_size_goes(files):
    files.service("kind: web\nruns_on: ec2\ncpu: 0.3\nmemory: 100")
    assert files.load().environment().services["web"].memory == 100


def test_a_kind_that_is_not_known_is_refused(files):
    files.service("kind: wep")
    assert files.problems() == [
        'services/web/service.yaml: kind: should be web, backend, worker, job or task, got "wep"; did you mean web?'
    ]


@pytest.mark.parametrize(
    ("kind", "meant"),
    [
        ("Load Balanced Web Service", "web"),
        ("Request-Driven Web Service", "web"),
        ("Backend Service", "backend"),
        ("Worker Service", "worker"),
        ("Scheduled Job", "job"),
    ],
)
def test_a_type_of_copilot_is_told_as_the_kind_that_it_is_here(files, kind, meant):
    files.service(f"type: {kind}\nvariables: {{A: b}}" + ("\nschedule: rate(1 hour)" if meant == "job" else ""))
    assert files.problems()[:2] == [
        f'services/web/service.yaml: type: "{kind}" is of AWS Copilot: write kind: {meant}',
        "services/web/service.yaml: variables: unknown key; did you mean env?",
    ]
    files.service(f"kind: {kind}")
    assert f'services/web/service.yaml: kind: "{kind}" is of AWS Copilot: write kind: {meant}' in files.problems()


def test_a_kind_in_other_letters_is_told_in_its_own(files):
    files.service("kind: Web")
    assert files.problems() == [
        'services/web/service.yaml: kind: should be web, backend, worker, job or task, got "Web"; did you mean web?'
    ]


def test_an_empty_file_is_told_what_to_write(files):
    files.service("")
    assert files.problems() == ["services/web/service.yaml: should be a mapping of keys, got nothing; write kind: web in it"]


def test_a_service_without_a_kind_is_told_all_kinds(files):
    files.service("port: 80")
    assert files.problems() == [
        "services/web/service.yaml: kind: is required: web, backend, worker, job or task; such as kind: web"
    ]


def test_a_key_of_other_kinds_is_told_with_their_names(files):
    files.service("kind: task\nport: 80\nenvironments: {prod: {http: {path: /a}}}")
    assert files.problems() == [
        "services/web/service.yaml: port: is of web and backend; a task has none",
        "services/web/service.yaml: environments.prod.http: is of web; a task has none",
    ]


def test_the_folder_names_the_service(files):
    files.service("kind: web", name="Web_1")
    assert files.problems() == [
        "services/Web_1/service.yaml: the folder's name is the service's name and should be 1 to 30 lower-case letters, "
        'digits and single hyphens, a letter first, got "Web_1"'
    ]


def test_a_worker_has_a_queue_by_default(files):
    files.service("kind: worker")
    worker = files.load().environment().services["web"]
    assert (worker.queue.visibility_timeout, worker.queue.retention, worker.queue.max_receives) == (60, 4, 5)


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("port: 80", "port: is of web and backend; a worker has none"),
        ("http: {}", "http: is of web; a worker has none"),
        ("env: {QUEUE_URL: x}", "env.QUEUE_URL: is set by Dockyard: it is the queue that is made with the worker"),
        ("queue: {retention: 15}", "queue.retention: should be 1 to 14 (days), got 15"),
        ("topics: [{name: 'a b'}]", "topics[0].name: should be the name of a topic in dockyard.yaml, or of this account and region, or the ARN of any, "
         'got "a b"'),
        ("queues: {}", "queues: unknown key; did you mean queue?"),
    ],
)  # fmt: skip
def test_what_a_worker_cannot_have_is_told(files, lines, text):
    files.service(f"kind: worker\n{lines}")
    assert files.problems() == [f"services/web/service.yaml: {text}"]


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("{}", "schedule: is required: when it runs: `cron(0 3 * * ? *)`, `rate(5 minutes)` or `at(2027-01-31T03:00:00)`"),
        ("schedule: '0 3 * * *'", "schedule: should be cron(minute hour day month weekday year), rate(5 minutes) or at(2027-01-31T03:00:00), "
         'got "0 3 * * *"'),
        ("schedule: rate(1 minutes)", 'schedule: 1 wants the singular: rate(1 minute), got "rate(1 minutes)"'),
        ("schedule: rate(1 hour)\ntime_zone: Mars", 'time_zone: should be the name of a time zone such as Europe/Berlin, got "Mars"'),
        ("schedule: rate(1 hour)\ncount: 2", "count: is of web, backend and worker; a job has none"),
        ("schedule: rate(1 hour)\nstart_within: 5", "start_within: should be 60 to 86400 (seconds), got 5"),
    ],
)  # fmt: skip
def test_what_a_job_cannot_have_is_told(files, lines, text):
    files.service("kind: job" + ("" if lines == "{}" else f"\n{lines}"))
    assert files.problems() == [f"services/web/service.yaml: {text}"]


@pytest.mark.parametrize("schedule", ["cron(0 3 ? * MON-FRI *)", "rate(1 day)", "rate(10 minutes)", "at(2027-01-31T03:00:00)"])
def test_a_job_has_a_schedule(files, schedule):
    files.service(f"kind: job\nschedule: {schedule}")
    job = files.load().environment().services["web"]
    assert (job.schedule, job.time_zone, job.timeout, job.retries) == (schedule, "UTC", 3600, 0)


def test_a_list_of_secrets_means_its_own_ones_and_environments_add_to_it(files):
    files.service("kind: web\nsecrets: [A, B]\nenvironments: {prod: {secrets: {B: /shared/b, C: true}}}")
    project = files.load()
    assert project.environment("dev").services["web"].secrets == {"A": True, "B": True}
    assert project.environment("prod").services["web"].secrets == {"A": True, "B": "/shared/b", "C": True}


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("secrets: [1A]", 'secrets.1A: should be a variable\'s name of letters, digits and _, no digit first, got "1A"'),
        ("secrets: [PORT]", "secrets.PORT: is set by Dockyard; write the number at the key port"),
        ("secrets: [{A: /a}]", "secrets: should be a list of names, or a mapping of names, got a list"),
        ("secrets: A", 'secrets: should be a list of names, or a mapping of names, got "A"'),
        ("secrets: {A: false}", "secrets.A: should be true, got false"),
        ("secrets: [A]\nenv: {A: b}", "secrets.A: is in env as well; keep one of both"),
    ],
)
def test_a_wrong_secret_is_told(problem, lines, text):
    assert problem(lines) == f"services/web/service.yaml: {text}"


def test_grpc_has_a_health_check_that_every_server_passes(files):
    files.write("dockyard.yaml", "name: shop\nenvironments: {dev: {}}\ndomains: {example.com: {hosted_zone: Z1}}")
    files.service("kind: web\nhttp: {protocol: grpc, health: {interval: 10}}")
    health = files.load().environment().services["web"].http.health
    assert (health.path, health.success_codes, health.interval) == ("/AWS.ALB/healthcheck", "12", 10)


@pytest.mark.parametrize(
    ("http", "text"),
    [
        ("{protocol: grpc}", "http.protocol: grpc needs HTTPS: give dockyard.yaml a domain (domains), or take http"),
        ("{auth: {jwt: {issuer: 'https://a', jwks_endpoint: 'https://a/b'}}}", "http.auth: needs HTTPS: give dockyard.yaml a domain (domains)"),
        ("{auth: {}}", "http.auth: should have oidc, cognito or jwt, got none"),
        ("{auth: {cognito: {user_pool: eu-west-1_a, client_id: a, domain: shop}}}", "http.auth.cognito.user_pool: should be the ARN of a "
         'user pool such as arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_AbCdEfGhI, got "eu-west-1_a"'),
        ("{auth: {jwt: {issuer: a, jwks_endpoint: 'https://a'}}}", 'http.auth.jwt.issuer: should be an address that begins with https://, got "a"'),
        ("{health: {success_codes: '0'}}", 'http: health.success_codes should be codes of 200 to 499, got "0"'),
        ("{slow_start: 10}", "http.slow_start: should be 30 to 900 (seconds), got 10"),
        ("{stickiness: 0}", "http.stickiness: should be 1 to 604800 (seconds), got 0"),
        ("{deregistration_delay: 3601}", "http.deregistration_delay: should be 0 to 3600 (seconds), got 3601"),
        ("{strip_path: true}", 'http: strip_path takes a plain path away from what is asked, and path is "/": remove one of both'),
        ("{rewrite: {path: {match: '(', replace: a}}}", 'http.rewrite.path: match should be a regular expression, got "(" '
         "(missing ), unterminated subpattern at position 0)"),
        ("{rewrite: {path: {match: a, replace: $1}}}", "http.rewrite.path: replace names $1, and match has 0 groups"),
        ("{maintenance: {status: 302}}", "http.maintenance: status should be 2xx, 4xx or 5xx, got 302; redirect sends clients elsewhere"),
        ("{maintenance: 3}", "http.maintenance: should be a mapping of keys, got 3"),
    ],
)  # fmt: skip
def test_what_a_rule_or_target_group_cannot_be_is_told(problem, http, text):
    assert problem(f"http: {http}") == f"services/web/service.yaml: {text}"
