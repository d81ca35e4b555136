"""How a container is started, kept and ended, as service.yaml says it."""

import pytest

KINDS = ["kind: web", "kind: backend", "kind: worker", "kind: job\nschedule: rate(1 hour)", "kind: task"]


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_has_it(files, kind):
    files.service(f"""{kind}
command: gunicorn 'app:app' --bind 0.0.0.0
entry_point: [/bin/tini, --]
user: 1000:1000
stop_timeout: 60
init: false
restart: {{ignored_exit_codes: [0, 3], attempt_period: 60}}
ulimits: {{nofile: 65536, memlock: -1}}
read_only: true
writable: {{/scratch: 64, /var/cache/nginx: 16}}
""")
    made = files.load().environment().services["web"]
    assert (made.command, made.entry_point) == (("gunicorn", "app:app", "--bind", "0.0.0.0"), ("/bin/tini", "--"))
    assert (made.user, made.stop_timeout, made.init, made.read_only) == ("1000:1000", 60, False, True)
    assert (made.restart.ignored_exit_codes, made.restart.attempt_period) == ((0, 3), 60)
    assert made.ulimits == {"nofile": 65536, "memlock": -1}
    assert made.writable == {"/scratch": 64, "/var/cache/nginx": 16}


def test_an_environment_may_differ(files):
    files.service("kind: web\nwritable: {/scratch: 64}\nenvironments: {prod: {exec: true, writable: {/scratch: 128, /run: 1}}}")
    project = files.load()
    dev, prod = (project.environment(name).services["web"] for name in ("dev", "prod"))
    assert (dev.exec, dev.writable) == (False, {"/scratch": 64})
    assert (prod.exec, prod.writable) == (True, {"/scratch": 128, "/run": 1})


@pytest.mark.parametrize(
    ("lines", "text"),
    [
        ("command: ''", "command: should have at least 1, got 0"),
        ("command: [a, 5]", "command[1]: should be text, got 5"),
        ("command: \"a 'b\"", 'command: should be a command line, got "a \'b": no closing quotation'),
        ("entrypoint: a", "entrypoint: unknown key; did you mean entry_point?"),
        ("user: ''", "user: should not be empty"),
        ("user: true", "user: should be text, got true"),
        ("stop_timeout: 121", "stop_timeout: should be 2 to 120 (seconds), got 121"),
        ("restart: true", "restart: should be a mapping of keys, got true"),
        ("restart: {attempt_period: 59}", "restart.attempt_period: should be 60 to 1800 (seconds), got 59"),
        ("restart: {ignored_exit_codes: [256]}", "restart.ignored_exit_codes[0]: should be 0 to 255, got 256"),
        ("ulimits: {files: 1}", "ulimits.files: should be core, cpu, data, fsize, locks, memlock, msgqueue, nice, nofile, nproc, "
         'rss, rtprio, rttime, sigpending or stack, got "files"; did you mean nofile?'),
        ("writable: {tmp: 64}", 'writable.tmp: should be an absolute path in the container, without `..`, got "tmp"'),
        ("writable: {/a/../b: 64}", 'writable./a/../b: should be an absolute path in the container, without `..`, got "/a/../b"'),
        ("writable: {/: 64}", 'writable./: should be an absolute path in the container, without `..`, got "/"'),
        ("writable: {/scratch: 0}", "writable./scratch: should be 1 to 122880 (MiB), got 0"),
        ("exec: true\nread_only: true", "exec: needs files that it can write, and read_only is true; keep one of both"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_told_with_its_key(problem, lines, text):
    assert problem(lines) == f"services/web/service.yaml: {text}"


@pytest.mark.parametrize("kind", KINDS[3:])
def test_what_has_done_its_work_is_not_started_again(files, kind):
    files.service(f"{kind}\nrestart: {{ignored_exit_codes: [3]}}")
    word = kind.split()[1]
    assert files.problems() == [
        f"services/web/service.yaml: restart.ignored_exit_codes: should have 0: a {word} that has done its work would be started again"
    ]


@pytest.mark.parametrize(("lines", "most"), [("writable: {/a: 512}", 512), ("memory: 1024\nwritable: {/a: 512, /b: 600}", 1024)])
def test_folders_in_memory_leave_some_to_the_processes(problem, lines, most):
    said = f"services/web/service.yaml: writable: should be less than memory ({most} MiB) together, as they are part of it, got "
    assert problem(f"{lines}\nruns_on: ec2").startswith(said)
