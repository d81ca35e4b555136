"""The program's edge: exit codes, and results apart from errors."""

import json

import pytest
from typer.testing import CliRunner

from dockyard.cli.main import app
from dockyard.doors.buildx import Cli


@pytest.fixture
def run(tmp_path, monkeypatch):
    (tmp_path / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")
    (tmp_path / "services/web").mkdir(parents=True)
    (tmp_path / "services/web/service.yaml").write_text("kind: web")
    (tmp_path / "services/web/main.py").write_text("print(1)")
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_PROFILE", "AWS_REGION", "AWS_DEFAULT_REGION", "AWS_ENDPOINT_URL", "DOCKYARD_STAND_INS", "DOCKYARD_ENV"):
        monkeypatch.delenv(name, raising=False)
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_tags_are_a_result_for_people_and_for_programs(run):
    import json

    table, machine = run("tags"), run("tags", "--json")
    (row,) = json.loads(machine.stdout)
    assert (table.exit_code, machine.exit_code, row["service"], row["repository"]) == (0, 0, "web", "shop/web")
    assert row["tag"] in table.stdout


def test_the_project_is_found_upwards(run, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path / "services/web")
    assert run("tags").exit_code == 0


def test_a_service_that_cannot_be_built_does_not_hinder_another(run, tmp_path):
    (tmp_path / "services/two").mkdir()
    (tmp_path / "services/two/service.yaml").write_text("kind: web\nhttp: {path: /two}")
    assert run("tags", "web").exit_code == 0
    assert run("dockerfile", "web").exit_code == 0
    ended = run("tags")
    assert ended.exit_code == 1
    assert "no app recognised in" in ended.stderr


def test_a_wrong_usage_ends_with_2(run, tmp_path, monkeypatch):
    assert run("tags", "nope").exit_code == 2
    assert run("tags", "--nope").exit_code == 2
    assert run("tags", "--env", "nope").exit_code == 2
    monkeypatch.chdir(tmp_path.parent)
    assert run("tags").exit_code == 2


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["deply"], "No such command 'deply'. Did you mean 'deploy'?"),
        (["local", "statsu"], "No such command 'statsu'. Did you mean 'status'?"),
        (["xyz"], "No such command 'xyz'."),
        (["audit"], "No such command 'audit'. Did you mean 'history'?"),
        (["svc", "logs"], "No such command 'svc'. Did you mean 'logs'?"),
        (["app", "details"], "No such command 'app'. Did you mean 'status'?"),
        (["task", "run"], "No such command 'task'. Did you mean 'run'?"),
        (["task"], "No such command 'task'. Did you mean 'run'?"),
        (["tags", "wbe"], "no service wbe; there is web; did you mean web?"),
        (["tags", "else"], "no service else; there is web"),
    ],
)
def test_of_a_word_that_is_mistyped_the_one_that_may_be_meant_is_told(run, arguments, told):
    ended = run(*arguments)
    lines = [line.strip("│ ") for line in ended.stderr.splitlines()]
    assert (ended.exit_code, [line.removeprefix("error: ") for line in lines if "o such" in line or "no service" in line]) == (
        2,
        [told],
    )


def test_of_a_folder_without_settings_it_is_told_what_it_lacks(run, tmp_path):
    (tmp_path / "services/bare").mkdir()
    ended = run("tags", "bare")
    assert (ended.exit_code, "services/bare has no service.yaml" in ended.stderr, "kind: web" in ended.stderr) == (2, True, True)


def test_a_picture_is_an_svg_or_a_png(run):
    ended = run("diagram", "-o", "x.pdf")
    assert (ended.exit_code, "--output should end with .svg or .png, got x.pdf" in ended.stderr) == (2, True)


@pytest.mark.parametrize(
    "arguments", [("--jobs", "0"), ("--platform", "linux/arm"), ("--platform", "linux/amd64,windows/amd64"), ("--jobs", "x")]
)
@pytest.mark.parametrize("command", ["build", "push"])
def test_how_images_are_built_is_checked_first(run, command, arguments):
    assert run(command, *arguments).exit_code == 2


def test_a_builder_that_is_named_wants_buildx(run, monkeypatch):
    """By the option, or by the variable that buildx itself reads."""
    monkeypatch.setattr("dockyard.doors.buildkit.find_cli", lambda _: Cli("docker", buildx=False))
    monkeypatch.setenv("BUILDX_BUILDER", "there")
    assert "error: builder there wants docker buildx" in run("build").stderr
    assert (
        "error: builder far wants docker buildx"
        in run("build", "--builder", "far", "--platform", "linux/amd64,linux/arm64").stderr
    )


def test_faults_of_files_are_told_one_a_line_and_end_with_1(run, tmp_path):
    (tmp_path / "services/web/service.yaml").write_text("kind: web\nport: 0\nprot: 1")
    ended = run("tags")
    assert ended.exit_code == 1
    assert ended.stdout == ""
    assert ended.stderr.splitlines() == [
        "error: services/web/service.yaml: port: should be 1 to 65535, got 0",
        "error: services/web/service.yaml: prot: unknown key; did you mean port?",
    ]


def test_a_dockerfile_is_printed_as_it_is(run):
    ended = run("dockerfile", "web")
    assert ended.exit_code == 0
    assert ended.stdout.startswith("FROM python:3.13-slim AS build\n")


def test_what_was_detected_is_told_with_its_file(run):
    ended = run("detect", "services/web")
    assert (ended.exit_code, ended.stdout.split()[-6:]) == (0, ["python", "main.py", "main.py", "port", "8080", "default"])


@pytest.mark.parametrize(
    ("said", "options", "found"),
    [
        (
            "port: 9191\nimage: {build: {language: python, version: 3.12, start: gunicorn a:b}}",
            [],
            ("3.12", "gunicorn a:b", 9191),
        ),
        ("port: 9191", ["--port", "7000"], ("3.13", "python main.py", 7000)),
        ("port: true\nimage: {build: {start: [a]}}", [], ("3.13", "python main.py", 8080)),
        ("image: a", [], ("3.13", "python main.py", 8080)),
    ],
)
def test_what_service_yaml_says_comes_before_what_was_detected(run, tmp_path, said, options, found):
    (tmp_path / "services/web/service.yaml").write_text(f"kind: web\n{said}\n")
    told = json.loads(run("detect", "services/web", "--json", *options).stdout)
    assert (told["version"], " ".join(told["start"]), told["port"]) == found


def test_a_file_that_is_in_the_way_is_named(run, tmp_path, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "eu-west-1")
    (tmp_path / ".dockyard").write_text("a file where the folder should be")
    for command in ("up", "status", "down"):
        ended = run("local", command)
        assert ended.exit_code == 1
        assert f"error: {tmp_path}/.dockyard: a file, where Dockyard keeps a folder" in ended.stderr
        assert f"run: mv {tmp_path}/.dockyard {tmp_path}/.dockyard.old" in ended.stderr


def test_without_a_region_it_is_said_what_to_set(run):
    ended = run("url", "web")
    assert ended.exit_code == 1
    assert "no AWS region is set" in ended.stderr


def test_a_region_of_another_partition_is_a_wrong_usage(run, monkeypatch):
    monkeypatch.setenv("AWS_REGION", "us-gov-west-1")
    ended = run("url", "web")
    assert ended.exit_code == 2
    assert (
        'region of the credentials: should be a region of the commercial partition such as eu-west-1, got "us-gov-west-1"'
        in ended.stderr
    )


@pytest.mark.parametrize(
    ("make", "told"),
    [("mkdir", "should be a file, got a folder"), ("symlink_to", "should be a file, got a link to gone, which is not there")],
)
def test_what_is_no_project_file_is_told(run, tmp_path, make, told):
    (tmp_path / "dockyard.yaml").unlink()
    getattr(tmp_path / "dockyard.yaml", make)(*(["gone"] if make == "symlink_to" else []))
    ended = run("tags")
    assert (ended.exit_code, ended.stderr) == (1, f"error: dockyard.yaml: {told}\n")


def test_the_local_aws_does_not_run_until_it_is_started(run):
    ended = run("local", "env")
    assert (ended.exit_code, ended.stdout) == (1, "")
    assert "run: dockyard local up" in ended.stderr


@pytest.mark.parametrize(
    ("files", "instead"),
    [
        ({"Dockerfile": "FROM a"}, "services/web/Dockerfile"),
        ({"service.yaml": "kind: web\nimage: {build: {dockerfile: own/File}}"}, "services/web/own/File"),
        ({"service.yaml": "kind: web\nimage: {from: 'nginx:1'}"}, "services/web/service.yaml: image nginx:1"),
        ({"service.yaml": "image: ["}, None),
    ],
)
def test_what_is_used_in_place_of_what_is_detected_is_told_first(run, tmp_path, files, instead):
    for name, text in files.items():
        (tmp_path / "services/web" / name).write_text(text)
    told = [f"! {instead} is used; without it, the app would be built as told here"] if instead else []
    assert run("detect", "services/web").stderr.splitlines() == told
    assert json.loads(run("detect", "services/web", "--json").stdout)["used_instead"] == instead


def test_what_was_locked_and_dropped_is_told(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    base, nobody = "localhost:1/python:3", "! localhost:1/python:3: its registry does not tell its digest: "
    (tmp_path / "services/web/Dockerfile").write_text(f"FROM {base}")
    ended = run("lock")
    assert ended.exit_code == 1
    assert ended.stderr.splitlines() == [
        f"{nobody}localhost:1/python: connection refused", "1 digest could not be asked for; dockyard.lock is as it was",
    ]  # fmt: skip
    (tmp_path / "services/api").mkdir()
    (tmp_path / "services/api/Dockerfile").write_text(f"FROM {base}")
    (tmp_path / "services/api/service.yaml").write_text("kind: web\nhttp: {path: /api, host: '*.example.com'}")
    (tmp_path / "services/web/service.yaml").write_text("kind: web\nhttp: {path: /web}")
    (tmp_path / "dockyard.lock").write_text(
        f"bases: {{'{base}': 'sha256:{64 * '0'}'}}\npriorities:\n  dev/gone: {{route: /gone, priority: 2000}}\n"
        "  dev/api: {route: '*.example.com/api', priority: 2000}\n  dev/web: {route: /web, priority: 2000}\n"
    )
    ended = run("lock")
    assert ended.stdout.startswith("dev/web: priority ")
    assert ended.exit_code == 0
    dropped, asked, written, kept = ended.stderr.splitlines()
    assert dropped == "dev/gone: its entry has no meaning any more and is dropped"
    assert asked.startswith(nobody)
    assert written == "dockyard.lock is written; commit it"
    assert kept == "1 digest could not be asked for; what is locked of them is as it was"
    text = (tmp_path / "dockyard.lock").read_text()
    assert base in text
    assert run("lock").exit_code == 1
    assert (tmp_path / "dockyard.lock").read_text() == text
    (tmp_path / "listed").write_text(f'{{"{base}": {{"repository": "a", "tag": "b", "digest": "sha256:1"}}}}')
    monkeypatch.setenv("DOCKYARD_STAND_INS", str(tmp_path / "listed"))
    ended = run("lock")
    told = "1 digest could not be asked for (stand-ins of this machine take the place of 1); dockyard.lock is as it was\n"
    assert (ended.exit_code, ended.stderr, (tmp_path / "dockyard.lock").read_text()) == (1, told, text)
    monkeypatch.delenv("DOCKYARD_STAND_INS")
    before = run("tags").stdout
    assert run("lock", "--refresh").exit_code == 0
    assert run("tags").stdout != before


def test_a_rollback_outlives_the_lock_and_its_pin_goes_with_the_service(run, tmp_path):
    import json

    (tmp_path / "services/web/Dockerfile").write_text("FROM scratch")
    ((tag,), old) = ([row["tag"] for row in json.loads(run("tags", "--json").stdout)], "0" * 20)
    pins = "".join(f"  dev/{name}: {{tag: '{old}', instead_of: ['{tag}']}}\n" for name in ("web", "gone", "web.proxy"))
    (tmp_path / "dockyard.lock").write_text(f"pins:\n{pins}  none/web: {{tag: '{old}', instead_of: ['{tag}']}}\n")
    ended = run("lock", "--refresh")
    assert sorted(ended.stderr.splitlines()) == [
        f"dev/{name}: there is no such image any more; its pin is dropped" for name in ("gone", "web.proxy")
    ] + ["dockyard.lock is written; commit it", "none/web: there is no such image any more; its pin is dropped"]
    assert "refresh:" in (tmp_path / "dockyard.lock").read_text()
    assert [row["tag"] for row in json.loads(run("tags", "--json").stdout)] == [old]
    (tmp_path / "services/web/Dockerfile").write_text("FROM scratch\nUSER 1")
    assert [row["tag"] for row in json.loads(run("tags", "--json").stdout)] != [old]


def test_a_generated_dockerfile_becomes_the_apps_own(run, tmp_path):
    generated = run("dockerfile", "web").stdout
    ended = run("eject", "web")
    folder = tmp_path / "services/web"
    assert ended.stdout.split() == [str(folder / "Dockerfile"), str(folder / ".dockerignore")]
    assert (folder / "Dockerfile").read_text() == generated == run("dockerfile", "web").stdout
    assert "**/.venv" in (folder / ".dockerignore").read_text().splitlines()
    again = run("eject", "web")
    assert (again.exit_code, "has a Dockerfile of its own already" in again.stderr) == (2, True)


@pytest.mark.parametrize(("written", "ejected"), [("docs\n", "docs\n"), ("!.env.production\n", "**/*.log\n**/*.egg-info")])
def test_a_dockerignore_that_is_there_stays_unless_it_only_lets_in(run, tmp_path, written, ejected):
    file = tmp_path / "services/web/.dockerignore"
    file.write_text(written)
    assert run("eject", "web").exit_code == 0
    assert ejected in file.read_text()
    assert file.read_text().endswith(written)
    assert (file.read_text() == written) is (written == ejected)


def test_why_a_tag_is_another_one_needs_a_deploy_to_compare_with(run, tmp_path, monkeypatch):
    from dockyard.build.inputs import Inputs
    from dockyard.cli.session import Session

    class Site:
        inputs_file = tmp_path / "inputs.json"

    monkeypatch.setattr(Session, "site", Site)
    assert "nothing was deployed from here yet" in run("build", "--explain", "web").stdout
    from dockyard.build.inputs import write_inputs

    (recipe,) = Session(tmp_path).recipes(["web"])
    write_inputs(Site.inputs_file, {"web": Inputs.of(recipe)})
    assert "the same as in the last deploy" in run("build", "--explain", "web").stdout
    (tmp_path / "services/web/main.py").write_text("print(2)")
    assert "changed main.py" in run("build", "--explain", "web").stdout


def test_what_is_not_built_here_is_said(run, tmp_path):
    copied, named = tmp_path / "services/copied", tmp_path / "services/named"
    for folder, image in ((copied, "{from: nginx}"), (named, "{from: nginx, mirror: false}")):
        folder.mkdir()
        (folder / "service.yaml").write_text(f"kind: web\nimage: {image}\nhttp: {{path: /{folder.name}}}")
    assert "copied: its image is not built, but copied: dockyard mirror copied" in run("build", "copied").stderr
    assert "named: ECS takes its image from where service.yaml says" in run("build", "named").stderr


def test_what_counts_for_a_tag_is_told_without_an_account(run, monkeypatch):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SHARED_CREDENTIALS_FILE", "AWS_CONFIG_FILE"):
        monkeypatch.delenv(name, raising=False)
    told = run("build", "--explain")
    assert (told.exit_code, "nothing to compare with" in told.stderr, "web: tag " in told.stdout) == (0, True, True)


@pytest.mark.parametrize("jobs", ["0", "many", "65"])
def test_how_many_at_once_is_checked_where_a_variable_says_it(run, monkeypatch, jobs):
    monkeypatch.setenv("DOCKYARD_JOBS", jobs)
    assert run("push").exit_code == 2


def test_what_is_to_be_known_of_an_image_is_told_where_it_is_built_and_of_nothing_else(run, tmp_path, monkeypatch):
    monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/nobody")
    for name in ("web", "two"):
        (tmp_path / "services" / name).mkdir(exist_ok=True)
        (tmp_path / "services" / name / "service.yaml").write_text(f"kind: web\nhttp: {{path: /{name}}}")
        (tmp_path / "services" / name / "main.py").write_text("print(1)")
        (tmp_path / "services" / name / "requirements.txt").write_text("boto3\n")
    assert run("tags").stderr == ""
    told = [line for line in run("build", "two").stderr.splitlines() if "no exact version" in line]
    assert told == ["! two: requirements.txt says no exact version of boto3: two builds may differ"]
