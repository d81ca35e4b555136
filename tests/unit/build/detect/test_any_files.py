"""Whatever is in the files of an app, it is an app or a told fault, never another error."""

import contextlib
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dockyard.build.detect import App, Wishes, asked, detect, languages
from dockyard.build.dockerfile import render
from dockyard.errors import BuildError

FILES = {
    "go": ("go.mod", "go.work", "main.go", "cmd/a/main.go", ".tool-versions"),
    "java": ("pom.xml", "build.gradle", "settings.gradle.kts", "gradle/libs.versions.toml", "gradle/wrapper/gradle-wrapper.properties", "gradlew", "Main.java"),
    "dotnet": ("a.csproj", "a.sln", "global.json", "Directory.Build.props"),
    "ruby": ("Gemfile", "Gemfile.lock", "config.ru", ".ruby-version", "mise.toml"),
    "php": ("composer.json", "composer.lock", "index.php", ".php-version"),
    "rust": ("Cargo.toml", "rust-toolchain.toml", "src/main.rs", "a/Cargo.toml"),
    "elixir": ("mix.exs", "elixir_buildpack.config", "assets/package.json"),
    "scala": ("build.sbt", "project/plugins.sbt", "system.properties"),
    "clojure": ("project.clj", "deps.edn", "build.clj"),
    "dart": ("pubspec.yaml", "bin/a.dart"),
    "swift": ("Package.swift", ".swift-version"),
    "crystal": ("shard.yml", "src/a.cr"),
    "haskell": ("stack.yaml", "package.yaml", "a.cabal"),
    "zig": ("build.zig", "build.zig.zon"),
    "gleam": ("gleam.toml", "manifest.toml"),
    "cpp": ("CMakeLists.txt", "meson.build"),
    "shell": ("start.sh", "Procfile"),
}  # fmt: skip
LINES = (
    "{", "}", "[", "]", "module ", "go 1", "go x", "toolchain go", "use (", "use ../x", "require (", "package main", "func main() {", "[package]", 'name = "a"',
    "name = 1", "[workspace]", 'members = ["*", "/x", "..", ""]', "members = 1", "[[bin]]", "[toolchain]", 'channel = "x"', "[tools]", "ruby = []", "php = {}",
    '{"require": {"php": 1, "ext-gd": [], "a/b": null}}', '{"require": []}', '{"packages": [1, {"require": 1}]}', '{"sdk": 1}', '{"sdk": {"version": "x"}}',
    '{"sdk": {"version": "9", "rollForward": 1}}', "<project>", "<project><modules><module>..</module></modules></project>", "<Project Sdk=''/>",
    "<Project><PropertyGroup><TargetFramework>net</TargetFramework></PropertyGroup></Project>", 'gem "rails"', "ruby '", "BUNDLED WITH", "PLATFORMS", "include ':a', '..'",
    "plugins { id 'application' }", "id('org.springframework.boot')", "alias(libs.plugins.a)", "sourceCompatibility = _", "sourceCompatibility = 1", "[plugins]", 'a = ":"', "a = 1",
    "distributionUrl=gradle-7", "distributionUrl=gradle-0.1", "app: :a", "releases: [", "{:a,", "apps_path:", "name := \"\"", "(defproject", ":main a.b", "sdk: flutter",
    '.executableTarget(name: "a")', "// swift-tools-version:", "targets:", "  a:", "    main: x", "executables:", "executable a", ".minimum_zig_version = \"1.0.0\"",
    "add_executable(${x})", "add_executable(a)", "executable('a')", "project(", "web: a 'b", "web: java -jar target/x.jar", "web: bin/", "web: sh -c", "web:  ", "web: ''", "web: heroku-php-apache2 ../", "web: mix", "ruby x", "ruby 1 2",
)  # fmt: skip
content = st.lists(st.sampled_from(LINES), max_size=5).map(lambda lines: "\n".join(lines).encode()) | st.binary(max_size=8)


def test_every_language_is_tried():
    assert {*FILES, "python", "node"} <= {*languages(), "deno", "static"}


@pytest.mark.parametrize("language", FILES)
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_an_app_is_recognised_or_its_faults_are_told(language, data):
    names = st.sampled_from([*FILES[language], "Procfile", "package.json"])
    files = data.draw(st.dictionaries(names, content, max_size=5))
    forced = data.draw(st.booleans())
    with tempfile.TemporaryDirectory() as folder:
        for name, written in files.items():
            path = Path(folder, name)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(written)
        with contextlib.suppress(BuildError):
            found = detect(Path(folder), Wishes(language=language if forced else None))
            assert render(found, base_prefix="").encode()
        app = App(Path(folder))
        for name in languages().keys() - set(asked(app)):
            with contextlib.suppress(BuildError):
                assert not languages()[name].marks(app)
