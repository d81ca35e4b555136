"""What a Dockerfile takes from its context, told from its text; None where it cannot be told."""

import pytest

from dockyard.build.copied import copied


@pytest.mark.parametrize(
    ("dockerfile", "paths"),
    [
        ("FROM a\nCOPY src/ /app/\nCOPY ./package.json /lib/x package.json /app/", ("src", "package.json", "lib/x")),
        ('FROM a\nADD --chown=1:1 ["my file", "b", "/app/"]', ("my file", "b")),
        ("FROM a\nCOPY 'a b' /\n", ("a b",)),
        ("FROM a AS b\nCOPY --from=x . /y\nCOPY main.py /", ("main.py",)),
        ("FROM a\nADD https://example.com/x.tgz git@example.com:x.git /\nCOPY a /", ("a",)),
        ("FROM a\nCOPY <<EOF /etc/x\nCOPY . /\nEOF\nCOPY a /", ("a",)),
        (
            "FROM a\nRUN --mount=type=bind,source=go.mod,target=go.mod --mount=type=cache,target=/x go\nCOPY m.go /",
            ("go.mod", "m.go"),
        ),
        ("FROM a\nRUN --mount=src=s,target=/s --mount=type=secret,id=ca x", ("s",)),
        ("FROM a\nRUN --mount=from=b,source=/z,target=/z x\nCOPY a /", ("a",)),
        ("FROM a\nCOPY ../up /", ("up",)),
        ("FROM a\nCOPY . .", None),
        ("FROM a\nCOPY a /\nCOPY / /x", None),
        ("FROM a\nCOPY package*.json ./", None),
        ("FROM a\nCOPY ${SRC} ./", None),
        ("FROM a\nRUN --mount=type=bind,target=/src make", None),
        ("FROM a\nRUN make", None),
        ("FROM a\nCOPY a /\nONBUILD COPY . /app", None),
        ("FROM a\nCOPY link/x /", None),
        ("FROM company/onbuild\nCOPY a /", None),
        ("FROM ghcr.io/owner/app:1 AS b\nRUN make\nFROM scratch\nCOPY --from=b /x /x\nCOPY a /", None),
        ("FROM python:3-onbuild\nCOPY a /", None),
        ("FROM a-$BUILDARCH\nCOPY a /", None),
        ("ARG BASE=company/base\nFROM $BASE\nCOPY a /", None),
        ("ARG V=3\nFROM python:${V}-slim AS b\nFROM b\nCOPY --from=company/tool /x /x\nCOPY a /", ("a",)),
        ("FROM public.ecr.aws/docker/library/python:3@sha256:" + "a" * 64 + "\nCOPY a /", ("a",)),
        ("FROM scratch\nCOPY a /", ("a",)),
        ("# syntax=company/frontend:1\nFROM a\nCOPY a /", None),
        ("\ufeff#SYNTAX = docker.io/docker/dockerfile-upstream\nFROM a\nCOPY a /", None),
        ("#!/usr/bin/env x\n//syntax=company/frontend\nFROM a\nCOPY a /", None),
        ("# syntax=docker/dockerfile:1.7-labs\nFROM a\nCOPY a /", ("a",)),
        ("# check=skip=all\n# syntax=docker.io/docker/dockerfile@sha256:" + "a" * 64 + "\nFROM a\nCOPY a /", ("a",)),
    ],
)
def test_plain_paths_are_all_that_counts(tmp_path, dockerfile, paths):
    (tmp_path / "src").mkdir()
    (tmp_path / "link").symlink_to("src")
    assert copied(dockerfile, tmp_path, {}) == paths


def test_arguments_of_the_build_may_name_another_base_or_frontend(tmp_path):
    dockerfile = "ARG BASE=python:3\nFROM $BASE\nCOPY a /"
    assert copied(dockerfile, tmp_path, {"BASE": "python:3.13"}) == ("a",)
    assert copied(dockerfile, tmp_path, {"BASE": "company/base"}) is None
    assert copied(dockerfile, tmp_path, {"BUILDKIT_SYNTAX": "company/frontend"}) is None
    assert copied("FROM python:3-$TARGETARCH\nCOPY a /", tmp_path, {}, ["linux/amd64", "linux/arm64"]) == ("a",)
