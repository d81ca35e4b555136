"""Beside which files a package.json is no app, and ranges of versions."""

import pytest

from dockyard.build.detect import App, node
from dockyard.build.detect.javascript.ranges import allows, newest_major
from tests.unit.build.detect.cases.node import EXPRESS, package
from tests.unit.build.detect.test_cases import write

ASSETS = package(dev="vite laravel-vite-plugin", scripts={"dev": "vite", "build": "vite build"})


@pytest.mark.parametrize("file", ["manage.py", "Gemfile", "composer.json", "mix.exs", "go.mod", "Cargo.toml", "pom.xml", "build.gradle.kts",
                                  "shop.csproj", "requirements.txt", "pyproject.toml"])  # fmt: skip
@pytest.mark.parametrize(("content", "is_app"), [(ASSETS, False), (EXPRESS, True), (package(scripts={"start": "vite"}), False)])
def test_a_package_json_beside_another_app_is_one_only_with_a_server_of_its_own(tmp_path, file, content, is_app):
    write(tmp_path, {"package.json": content, file: ""})
    assert bool(node.marks(App(tmp_path))) is is_app


@pytest.mark.parametrize(
    ("line", "is_app"), [("gunicorn site:app", False), ("npm start", True), ("bundle exec puma", False), ("node a.js", True)]
)
def test_a_procfile_tells_whose_package_json_it_is(tmp_path, line, is_app):
    write(tmp_path, {"package.json": EXPRESS, "requirements.txt": "", "Procfile": f"web: {line}\n"})
    assert bool(node.marks(App(tmp_path))) is is_app


@pytest.mark.parametrize(
    ("text", "version", "allowed"),
    [("^0.2.3", "0.2.9", True), ("^0.2.3", "0.3.0", False), ("~1.2", "1.2.9", True), (">1.2", "1.2.9", False), ("<=1.2", "1.2.9", True),
     ("1.x", "1.9.0", True), ("nonsense", "1.0.0", False), ("1.0.0 - 2.0.0", "2.0.0", True), (">=1 <1", "1.0.0", False)],
)  # fmt: skip
def test_a_range_allows_what_npm_allows(text, version, allowed):
    assert allows(text, version) is allowed


def test_the_newest_part_of_a_major_that_a_range_allows():
    assert [newest_major(text, (24, 22)) for text in ("<22.3", "22.1.x", "<=22.4.1 >=22", ">=30", "none")] == [
        "22.2",
        "22.1",
        "22.4.1",
        "30",
        None,
    ]
