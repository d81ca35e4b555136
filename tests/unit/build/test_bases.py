"""Base images of a Dockerfile: found, identified, and put at another address."""

import json

import pytest

from dockyard.build.bases import Bases, StandIn, readdressed, references
from dockyard.errors import BuildError

DOCKERFILE = """\
ARG VERSION=3.13
ARG PLAIN
FROM --platform=linux/amd64 python:${VERSION}-slim AS build
FROM build AS tested
COPY --from=ghcr.io/astral-sh/uv:0.5 /uv /bin/uv
COPY --chown=1 --from=build /a /b
COPY --from=0 /a /b
FROM scratch
from node:${NODE:-24} as front
"""
DIGEST = "sha256:" + "a" * 64
STAND_IN = StandIn("docker-hub/library/python", "3.13-slim", "sha256:" + "b" * 64)


def test_a_base_may_be_another_one_for_each_platform_and_then_stays_as_it_is():
    dockerfile = "FROM a:${TARGETARCH} AS one\nFROM b:1\nCOPY --from=one / /\n"
    platforms = ("linux/amd64", "linux/arm64")
    assert references(dockerfile, {}, platforms) == ("a:amd64", "b:1", "a:arm64")
    bases = Bases({"a:amd64": DIGEST, "b:1": DIGEST})
    assert readdressed(dockerfile, {}, bases, "", platforms) == dockerfile.replace("b:1", f"b:1@{DIGEST}")
    assert f"FROM a:amd64@{DIGEST} AS one" in readdressed(dockerfile, {}, bases, "")


def test_images_from_outside_are_found_and_stages_are_not():
    assert references(DOCKERFILE, {}) == ("python:3.13-slim", "ghcr.io/astral-sh/uv:0.5", "node:24")


def test_build_arguments_are_filled_in():
    assert references(DOCKERFILE, {"VERSION": "3.12"})[0] == "python:3.12-slim"


def test_an_unknown_base_is_its_name_and_stays_where_it_is():
    bases = Bases()
    assert bases.identity("python:3.13-slim") == "python:3.13-slim"
    assert readdressed(DOCKERFILE, {}, bases, "localhost:4566") == DOCKERFILE


def test_a_locked_base_is_its_digest():
    bases = Bases({"python:3.13-slim": DIGEST})
    assert bases.identity("python:3.13-slim") == DIGEST
    assert f"FROM --platform=linux/amd64 python:3.13-slim@{DIGEST} AS build\n" in readdressed(DOCKERFILE, {}, bases, "")


def test_a_stand_in_takes_the_place_of_its_base_and_of_no_stage():
    bases = Bases({}, {"python:3.13-slim": STAND_IN})
    text = readdressed(DOCKERFILE, {}, bases, "localhost:4566")
    address = f"localhost:4566/docker-hub/library/python:3.13-slim@{STAND_IN.digest}"
    assert text == DOCKERFILE.replace("python:${VERSION}-slim", address)
    assert bases.identity("python:3.13-slim") == f"stand-in {STAND_IN.digest}"


def test_stand_ins_are_read_from_the_file_that_the_environment_names(tmp_path):
    file = tmp_path / "stand-ins.json"
    file.write_text(json.dumps({"python:3.13-slim": vars(STAND_IN)}))
    assert Bases.read({}, str(file)).stand_ins == {"python:3.13-slim": STAND_IN}
    assert Bases.read({}, None).stand_ins == {}
    assert Bases.read({}, str(tmp_path / "gone.json")).stand_ins == {}


@pytest.mark.parametrize(
    ("dockerfile", "found"),
    [
        ("ARG A=3.13\nARG B=${A}-slim\nFROM python:$B", "python:3.13-slim"),
        ('ARG A=1 B=${A}.2 C="3"\nFROM a:$B-$C', "a:1.2-3"),
        ("ARG A=x\nFROM a:${NO:-${A}}", "a:x"),
        ("ARG A\nFROM a:1${A}${B}", "a:1"),
        ("ARG A=\nFROM a:${A-x}1${A:-2}${NO-3}", "a:123"),
        ("ARG A=1\nFROM a:1${A:+-slim}${NO+-x}", "a:1-slim"),
        ("FROM 'a:1' AS b\nFROM \"b\"", "a:1"),
        ("FROM \\\n  # slim\n  a:1 \\\n  AS b", "a:1"),
        ("# escape=`\nFROM `\n  a:1", "a:1"),
        ("\ufeffFROM a:1", "a:1"),
        ("FROM --platform=$BUILDPLATFORM a:1 AS b", "a:1"),
        ("FROM a:$TARGETARCH", "a:amd64"),
        ("FROM a:$BUILDARCH", ""),
        ("FROM a:1\nARG B=2\nFROM a:${B:-3}", "a:1 a:3"),
        ("FROM node AS node\nFROM node", "node"),
        ("FROM a\nRUN --mount=type=bind,from=b:1,target=/b --mount=type=cache,target=/from=c x --mount=from=d", "a b:1"),
        ("FROM a\nRUN --mount=from=b:1 \\\n  --mount=type=bind,\\\nfrom=c:1 x\nRUN --mount=type=bind,from=0 x", "a b:1 c:1"),
        ("FROM a\nCOPY --chown=1 --from='b:1' --link /a /b\nCOPY --from=late /a /b\nFROM a AS late", "a b:1"),
        ("FROM a\nRUN <<EOF\nFROM b\nCOPY --from=c\nEOF", "a"),
        ("FROM a\nRUN echo \\\n  FROM b", "a"),
        ("FROM", ""),
        ("ARG V=1\nFROM a:${V:?unset}", "a:1"),
    ],
)
def test_images_are_found_however_they_are_written(dockerfile, found):
    assert " ".join(references(dockerfile, {})) == found


def test_build_arguments_count_where_they_are_declared():
    dockerfile = "ARG A=1 B=$A\nFROM a:$B-${C:-no}"
    assert references(dockerfile, {"A": "2", "C": "3"}) == ("a:2-no",)


def test_only_the_names_of_images_are_put_elsewhere():
    bases = Bases({"a:1": DIGEST, "b:1": DIGEST})
    dockerfile = (
        "\ufeffFROM \\\n  'a:1' AS b\nRUN --mount=from=b:1,target=/x <<EOF\nFROM a:1\nEOF\nCOPY --from=\"b:1\" a:1 b:1\nFROM a:1"
    )
    assert readdressed(dockerfile, {}, bases, "") == (
        f"\ufeffFROM \\\n  a:1@{DIGEST} AS b\nRUN --mount=from=b:1@{DIGEST},target=/x <<EOF\nFROM a:1\nEOF\n"
        f'COPY --from="b:1@{DIGEST}" a:1 b:1\nFROM a:1@{DIGEST}'
    )


@pytest.mark.parametrize("text", ["", "{", "[]", '{"python:3": {}}', '{"python:3": 5}', "\udcff"])
def test_a_damaged_list_of_stand_ins_is_told(tmp_path, text):
    (tmp_path / "s.json").write_text(text, errors="surrogateescape")
    with pytest.raises(BuildError, match=r"s.json: damaged: it should list stand-ins"):
        Bases.read({}, str(tmp_path / "s.json"))


def test_what_cannot_be_filled_in_is_told():
    with pytest.raises(BuildError, match="cannot be filled in here"):
        references("ARG V=1.2\nFROM a:${V%.*}", {})
