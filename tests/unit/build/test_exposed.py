"""Ports that a Dockerfile exposes, and what is said where service.yaml has another."""

from pathlib import Path

import pytest

from dockyard.build.exposed import exposed, other_port


@pytest.mark.parametrize(
    ("dockerfile", "target", "ports"),
    [
        ("FROM a\nCMD x", None, ()),
        ("FROM a\nEXPOSE 3000", None, (3000,)),
        ("FROM a\nexpose 3000/tcp 53/udp \\\n  3000 9000-9002/TCP", None, (3000, 9000, 9001, 9002)),
        ("FROM a\nEXPOSE 53/udp", None, ()),
        ("FROM a\nEXPOSE 3000 $MORE", None, ()),
        ("FROM a\nEXPOSE 99999", None, ()),
        ("FROM a\nEXPOSE 0", None, ()),
        ("FROM a\nEXPOSE 9-8", None, ()),
        ("FROM a AS build\nEXPOSE 1\nFROM b", None, ()),
        ("FROM a AS Base\nEXPOSE 3000\nFROM base AS last\nEXPOSE 4000", None, (3000, 4000)),
        ("FROM a AS dev\nEXPOSE 3000\nFROM dev\nEXPOSE 4000", "Dev", (3000,)),
        ("FROM a\nEXPOSE 3000", "gone", ()),
        ("FROM a\nRUN <<EOF\nEXPOSE 3000\nEOF", None, ()),
    ],
)
def test_they_are_those_of_the_stage_that_is_built(dockerfile, target, ports):
    assert exposed(dockerfile, target) == ports


def test_another_port_is_told_with_the_key():
    (said,) = other_port(Path("/shop/Dockerfile"), "FROM a\nEXPOSE 3000", None, 8080)
    assert said == (
        "/shop/Dockerfile exposes 3000, and it is asked on port 8080: set port: 3000 in service.yaml, or EXPOSE 8080 where "
        "the app listens on what the variable PORT says"
    )


def test_of_many_ports_the_first_are_told():
    (said,) = other_port(Path("/shop/Dockerfile"), "FROM a\nEXPOSE 30000-32767", None, 8080)
    assert said.startswith("/shop/Dockerfile exposes 30000, 30001, 30002, 30003, 30004 and more, and it is asked")


@pytest.mark.parametrize("rest", ["EXPOSE 8080", "EXPOSE 3000 8080", "ENV PORT=3000\nEXPOSE 3000", "EXPOSE $PORT", "CMD x"])
def test_where_it_is_exposed_or_taken_from_port_nothing_is_said(rest):
    assert list(other_port(Path("/shop/Dockerfile"), f"FROM a\n{rest}", None, 8080)) == []
