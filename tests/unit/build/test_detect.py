"""What an app is, from its files, and what is said where they do not tell."""

import json

import pytest

from dockyard.build.detect import Wishes, detect
from dockyard.build.dockerfile import render
from dockyard.errors import BuildError


def write(root, files):
    for name, text in files.items():
        (root / name).write_text(text if isinstance(text, str) else json.dumps(text))
    return root


@pytest.mark.parametrize(
    ("files", "start"),
    [
        ({"requirements.txt": "fastapi\nuvicorn[standard]", "main.py": "from fastapi import FastAPI\napi = FastAPI()"},
         "uvicorn main:api --host 0.0.0.0 --port 3000"),
        ({"requirements.txt": "starlette==1\nuvicorn", "app.py": "app: Starlette = Starlette(routes=[])"},
         "uvicorn app:app --host 0.0.0.0 --port 3000"),
        ({"requirements.txt": "Flask\ngunicorn", "app.py": "import flask\napp = flask.Flask(__name__)"},
         "gunicorn --bind 0.0.0.0:3000 app:app"),
        ({"pyproject.toml": '[project]\ndependencies = ["FastAPI[standard]>=0.1"]', "main.py": "app = FastAPI()"},
         "uvicorn main:app --host 0.0.0.0 --port 3000"),
        ({"main.py": "print(1)"}, "python main.py"),
        ({"requirements.txt": "x", "Procfile": "web: gunicorn --bind :$PORT site:app"}, "gunicorn --bind :3000 site:app"),
        ({"requirements.txt": "x", "Procfile": "web: cd src && python run.py"}, "sh -c cd src && exec python run.py"),
    ],
)  # fmt: skip
def test_a_python_app_is_started_by_the_server_that_it_has(tmp_path, files, start):
    assert " ".join(detect(write(tmp_path, files), Wishes(port=3000)).start) == start


@pytest.mark.parametrize(
    ("package", "start"),
    [
        ({"scripts": {"start": "node server.js --x"}}, "node server.js --x"),
        ({"scripts": {"start": "NODE_ENV=production node server.js"}}, "node server.js"),
        ({"scripts": {"start": "next start && true"}}, "next start"),
        ({"main": "lib/app.js"}, "node lib/app.js"),
        ({}, "node index.js"),
    ],
)
def test_a_node_app_is_started_without_npm_where_that_is_possible(tmp_path, package, start):
    """npm does not hand SIGTERM on to what it starts."""
    (tmp_path / "lib").mkdir()
    files = {"package.json": package, "package-lock.json": {}, "lib/app.js": "", "index.js": ""}
    assert " ".join(detect(write(tmp_path, files), Wishes(port=8080)).start) == start


def test_versions_come_from_the_apps_own_files(tmp_path):
    python, node = tmp_path / "python", tmp_path / "node"
    python.mkdir()
    node.mkdir()
    found = detect(write(python, {"main.py": "", ".python-version": "3.12.4\n"}), Wishes(port=1))
    assert (found.version, found.sources["version"]) == ("3.12.4", ".python-version")
    found = detect(write(node, {"package.json": {"engines": {"node": ">=20"}, "main": "a.js"}, "a.js": ""}), Wishes(port=1))
    assert found.version == "24"
    found = detect(write(node, {".nvmrc": "v22.1"}), Wishes(port=1))
    assert (found.version, found.sources["version"]) == ("22.1", ".nvmrc")


def test_a_build_script_is_run(tmp_path):
    files = {"package.json": {"scripts": {"build": "tsc", "start": "node dist/a.js"}}, "package-lock.json": {}}
    assert detect(write(tmp_path, files), Wishes(port=1)).build == ("npm run build",)


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"README": ""}, "no app recognised"),
        ({"requirements.txt": "x"}, "no start command found"),
        ({"package.json": {}}, "no start command found"),
        ({"package.json": "{"}, "package.json: not valid JSON"),
        ({"package.json": "[" * 100000}, "package.json: not valid JSON: nested too deeply"),
        ({"package.json": '{"scripts": {"start": "\\ud800"}}'}, "package.json: not valid JSON"),
        ({"package.json": "[]"}, "package.json: should be a mapping of keys, got a list"),
        ({"package.json": {"scripts": "build"}}, 'package.json: scripts: should be a mapping of keys, got "build"'),
        ({"package.json": {"scripts": {"start": ["a"]}}}, "package.json: scripts.start: should be text, got a list"),
        ({"package.json": {"scripts": {"start": "node 'a"}}}, "package.json: scripts.start: no closing quotation in: node 'a"),
        ({"package.json": {"main": 1}}, "package.json: main: should be text, got 1"),
        ({"main.py": "", "Procfile": 'web: python "a'}, 'Procfile: web: no closing quotation in: python "a'),
        ({"pyproject.toml": "["}, "pyproject.toml: not valid TOML"),
        ({"pyproject.toml": "project = 1"}, "pyproject.toml: project: should be a mapping of keys, got 1"),
        ({"pyproject.toml": '[project]\ndependencies = "a"'}, 'pyproject.toml: project.dependencies: should be a list, got "a"'),
        ({"pyproject.toml": "[project]\ndependencies = [1]"}, "project.dependencies: should be a list of texts, got 1 in it"),
    ],
)
def test_where_the_files_do_not_tell_it_is_said_what_to_add(tmp_path, files, message):
    with pytest.raises(BuildError, match=message) as caught:
        detect(write(tmp_path, files), Wishes(port=8080))
    assert caught.value.hint


def test_an_app_that_is_no_package_has_its_dependencies_installed_by_name(tmp_path):
    """`pip install .` would look for a package in it, and fail where there are two modules."""
    pyproject = '[project]\nname = "a"\ndependencies = ["starlette>=1", "uvicorn[standard]"]\n'
    found = detect(write(tmp_path, {"pyproject.toml": pyproject, "main.py": "app = Starlette()", "db.py": ""}), Wishes(port=1))
    text = render(found, base_prefix="")
    assert "pip install 'starlette>=1' 'uvicorn[standard]'\n" in text
    (tmp_path / "pyproject.toml").write_text(
        pyproject + '[build-system]\nrequires = ["hatchling"]\nbuild-backend = "hatchling.build"\n'
    )
    assert "pip install .\n" in render(detect(tmp_path, Wishes(port=1)), base_prefix="")


@pytest.mark.parametrize(
    ("line", "start"),
    [("node server.js --port $PORT", "node server.js --port 3000"), ("A=1 node server.js", "sh -c exec env A=1 node server.js")],
)
def test_a_procfile_of_a_node_app_is_told_the_port(tmp_path, line, start):
    assert " ".join(detect(write(tmp_path, {"package.json": {}, "Procfile": f"web: {line}"}), Wishes(port=3000)).start) == start


@pytest.mark.parametrize(("port", "is_told"), [(None, True), (8080, True), (3000, False)])
def test_a_port_that_the_source_has_in_it_is_told_where_service_yaml_has_another(tmp_path, port, is_told):
    files = {"package.json": {"dependencies": {"express": "5"}}, "index.js": "app.listen(3000)"}
    found = detect(write(tmp_path, files), Wishes(port=port))
    assert any("set port: 3000 in service.yaml" in text for text in found.warnings) is is_told
    assert found.port == (port or 3000)
