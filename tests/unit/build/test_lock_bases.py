"""Digests of base images for dockyard.lock."""

import hashlib

import pytest

from dockyard.build.bases import Bases, StandIn
from dockyard.build.lock_bases import lock_bases
from dockyard.build.refresh import refreshed
from dockyard.errors import BuildError
from tests.unit.answering import Registry

NAMED = ("python:3.13", "node:24", "gone:1", "new:1", "pinned@sha256:9")
OLD = {"python:3.13": "sha256:1", "node:24": "sha256:2", "gone:1": "sha256:3", "unused:1": "sha256:4"}


def ask(reference):
    known = {"python:3.13": "sha256:1", "node:24": "sha256:22", "new:1": "sha256:5"}
    if reference not in known:
        raise BuildError("gone")
    return known[reference]


def test_each_base_that_is_in_use_has_the_digest_of_now_or_that_of_before():
    found = lock_bases(NAMED, OLD, Bases(), ask)
    assert found.digests == {"python:3.13": "sha256:1", "node:24": "sha256:22", "gone:1": "sha256:3", "new:1": "sha256:5"}
    assert found.changed == {"node:24": "sha256:22", "new:1": "sha256:5"}
    assert found.faults == ["gone:1: its registry does not tell its digest: gone"]


def test_stand_ins_are_not_asked_for_and_keep_their_entries():
    bases = Bases(stand_ins={"gone:1": StandIn("x", "y", "sha256:7")})
    found = lock_bases(NAMED, OLD, bases, ask)
    assert (found.faults, found.stand_ins, found.digests["gone:1"]) == ([], ["gone:1"], "sha256:3")
    assert (found.unknown, found.answered) == (1, 3)


def test_a_registry_is_asked_without_an_engine():
    with Registry() as registry:
        registry.content = b"{}"
        digest = f"sha256:{hashlib.sha256(b'{}').hexdigest()}"
        assert lock_bases([f"{registry.host}/a:1"], {}, Bases()).digests == {f"{registry.host}/a:1": digest}
        assert registry.asked == ["GET /v2/a/manifests/1"]


@pytest.mark.parametrize("reference", ["localhost:1/a:1", "Not a name"])
def test_what_cannot_be_asked_for_is_told(reference):
    (fault,) = lock_bases([reference], {}, Bases()).faults
    assert fault.startswith(f"{reference}: its registry does not tell its digest: ")


def test_a_refresh_makes_every_step_of_every_stage_depend_on_its_time():
    text = "ARG V=1\nFROM a:${V} AS \\\n  build\nRUN x\nFROM b # no comment\nRUN y"
    assert refreshed(text, "now") == (
        'ARG V=1\nFROM a:${V} AS \\\n  build\nARG DOCKYARD_REFRESH="now"\nRUN x\nFROM b # no comment\nARG DOCKYARD_REFRESH="now"\nRUN y'
    )
    assert refreshed("FROM a", "now") == 'FROM a\nARG DOCKYARD_REFRESH="now"'
