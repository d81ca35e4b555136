"""Python apps, from made-up ones of every kind."""

import json

import pytest

from dockyard.build.detect import Wishes, detect
from dockyard.build.detect.app import App
from dockyard.build.detect.python import marks
from dockyard.build.detect.python.version import fitting
from dockyard.build.dockerfile import render
from dockyard.errors import BuildError
from tests.unit.build.detect.cases.python import BUILD_SYSTEM, FASTAPI, FLASK, pyproject


def write(root, files):
    for name, content in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(content if isinstance(content, str) else json.dumps(content))
    return root


@pytest.mark.parametrize(
    "files",
    [
        {"package.json": {}, "script.py": "print(1)"},
        {"package.json": {"scripts": {"start": "next start"}}, "requirements.txt": "fastapi", "api/index.py": FASTAPI},
        {"go.mod": "", "requirements.txt": "pre-commit", "tools.py": ""},
        {"Gemfile": "", "pyproject.toml": "[tool.black]\n"},
        {"README.md": ""},
    ],
)
def test_what_is_of_another_language_is_left_to_it(tmp_path, files):
    assert marks(App(write(tmp_path, files))) == ()


def rendered(root, files, *, mounts=True, **wishes):
    return render(detect(write(root, files), Wishes(language="python", **wishes)), base_prefix="", mounts=mounts)


def test_libraries_are_built_in_the_build_stage_and_their_parts_that_run_are_in_the_image(tmp_path):
    build, _, run = rendered(
        tmp_path, {"requirements.txt": "psycopg2==2.9\n-e git+https://example.com/a.git#egg=a\n", "main.py": ""}
    ).partition("\nFROM ")
    assert "apt-get install -y --no-install-recommends gcc git libc6-dev libpq-dev &&" in build
    assert "apt-get install -y --no-install-recommends libpq5 &&" in run
    assert "gcc" not in run
    assert "apt-get" not in rendered(tmp_path, {"requirements.txt": "psycopg[binary]\npsycopg2-binary\nnumpy"})


def test_a_server_is_brought_behind_what_takes_away_all_that_is_not_locked(tmp_path):
    files = {
        "uv.lock": "",
        "pyproject.toml": pyproject("flask", more=BUILD_SYSTEM),
        "src/shop/__init__.py": "",
        "src/shop/web.py": FLASK,
    }
    text = rendered(tmp_path, files, mounts=False)
    assert "\nRUN uv sync --frozen --no-dev --no-editable && pip install gunicorn==" in text
    assert text.count("pip install gunicorn") == 1
    assert "PYTHONPATH=/app/src\n" in text


def test_a_tool_that_does_not_run_on_an_old_python_is_an_older_one(tmp_path):
    files = {"poetry.lock": "", "pyproject.toml": '[tool.poetry.dependencies]\npython = "~3.9"\n', "main.py": ""}
    assert "pip install poetry==2.2.1 " in rendered(tmp_path, files)


@pytest.mark.parametrize(
    ("files", "signal"),
    [
        ({"requirements.txt": "flask\ngunicorn", "main.py": FLASK}, None),
        ({"main.py": "while True: ..."}, "SIGINT"),
        ({"main.py": "import signal\nsignal.signal(signal.SIGTERM, print)"}, None),
        ({"requirements.txt": "flask\nwaitress", "main.py": FLASK}, "SIGINT"),
        ({"Procfile": "web: cd a && ./run", "main.py": ""}, None),
    ],
)
def test_what_sigterm_would_not_end_is_ended_as_by_a_key(tmp_path, files, signal):
    """The first process of a container gets no default handling of SIGTERM."""
    assert (f"\nSTOPSIGNAL {signal}\n" if signal else "\nUSER") in (text := rendered(tmp_path, files))
    assert ("STOPSIGNAL" in text) is (signal is not None)


def test_a_framework_that_is_told_by_variables_has_them(tmp_path):
    text = rendered(tmp_path, {"requirements.txt": "gradio", "app.py": "import gradio"}, port=7000)
    assert "GRADIO_SERVER_NAME=0.0.0.0 GRADIO_SERVER_PORT=7000" in text


@pytest.mark.parametrize(
    ("files", "warning"),
    [
        ({"main.py": "from aiohttp import web\nweb.run_app(app, port=9000)"}, "main.py has port 9000 written out, and port is 80: take it from PORT, or set port: 9000"),
        ({"main.py": "import uvicorn\nuvicorn.run(app, host='127.0.0.1')"}, "main.py listens on 127.0.0.1, where nothing outside of its container reaches it"),
        ({"shop-web/__main__.py": "from flask import Flask\napp = Flask(__name__)\napp.run(port=80)"}, "shop-web/__main__.py listens on 127.0.0.1, where nothing outside of its container reaches it"),
        ({"main.py": FASTAPI, "requirements.txt": "httpx==1\nuvicorn==1"}, "main.py uses fastapi, which is not among the dependencies"),
        ({"main.py": "", "requirements.txt": "httpx\nrich>=1"}, "requirements.txt says no exact version of httpx, rich: two builds may differ"),
        ({"main.py": "", ".python-version": "3.8"}, "Python 3.8 gets no security fixes any more"),
        ({"main.py": FLASK, "requirements.txt": "flask", "package.json": {"scripts": {"build": "vite build"}}}, "package.json has a build script, which is not run: commit what it makes, or add a Dockerfile"),
    ],
)  # fmt: skip
def test_what_may_surprise_is_told(tmp_path, files, warning):
    assert warning in detect(write(tmp_path, files), Wishes(language="python", port=80)).warnings


def test_where_nothing_is_started_it_is_said_what_to_add(tmp_path):
    with pytest.raises(BuildError, match=r"no start command found in .* \(looked for Procfile, manage\.py") as caught:
        detect(write(tmp_path, {"requirements.txt": "httpx"}), Wishes())
    assert "Procfile" in caught.value.hint


LIBRARY = '"""Sums."""\nfrom os import path\n\nRATE = 0.2\n\ndef total(lines):\n    return sum(lines)\n\nclass Fault(Exception):\n    pass\n'


@pytest.mark.parametrize("name", ["lib.py", "main.py", "src/main.py"])
def test_a_file_that_runs_nothing_is_not_started(tmp_path, name):
    with pytest.raises(BuildError, match=rf"^no start command found in .*; only functions and classes are in {name}$"):
        detect(write(tmp_path, {"requirements.txt": "flask==3.1.0", name: LIBRARY}), Wishes())


@pytest.mark.parametrize(
    "end", ["total([])", "result = total([])", "for line in (): pass", "if __name__ == '__main__': total([])"]
)
def test_a_file_that_may_run_something_is_started(tmp_path, end):
    assert detect(write(tmp_path, {"lib.py": LIBRARY + end}), Wishes()).start == ("python", "lib.py")


@pytest.mark.parametrize(
    ("requirement", "python"),
    [("Django==2.2.6", "3.9"), ("django[argon2]==4.2.1; python_version > '3'", "3.12"), ("Django>=4.2,<5", "3.12"), ("django<2", "3.7"),
     ("django", None), ("django>=3", None), ("django~=5.1.0", None), ("django==5", None), ("django @ git+https://x.example/d", None)],
)  # fmt: skip
def test_a_django_of_years_ago_has_the_newest_python_that_it_runs_on(requirement, python):
    assert fitting(requirement) == python


def test_an_app_of_reflex_needs_a_dockerfile(tmp_path):
    write(
        tmp_path,
        {"requirements.txt": "reflex==0.8.0\n", "rxconfig.py": "import reflex\n", "shop/shop.py": "app = reflex.App()\n"},
    )
    with pytest.raises(BuildError, match="is one of Reflex, which listens on two ports"):
        detect(tmp_path)
    assert detect(tmp_path, Wishes(start="reflex run --env prod")).start == ("reflex", "run", "--env", "prod")


@pytest.mark.parametrize(
    ("files", "is_left_out"),
    [
        ({"pyproject.toml": pyproject("flask", more=BUILD_SYSTEM)}, True),
        ({"setup.py": "from setuptools import setup\nsetup(name='a')\n"}, True),
        ({"requirements.txt": "flask==3\n"}, False),
        ({"setup.py": "", "requirements.txt": "./dist/a-1-py3-none-any.whl\n"}, False),
        ({"setup.py": "", "requirements.txt": "-f dist\na==1\n"}, False),
        ({"pyproject.toml": pyproject("a", more=f'[tool.uv.sources]\na = {{path = "dist/a.whl"}}\n{BUILD_SYSTEM}')}, False),
        ({"setup.py": "", "build/__init__.py": ""}, False),
    ],
)
def test_packages_that_were_made_of_an_app_are_no_source(tmp_path, files, is_left_out):
    found = detect(write(tmp_path, {**files, "app.py": FLASK}), Wishes(language="python"))
    assert ("dist/*.whl" in found.left_out) is is_left_out


@pytest.mark.parametrize("lock", [{"uv.lock": ""}, {}])
def test_a_workspace_of_uv_without_a_start_is_told_how_a_member_is_started(tmp_path, lock):
    files = {
        "pyproject.toml": '[tool.uv.workspace]\nmembers = ["apps/*"]\n',
        "apps/api/pyproject.toml": pyproject("fastapi"),
        **lock,
    }
    with pytest.raises(BuildError, match="no start command found") as caught:
        detect(write(tmp_path, {**files, "apps/api/main.py": FASTAPI}))
    assert "uvicorn --app-dir apps/api main:app" in caught.value.hint


LOCKED = """
[[package]]
name = "shop"
source = {{ virtual = "." }}
dependencies = [{{ name = "api", extra = ["web"] }}]
[package.dev-dependencies]
dev = [{{ name = "gunicorn" }}]
[[package]]
name = "api"
source = {{ registry = "https://pypi.org/simple" }}
dependencies = [{{ name = "fastapi" }}]
[package.optional-dependencies]
{extra} = [{{ name = "uvicorn" }}]
[[package]]
name = "uvicorn"
[[package]]
name = "gunicorn"
"""


@pytest.mark.parametrize(
    ("lock", "source", "brought"),
    [
        (LOCKED.format(extra="web"), FASTAPI, None),
        (LOCKED.format(extra="other"), FASTAPI, "uvicorn"),
        (LOCKED.format(extra="web"), FLASK, "gunicorn"),
        ('no TOML: "uvicorn"', FASTAPI, "uvicorn"),
        ('package = 3 # "uvicorn"', FASTAPI, "uvicorn"),
    ],
)
def test_a_server_that_the_lock_of_uv_installs_is_not_brought(tmp_path, lock, source, brought):
    found = detect(write(tmp_path, {"uv.lock": lock, "pyproject.toml": pyproject("api[web]"), "main.py": source}))
    assert any(text.startswith("no server is among") for text in found.warnings) is bool(brought)
    assert (f"pip install {brought}==" in found.details["install"]) is bool(brought)
