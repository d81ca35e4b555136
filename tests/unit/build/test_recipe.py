"""The tag: the same for the same content, another where the image would be another."""

import textwrap

import pytest

from dockyard.build import Bases
from dockyard.build.of_project import recipe
from dockyard.build.secrets import check_build_secrets
from dockyard.config import load_project
from dockyard.errors import BuildError


@pytest.fixture
def made(tmp_path):
    """The recipe of a service with these files."""
    (tmp_path / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")

    def make(bases=None, **files):
        files = {"service.yaml": "kind: web", "main.py": "print(1)", **files}
        for name, text in files.items():
            path = tmp_path / "services/web" / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(textwrap.dedent(text))
        project = load_project(tmp_path)
        return recipe(project, "web", project.environment().services["web"], bases or Bases())

    return make


def test_the_same_content_gives_the_same_tag_and_a_valid_one(made):
    tag = made().tag
    assert made().tag == tag
    assert len(tag) == 20
    assert int(tag, 16)


def test_the_repository_is_the_apps_and_the_services(made):
    assert made().repository == "shop/web"


@pytest.mark.parametrize(
    "files",
    [
        {"main.py": "print(2)"},
        {"new.py": ""},
        {"service.yaml": "kind: web\nport: 9000"},  # EXPOSE and PORT of the generated Dockerfile
        {"service.yaml": "kind: web\nimage: {build: {args: {A: b}}}"},
        {"service.yaml": "kind: web\nimage: {build: {target: build}}"},
        {"service.yaml": "kind: web\nimage: {build: {platforms: [linux/arm64]}}"},
        {"service.yaml": "kind: web\nimage: {build: {platforms: [linux/amd64, linux/arm64]}}"},
        {"service.yaml": "kind: web\nimage: {build: {sbom: true}}"},
        {"Dockerfile": "FROM scratch"},
        {".python-version": "3.12"},
    ],
)
def test_what_changes_the_image_changes_the_tag(made, files):
    assert made().tag != made(**files).tag


@pytest.mark.parametrize(
    "files",
    [
        {"service.yaml": "kind: web\ncount: 4\ncpu: 1\nmemory: 2048\nenv: {A: b}"},
        {"service.yaml": "kind: web\nimage: {build: {ssh: true, secrets: {a: {env: B}}}}"},
        {"node_modules/x.js": "1"},
        {"app.log": "1"},
    ],
)
def test_what_does_not_change_the_image_does_not_change_the_tag(made, files):
    assert made().tag == made(**files).tag


def test_names_give_the_same_tag_composed_and_decomposed(made, tmp_path):
    """Decomposed, café comes before cafz; composed, after it."""
    tags = []
    for name in ("caf\u00e9", "cafe\u0301"):
        made(**{name: "1", "cafz": "2"})
        (tmp_path / "services/web/link").symlink_to(name)
        tags.append(made().tag)
        (tmp_path / "services/web/link").unlink()
        (tmp_path / "services/web" / name).unlink()
    assert tags[0] == tags[1]


def test_what_the_users_own_builds_leave_in_the_folder_does_not_change_the_tag(made):
    files = {
        "service.yaml": "kind: web\nimage: {build: {language: rust}}", "Cargo.toml": '[package]\nname = "a"', "Cargo.lock": "", "src/main.rs": "",
    }  # fmt: skip
    assert made(**files).tag == made(**files, **{"target/release/a": "1"}).tag
    assert made(**files).tag != made(**files, **{"target/release/a": "1", ".dockerignore": "x"}).tag


@pytest.mark.parametrize(
    ("app", "left"),
    [
        ({"package.json": '{"dependencies": {"next": "15"}, "scripts": {"build": "next build", "start": "next start"}}'},
         {".next/BUILD_ID": "1", "coverage/lcov.info": "1", "tsconfig.tsbuildinfo": "1", ".turbo/turbo-build.log": "1"}),
        ({"pyproject.toml": '[project]\nname = "a"\n[build-system]\nrequires = ["setuptools"]'},
         {"a.egg-info/PKG-INFO": "1", "dist/a.whl": "1", "build/lib/a.py": "1", ".coverage": "1", ".tox/a.py": "1", "htmlcov/a.html": "1"}),
    ],
)  # fmt: skip
def test_what_an_apps_own_tools_leave_does_not_change_the_tag(made, app, left):
    language = "node" if "package.json" in app else "python"
    files = {"service.yaml": f"kind: web\nimage: {{build: {{language: {language}}}}}", **app}
    assert made(**files).tag == made(**files, **left).tag
    assert made(**files).tag != made(**files, **{"dist/index.html": "1"}).tag


@pytest.mark.parametrize(
    ("framework", "files", "told"),
    [
        ("next", {".env.production": "NEXT_PUBLIC_A=1\nB=2\n"}, "NEXT_PUBLIC_A, B from it: if it holds no secrets"),
        ("vite", {".env": "SECRET=1\nVITE_A=1\n"}, "would read VITE_A from it"),
        ("vite", {".env": "SECRET=1\n"}, None),
        ("vite", {".env.production": "VITE_A=1\n", ".dockerignore": "!.env.production\n"}, None),
        ("vite", {".env.production": "VITE_A=1\n", ".dockerignore": ".env*\n"}, None),
        ("express", {".env.production": "VITE_A=1\n"}, None),
    ],
)
def test_a_file_of_variables_that_the_build_would_read_is_told_with_the_line_that_lets_it_in(made, framework, files, told):
    package = f'{{"dependencies": {{"{framework}": "1"}}, "scripts": {{"build": "{framework} build", "start": "node main.js"}}}}'
    found = made(
        **{"service.yaml": "kind: web\nimage: {build: {language: node}}", "package.json": package, "main.js": "", **files}
    )
    said = [text for text in found.cautions if ".env" in text]
    assert len(said) == bool(told)
    assert all(told in text and text.endswith(f".dockerignore: !{next(iter(files))}") for text in said)


def test_a_file_with_a_secret_is_no_file_of_the_build(made):
    """Whatever the Dockerfile takes, and wherever the file is."""
    files = {
        "service.yaml": "kind: web\nimage: {build: {secrets: {a: {file: './k[e]y'}, b: {file: ../../b}}}}",
        "Dockerfile": "FROM a\nCOPY . .\n",
    }
    found = made(**files, **{"k[e]y": "1", "key": "1"})
    assert [entry.path for entry in found.files] == ["Dockerfile", "key", "main.py"]
    assert made(**files, **{"k[e]y": "2"}).tag == found.tag


@pytest.mark.parametrize("target", ["real/token.txt", "by/token.txt"])
def test_a_secret_by_a_link_is_no_file_of_the_build_either(made, tmp_path, target):
    folder = tmp_path / "services/web"
    files = {"service.yaml": "kind: web\nimage: {build: {secrets: {a: {file: token}}}}", "Dockerfile": "FROM a\nCOPY . .\n"}
    (folder / "real").mkdir(parents=True)
    (folder / "by").symlink_to("real")
    (folder / "token").symlink_to(target)
    found = made(**files, **{"real/token.txt": "1", "real/a": "1"})
    assert [entry.path for entry in found.files] == ["Dockerfile", "by", "main.py", "real/a"]


@pytest.mark.parametrize("name", ["!main.py", " lead", "tr ", "#a", "a\\b"])
def test_the_name_of_a_file_with_a_secret_is_no_pattern(made, name):
    files = {
        "service.yaml": f"kind: web\nimage: {{build: {{secrets: {{a: {{file: '{name}'}}}}}}}}",
        "Dockerfile": "FROM a\nCOPY . .\n",
        ".dockerignore": "main.py",
    }
    assert [entry.path for entry in made(**files, **{name: "1", "lead": "1"}).files] == ["Dockerfile", "lead"]


def test_a_secret_in_the_folder_of_nobody_is_missing_where_it_is_built_and_nowhere_else(made):
    found = made(**{"service.yaml": "kind: web\nimage: {build: {secrets: {a: {file: ~nosuchuser/x}}}}"})
    assert found.tag == made(**{"service.yaml": "kind: web"}).tag
    with pytest.raises(BuildError, match=r"web: build secret a: no file at .*/services/web/~nosuchuser/x that can be read"):
        check_build_secrets([found], {})


def test_the_identity_of_a_base_is_part_of_the_tag(made):
    assert made().tag != made(bases=Bases({"python:3.13-slim": "sha256:" + "a" * 64})).tag


def test_an_own_dockerfile_is_used_as_it_is(made):
    found = made(Dockerfile="FROM alpine:3\nCOPY . .\n")
    assert (found.generated, found.dockerfile, found.bases) == (False, "FROM alpine:3\nCOPY . .\n", ("alpine:3",))


def test_an_image_from_a_registry_has_no_recipe(made):
    assert made(**{"service.yaml": "kind: web\nimage: {from: nginx}"}) is None


def test_a_dockerfile_in_a_subfolder_may_have_an_ignore_file_of_its_own(made):
    files = {"docker/Dockerfile": "FROM scratch", "docker/Dockerfile.dockerignore": "docker\n", ".dockerignore": "main.py"}
    found = made(**files, **{"service.yaml": "kind: web\nimage: {build: {dockerfile: docker/Dockerfile}}"})
    assert [entry.path for entry in found.files] == ["main.py"]


def test_a_dockerfile_that_is_a_link_to_nowhere_is_not_taken_for_none(made, tmp_path):
    made()
    (tmp_path / "services/web/Dockerfile").symlink_to("gone")
    with pytest.raises(BuildError, match="Dockerfile: cannot be read"):
        made()


@pytest.mark.parametrize(
    ("http", "more", "is_told"),
    [
        ("path: /", {}, False),
        ("path: /docs", {}, True),
        ("path: /docs, strip_path: true", {}, False),
        ("path: /docs, rewrite: {path: {match: '^/docs/?(.*)$', replace: '/$1'}}", {}, False),
        ("path: /docs", {"docs/index.html": ""}, False),
        ("path: /docs", {"Dockerfile": "FROM scratch"}, False),
    ],
)
def test_a_site_that_is_asked_for_a_path_is_told_what_to_do_about_it(made, http, more, is_told):
    service = f"kind: web\nhttp: {{{http}}}\nimage: {{build: {{language: static}}}}"
    told = [text for text in made(**{"service.yaml": service, "index.html": "", **more}).cautions if "no folder docs" in text]
    assert ["strip_path: true" in text for text in told] == [True] * is_told


def test_an_app_that_is_no_site_may_be_on_any_path(made):
    assert made(**{"service.yaml": "kind: web\nhttp: {path: /api}"}).cautions == ()


@pytest.mark.parametrize(
    ("service", "is_told"),
    [
        ("kind: web", True),
        ("kind: backend", True),
        ("kind: web\nport: 3000", False),
        ("kind: worker", False),
        ("kind: web\nnlb: 7000", True),
        ("kind: web\nnlb: {listeners: [{port: 7000, target_port: 7000}]}", False),
    ],
)
def test_a_port_that_the_own_dockerfile_does_not_expose_is_told_where_it_is_asked(made, service, is_told):
    found = made(**{"service.yaml": service, "Dockerfile": "FROM scratch\nEXPOSE 3000"})
    assert any("exposes 3000" in text for text in found.cautions) is is_told
