"""`dockyard init`: a project from nothing, beside what is there, and once more."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from hatchling.builders.wheel import WheelBuilder
from typer.testing import CliRunner

from dockyard import scaffold
from dockyard.cli.main import app
from dockyard.config import load_project

ROOT = Path(__file__).parents[3]


@pytest.fixture
def init(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["init", *arguments])


def test_a_project_is_there_and_its_commands_are_told(init, tmp_path):
    ended = init("My Shop")
    assert (ended.exit_code, ended.stdout.splitlines()) == (0, ["cd 'My Shop'", "npm ci", "dockyard up"])
    project = load_project(tmp_path / "My Shop")
    assert (project.name, list(project.environments), list(project.environment().services)) == (
        "my-shop",
        ["dev"],
        ["hello-python"],
    )
    for name in ("app.py", "cdk.json", "package-lock.json", "stacks/kinds/web.py", "services/hello-python/main.py"):
        assert (tmp_path / "My Shop" / name).read_bytes() == (ROOT / name).read_bytes()
    assert "dockyard[local]" in (tmp_path / "My Shop/requirements.txt").read_text()


def test_what_is_there_stays_and_what_it_lacks_is_told(init, tmp_path):
    (tmp_path / "package.json").write_text('{"name": "mine"}')
    (tmp_path / "requirements.txt").write_text("dockyard-of-others==1\n")
    (tmp_path / ".gitignore").write_text(".venv/\n/node_modules\n")
    ended = init("--name", "shop")
    assert ended.exit_code == 0
    assert (tmp_path / "package.json").read_text() == '{"name": "mine"}'
    assert "package.json lacks the CDK CLI that is pinned here: npm install --save-dev --save-exact aws-cdk@2." in ended.stderr
    assert not (tmp_path / "package-lock.json").exists()  # npm ci would refuse it beside another package.json
    assert "requirements.txt lacks dockyard[local]" in ended.stderr
    assert ".gitignore lacks /.dockyard/ /cdk.out/\n" in ended.stderr
    assert ended.stdout.splitlines() == ["npm install", "dockyard up"]


def test_pins_of_another_version_are_told_and_stay(init, tmp_path):
    init("--name", "shop")
    (tmp_path / "requirements.txt").write_text("dockyard[local]==0.0.9\n")
    (tmp_path / "package.json").write_text('{"dependencies": {"aws-cdk": "2.1000.0"}}')
    told = init("--force").stderr
    assert f"requirements.txt lacks {scaffold.requirement()} and has dockyard[local]==0.0.9" in told
    assert "package.json lacks the CDK CLI that is pinned here" in told
    assert "2.1000.0" in (tmp_path / "package.json").read_text()


def test_what_lies_about_beside_the_files_is_not_copied(tmp_path, monkeypatch):
    """As a .env does in a clone that somebody works in."""
    clone = tmp_path / "clone"
    for name in (*scaffold.files("shop"), "services/hello-python/.env", "services/hello-python/.venv/x.py", "stacks/.secret"):
        (clone / name).parent.mkdir(parents=True, exist_ok=True)
        (clone / name).write_text("x")
    monkeypatch.setattr(scaffold, "_PACKED", clone)
    assert not [name for name in scaffold.files("shop") if ".env" in name or ".venv" in name or "secret" in name]


def test_that_a_colleague_cannot_install_from_a_place_of_this_machine_is_told(init, monkeypatch):
    monkeypatch.setattr(scaffold, "requirement", lambda: "dockyard[local] @ file:///src/dockyard")
    assert "requirements.txt names a place of this machine; for others, name a repository or an index" in init("shop").stderr
    monkeypatch.setattr(scaffold, "requirement", lambda: "dockyard[local]==1.0")
    assert "place of this machine" not in init("other").stderr


def test_one_within_another_project_is_told(init):
    init("--name", "shop")
    ended = init("services/web")
    assert ended.exit_code == 0
    assert "services/web is within the project" in ended.stderr


@pytest.mark.parametrize("name", ["null", "true", "no", "on", "y"])
def test_a_name_that_yaml_takes_for_something_else_is_a_name(init, tmp_path, name):
    init(name)
    assert load_project(tmp_path / name).name == name


@pytest.mark.parametrize("force", [[], ["--force"]])
@pytest.mark.parametrize("taken", ["app.py", "cdk.json"])
def test_another_program_is_not_written_over(init, tmp_path, taken, force):
    (tmp_path / taken).write_text("print(1)")
    ended = init("--name", "shop", *force)
    assert (ended.exit_code, list(tmp_path.iterdir())) == (2, [tmp_path / taken])
    assert f"{taken} is there, and is no part of a project of Dockyard; nothing was written" in ended.stderr


def test_in_a_project_what_is_missing_is_written_and_its_own_stays(init, tmp_path):
    init("--name", "shop")
    (tmp_path / "stacks/logs.py").write_text("# mine")
    (tmp_path / "dockyard.yaml").write_text("name: other\nenvironments: {dev: {}}")
    (tmp_path / "cdk.json").unlink()
    (tmp_path / "services/hello-python/service.yaml").unlink()
    states = {one["file"]: one["state"] for one in json.loads(init("--json").stdout)}
    assert (states["stacks/logs.py"], states["cdk.json"], states["app.py"]) == ("kept", "written", "unchanged")
    assert (tmp_path / "stacks/logs.py").read_text() == "# mine"
    assert (tmp_path / "dockyard.yaml").read_text().startswith("name: other")
    assert not (tmp_path / "services/hello-python/service.yaml").exists()
    assert "stacks/logs.py: kept, another than this version's; --force writes over it" in init().stderr
    assert init("--force").exit_code == 0
    assert (tmp_path / "stacks/logs.py").read_bytes() == (ROOT / "stacks/logs.py").read_bytes()
    assert (tmp_path / "dockyard.yaml").read_text().startswith("name: other")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (
            ["1st"],
            'the application\'s name should be 1 to 20 lower-case letters, digits and single hyphens, a letter first, got "1st"',
        ),
        (["aws-shop"], "should not begin with aws or ssm"),
        (["--name", "Shop"], 'got "Shop"'),
        (["a-name-of-more-than-twenty"], "1 to 20"),
    ],
)
def test_a_name_that_cannot_be_is_told_before_anything_is_written(init, tmp_path, arguments, told):
    ended = init(*arguments)
    assert ended.exit_code == 2
    assert told in ended.stderr
    assert list(tmp_path.iterdir()) == []


def test_of_a_project_the_name_is_in_its_file(init):
    init("--name", "shop")
    ended = init("--name", "other")
    assert ended.exit_code == 2
    assert "whose dockyard.yaml has its name" in ended.stderr


def test_what_is_a_file_where_a_folder_is_to_be_is_told(init, tmp_path):
    (tmp_path / "shop").write_text("")
    ended = init("shop")
    assert ended.exit_code == 1
    assert "shop: File exists" in ended.stderr


@pytest.mark.parametrize(
    ("direct_url", "line"),
    [
        (None, "dockyard[local]==0.1.0"),
        ({"url": "file:///src/dockyard", "dir_info": {"editable": True}}, "dockyard[local] @ file:///src/dockyard"),
        (
            {"url": "https://example.com/d.git", "vcs_info": {"vcs": "git", "commit_id": "abc", "requested_revision": "main"}},
            "dockyard[local] @ git+https://example.com/d.git@abc",
        ),
    ],
)
def test_pip_installs_the_dockyard_that_is_installed_here(monkeypatch, direct_url, line):
    class Installed:
        def read_text(self, _):
            return json.dumps(direct_url) if direct_url else None

    monkeypatch.setattr(scaffold, "distribution", lambda _: Installed())
    assert scaffold.requirement() == line


_HASHES = """
import hashlib, json
from dockyard import scaffold
print(json.dumps({path: hashlib.sha256(text).hexdigest() for path, text in scaffold.files("shop").items()}))
"""


def test_a_wheel_writes_the_same_files(tmp_path):
    """By Python's own import from the wheel, as no other test reads what is packed."""
    wheel = next(iter(WheelBuilder(str(ROOT)).build(directory=str(tmp_path), versions=["standard"])))
    subprocess.run([sys.executable, "-m", "zipfile", "-e", wheel, str(tmp_path / "installed")], check=True)

    def hashes(where):
        ended = subprocess.run(
            [sys.executable, "-c", _HASHES],
            env={**os.environ, "PYTHONPATH": str(where)},
            check=True,
            capture_output=True,
            text=True,
        )
        return json.loads(ended.stdout)

    packed, here = hashes(tmp_path / "installed"), hashes(ROOT)
    assert packed.pop("requirements.txt")
    assert here.pop("requirements.txt")
    assert packed == here
    assert len(packed) > 40
