"""What an image is built from: named and not there is a fault like others, told with them."""

import pytest


@pytest.mark.parametrize(
    ("build", "text"),
    [
        ("context: src", "image.build.context: no folder at {root}/services/web/src"),
        ("context: main.py", "image.build.context: no folder at {root}/services/web/main.py"),
        ('context: "a\\0b"', "image.build.context: no folder at {root}/services/web/a\0b"),
        ("context: ../../..", "image.build.context: should be inside {root}, got ../../.."),
        ("context: out", "image.build.context: should be inside {root}, got out"),
        ("context: /etc", 'image.build.context: should be a path relative to the service\'s folder, got "/etc"'),
        ("dockerfile: Nope", "image.build.dockerfile: no file at {root}/services/web/Nope"),
        ("dockerfile: " + 300 * "x", "image.build.dockerfile: no file at {root}/services/web/" + 300 * "x"),
        ("dockerfile: out", "image.build.dockerfile: no file at {root}/services/web/out"),
        ("dockerfile: ~/Dockerfile", 'image.build.dockerfile: should be a path relative to the service\'s folder, got "~/Dockerfile"'),
        ("{context: out, dockerfile: Nope}", None),
    ],
)  # fmt: skip
def test_what_is_not_there_is_told_with_its_key(files, problem, build, text):
    files.write("services/web/main.py", "")
    (files.root / "services/web/out").symlink_to("/")
    found = problem(f"image: {{build: {build if build.startswith('{') else f'{{{build}}}'}}}")
    assert text is None or found == f"services/web/service.yaml: {text}".replace("{root}", str(files.root))


def test_it_is_told_with_the_faults_of_other_services(files):
    files.service("kind: web\ncpu: 0.3", name="a")
    files.service("kind: web\nhttp: {path: /b}\nimage: {build: {dockerfile: Nope}}", name="b")
    assert [text.split(": ")[:2] for text in files.problems()] == [
        ["services/a/service.yaml", "cpu"],
        ["services/b/service.yaml", "image.build.dockerfile"],
    ]


def test_what_is_there_may_be_anywhere_in_the_project(files):
    files.write("shared/Dockerfile", "FROM scratch")
    files.service("kind: web\nimage: {build: {context: ../../shared, dockerfile: Dockerfile}}")
    assert files.load().environment().services["web"].image.build.context == "../../shared"


@pytest.mark.parametrize(
    ("build", "text"),
    [
        ("platforms: [linux/arm]", "image.build.platforms[0]: should be linux/amd64 or linux/arm64"),
        ("platforms: []", "image.build.platforms: should have at least 1"),
        ("provenance: yes", "image.build.provenance: should be off, min or max"),
        ("secrets: {ca: {env: A}}", "image.build.secrets.ca: is Dockyard's own: the certificates of the machine that builds"),
        ("secrets: {a b: {env: A}}", "image.build.secrets.a b: should be an id of letters"),
        ("secrets: {npm: {}}", "image.build.secrets.npm: should have env or file, got neither"),
        ("secrets: {npm: {env: A, file: b}}", "image.build.secrets.npm: should have env or file, got both"),
        ("secrets: {npm: {env: A-B}}", "image.build.secrets.npm.env: should be a variable's name"),
    ],
)
def test_how_it_is_built_is_checked_before_anything_is(problem, build, text):
    assert problem(f"image: {{build: {{{build}}}}}").startswith(f"services/web/service.yaml: {text}")


def test_platforms_are_each_there_once_in_order(files):
    files.service("kind: web\nruns_on: ec2\nimage: {build: {platforms: [linux/arm64, linux/amd64, linux/arm64]}}")
    assert files.load().environment().services["web"].image.build.platforms == ("linux/amd64", "linux/arm64")


@pytest.mark.parametrize(
    ("written", "meant"), [("pyhton", "python"), ("nodejs", "node"), ("Rust", "rust"), ("cobol", None), ("[go]", None)]
)
def test_a_misspelt_language_is_told_with_the_one_that_is_meant(problem, written, meant):
    found = problem(f"image: {{build: {{language: {written}}}}}")
    assert found.startswith("services/web/service.yaml: image.build.language: should be python, node, deno, ")
    assert found.endswith(f"; did you mean {meant}?" if meant else ("got a list" if "[" in written else f'got "{written}"'))
