"""Whatever is in an app's folder, it has a recipe or a told fault, never another error."""

import contextlib
import json
import tempfile
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from dockyard.build import Bases
from dockyard.build.of_project import recipe
from dockyard.config import load_project
from dockyard.errors import BuildError

scalars = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.text(max_size=8)
    | st.sampled_from(
        [
            "node 'a",
            "node a.js",
            "main.py",
            "npm start",
            "npm run build && cd .. && x",
            "yarn workspace a start",
            "**/*",
            "../*",
            "apps/*",
            "^18 || x",
            "pnpm@1",
            "next start",
            "cd apps/a && npm start",
        ]
    )
)
keys = st.sampled_from(
    ["scripts", "start", "build", "main", "engines", "node", "dependencies", "devDependencies", "workspaces", "packages",
     "packageManager", "next", "vite", "tasks", "targets", "projects", "volta", "name", "prestart"]
)  # fmt: skip
json_values = st.recursive(
    scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=4), max_leaves=8
).map(lambda value: json.dumps(value).encode())
lines = st.lists(
    st.sampled_from(
        ["web: a 'b", "web: $PORT", "-r x", "-c requirements.txt", "-e .", "- 'a", "a==1 \\", "[project]", "dependencies = 1", "[build-system]",
         'dependencies = ["a\\nb", "c"]', "dependencies = [1]", "project = 2", "FROM ${a:-${b}", "FROM a \\", "RUN <<E", "ARG A=$A B", "!**/[a", "[z-a]", "**/*",
         "from flask import Flask", "app = Flask(__name__)", "from . import app", "from main import *", "def create_app(a=1): return Flask()", "[tool.poetry]",
         "[tool.poetry.dependencies]", "python = 3", 'requires-python = ">=3"', "[packages]", "flask = {extras = 1}", "[options]", "install_requires = a", "[tools]",
         "python = [1]", "python 3.12", "django DJANGO_SETTINGS_MODULE", "setup(install_requires=[1, 'a'])", "# /// script", "# ///", "[tool.uv]", "print 'old'"]
    ),
    max_size=4,
).map(lambda found: "\n".join(found).encode())  # fmt: skip
contents = json_values | lines | st.binary(max_size=12) | st.text(max_size=12).map(lambda text: text.encode("utf-16"))
names = [
    "package.json",
    "package-lock.json",
    "requirements.txt",
    "pyproject.toml",
    "Procfile",
    "Dockerfile",
    ".dockerignore",
    "main.py",
    ".nvmrc",
    "Pipfile",
    "Pipfile.lock",
    "poetry.lock",
    "uv.lock",
    "setup.cfg",
    "setup.py",
    "manage.py",
    "mise.toml",
    ".tool-versions",
    ".python-version",
    "runtime.txt",
    "yarn.lock",
    ".yarnrc.yml",
    "pnpm-lock.yaml",
    "pnpm-workspace.yaml",
    "bun.lock",
    "nx.json",
    "apps/a/project.json",
    "apps/a/package.json",
    "angular.json",
    "lerna.json",
    "deno.json",
    "main.ts",
    "next.config.js",
    "index.html",
    "Staticfile",
]


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(names), contents, max_size=6))
def test_an_app_ends_in_a_recipe_or_in_told_faults(files):
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        (root / "services/web").mkdir(parents=True)
        (root / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")
        (root / "services/web/service.yaml").write_text("kind: web")
        for name, content in files.items():
            path = root / "services/web" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        project = load_project(root)
        with contextlib.suppress(BuildError):
            made = recipe(project, "web", project.environment().services["web"], Bases())
            assert made
            assert made.tag
            made.dockerfile.encode()
