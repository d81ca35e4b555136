"""What is common to all languages: which one an app is, versions of tool managers, what is no source."""

import pytest

from dockyard.build.detect import App, Wishes, detect, languages, left_out
from dockyard.build.detect.versions import pinned
from dockyard.config.image import Language
from dockyard.errors import BuildError
from tests.unit.build.detect.test_cases import write

GO = {"go.mod": "module x\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {\n}\n"}


def test_service_yaml_may_name_each_language_that_is_known():
    assert set(Language.__args__) == set(languages())


def test_of_two_apps_in_a_folder_service_yaml_says_which(tmp_path):
    write(tmp_path, {**GO, "Gemfile": "", "app.rb": ""})
    with pytest.raises(
        BuildError, match=r"two apps seem to be in .*: go by go\.mod, main\.go; ruby by Gemfile, app\.rb"
    ) as caught:
        detect(tmp_path)
    assert "image: {build: {language: go}}" in caught.value.hint
    assert detect(tmp_path, Wishes(language="ruby")).language == "ruby"


@pytest.mark.parametrize(
    ("file", "text", "path"),
    [
        ("Cargo.toml", '[package]\nname = "a"\n[dependencies]\nlib = { path = "../lib" }\n', "../lib"),
        ("Cargo.toml", '[package]\nname = "a"\n[dev-dependencies]\nlib = { path = "/lib" }\n', "/lib"),
        ("gleam.toml", 'name = "a"\n[dependencies]\nlib = { path = ".." }\n', r"\.\."),
        ("mix.exs", '  [app: :a, deps: [\n    {:lib, path: "~/lib", override: true}\n  ]]\n', "~/lib"),
    ],
)
def test_what_depends_on_a_path_outside_of_the_folder_cannot_be_built(tmp_path, file, text, path):
    write(tmp_path, {file: text, "src/main.rs": "fn main() {}\n", "src/a.gleam": ""})
    with pytest.raises(BuildError, match=f"{file}: depends on {path}, which is outside of") as caught:
        detect(tmp_path)
    assert "image.build.context" in caught.value.hint


@pytest.mark.parametrize("taken", ["edition.workspace = true\n", "[dependencies]\nserde = { workspace = true }\n"])
def test_a_package_of_rust_needs_the_workspace_that_it_takes_from(tmp_path, taken):
    write(tmp_path, {"Cargo.toml": f'[package]\nname = "a"\n{taken}', "src/main.rs": "fn main() {}\n"})
    with pytest.raises(
        BuildError, match=r"Cargo\.toml takes (edition|serde) from a workspace, whose Cargo\.toml is not in"
    ) as caught:
        detect(tmp_path)
    assert "image.build.context" in caught.value.hint
    (tmp_path / "Cargo.toml").write_text(f'[workspace]\n[package]\nname = "a"\n{taken}')
    assert detect(tmp_path).start == ("bin/a",)


def test_a_package_of_gleam_without_a_program_is_no_app(tmp_path):
    write(tmp_path, {"gleam.toml": 'name = "a"\n', "src/a/web.gleam": "pub fn main() {}\n"})
    with pytest.raises(BuildError, match=r"no program found in .* \(looked for src/a\.gleam\)"):
        detect(tmp_path)


@pytest.mark.parametrize("more", ["<PropertyGroup><IsTestProject>true</IsTestProject></PropertyGroup>", ""])
def test_projects_with_tests_alone_are_no_app(tmp_path, more):
    write(tmp_path, {"Shop.csproj": f'<Project Sdk="{"Microsoft.NET.Sdk" if more else "MSTest.Sdk/3.6"}">{more}</Project>'})
    with pytest.raises(BuildError, match="no project found"):
        detect(tmp_path)


@pytest.mark.parametrize(
    ("files", "tool"),
    [
        ({"index.html": '<link data-trunk rel="css" href="a.css" />'}, "trunk"), ({"Trunk.toml": "[build]\n"}, "trunk"), ({"Dioxus.toml": ""}, "dx"),
        ({"Cargo.toml": '[package]\nname = "a"\n[package.metadata.leptos]\nbin-features = ["ssr"]\n'}, "cargo-leptos"),
        ({"Cargo.toml": '[workspace]\nmembers = ["web"]\n[[workspace.metadata.leptos]]\nname = "a"\n', "web/Cargo.toml": '[package]\nname = "web"\n', "web/src/main.rs": ""}, "cargo-leptos"),
    ],
)  # fmt: skip
def test_what_runs_in_a_browser_is_not_built_by_cargo_alone(tmp_path, files, tool):
    write(tmp_path, {"Cargo.toml": '[package]\nname = "a"\n', "src/main.rs": "fn main() {}\n", **files})
    with pytest.raises(BuildError, match=f"is built by {tool}, as what it makes runs in a browser") as caught:
        detect(tmp_path)
    assert "add a Dockerfile" in caught.value.hint
    assert detect(tmp_path, Wishes(start="bin/web")).start == ("bin/web",)


def test_a_library_by_gradle_is_no_app(tmp_path):
    write(tmp_path, {"build.gradle": "apply plugin: 'java'\n", "src/main/java/a/Twice.java": "package a;\n\nclass Twice {\n}\n"})
    with pytest.raises(BuildError, match="no class with a main method found"):
        detect(tmp_path)


def test_pages_that_are_yet_to_be_built_are_not_served_as_they_are(tmp_path):
    write(tmp_path, {"index.html": "---\nlayout: default\n---\n{{ content }}\n", "_config.yml": "title: a\n"})
    with pytest.raises(BuildError, match=r"index\.html begins with settings for Jekyll") as caught:
        detect(tmp_path)
    assert "gem 'jekyll'" in caught.value.hint


def test_a_function_in_php_needs_a_start_command(tmp_path):
    write(tmp_path, {"index.php": "<?php\n", "composer.json": {"require": {"google/cloud-functions-framework": "^1.0"}}})
    with pytest.raises(BuildError, match="is a function, which Apache does not call") as caught:
        detect(tmp_path)
    assert "php -S 0.0.0.0:8080 vendor/google/cloud-functions-framework/router.php" in caught.value.hint
    assert detect(tmp_path, Wishes(start="php -S 0.0.0.0:8080 x.php")).start[:2] == ("php", "-S")


def test_where_nothing_is_recognised_it_is_told_what_was_looked_for_and_what_is_there(tmp_path):
    write(tmp_path, {"notes.txt": ""})
    with pytest.raises(
        BuildError, match=r"^no app recognised in \S+: it has notes\.txt \(known are apps in python, node, "
    ) as caught:
        detect(tmp_path)
    assert len(str(caught.value)) < len(str(tmp_path)) + 250
    (looked_for,) = caught.value.__notes__
    assert all(file in looked_for for file in ("go.mod", "pom.xml", "Gemfile", "start.sh"))
    assert "image: {build: {language: …" in caught.value.hint


def test_projects_for_net_beside_an_app_in_another_language_are_two_apps(tmp_path):
    write(tmp_path, {"api/Api.csproj": "<Project/>", "web/package.json": {}})
    with pytest.raises(BuildError, match="no app recognised") as caught:
        detect(tmp_path)
    assert caught.value.hint.startswith("apps seem to be in api (dotnet), web (node): ")


def test_where_the_folders_below_have_apps_they_are_told(tmp_path):
    files = {
        "api/go.mod": "module x\n",
        "api/main.go": "",
        "src/Web/Web.csproj": "<Project/>",
        "shop/index.php": "",
        "docs/index.php": "",
    }
    write(tmp_path, files)
    with pytest.raises(BuildError, match="no app recognised") as caught:
        detect(tmp_path)
    told = "apps seem to be in api (go), shop (php), src/Web (dotnet): set in service.yaml image: {build: {context: …}} to one of them"
    assert caught.value.hint == told


@pytest.mark.parametrize(
    ("files", "tools", "found"),
    [
        ({".tool-versions": "# go\ngolang 1.23.1 1.22 # x\n"}, ("go", "golang"), ("1.23.1", ".tool-versions")),
        ({".tool-versions": "ruby system\n", "mise.toml": '[tools]\nruby = "3.3"\n'}, ("ruby",), ("3.3", "mise.toml")),
        ({".mise.toml": '[tools]\njava = ["temurin-21", "17"]\n'}, ("java",), ("temurin-21", ".mise.toml")),
        ({".config/mise.toml": '[tools]\ngo = {version = "1.22"}\n'}, ("go",), ("1.22", ".config/mise.toml")),
        ({"mise.toml": "[tools]\nphp = 8.3\n"}, ("php",), ("8.3", "mise.toml")),
        ({"mise.toml": '[tools]\nphp = "latest"\n'}, ("php",), None),
        ({"mise.toml": '[tools]\nphp = "ref:v8"\n', ".tool-versions": "php\n"}, ("php",), None),
        ({}, ("php",), None),
    ],
)
def test_versions_that_tool_managers_pin(tmp_path, files, tools, found):
    write(tmp_path, files)
    assert pinned(App(tmp_path), *tools) == found


def test_what_a_build_on_the_users_machine_left_is_no_source():
    assert "target" in left_out("rust")
    assert "**/obj" in left_out("dotnet")
    assert left_out("go") == ()


OTHERS = (
    "the Procfile has release, worker, which this image does not start: make of each a service of kind task or worker, with its "
    "command as image.build.start"
)


@pytest.mark.parametrize(
    ("procfile", "start", "warnings"),
    [
        ("release: python migrate.py\nweb: python main.py\nworker: python work.py", None, [OTHERS]),
        ("release: python migrate.py\nweb: python main.py\nworker: python work.py", "python work.py", []),
        ("# comment: x\nweb: python main.py\n", None, []),
    ],
)
def test_what_a_procfile_has_beside_web_is_told_unless_a_command_is_named(tmp_path, procfile, start, warnings):
    (tmp_path / "main.py").write_text("print(1)")
    (tmp_path / "Procfile").write_text(procfile)
    found = detect(tmp_path, Wishes(start=start))
    assert [text for text in found.warnings if "Procfile" in text] == warnings
