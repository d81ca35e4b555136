"""What an image says of itself, without anybody's credentials."""

import datetime
from pathlib import Path

import pytest

from dockyard.build.labels import oci_labels
from dockyard.build.recipe import Recipe
from dockyard.doors.git import Revision

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {})
NOW = datetime.datetime(2026, 1, 2, 3, 4, 5, 678, tzinfo=datetime.UTC)


def test_without_git_there_is_neither_source_nor_revision():
    assert oci_labels(RECIPE, None, NOW) == {
        "org.opencontainers.image.version": RECIPE.tag,
        "org.opencontainers.image.created": "2026-01-02T03:04:05+00:00",
    }


@pytest.mark.parametrize(
    ("remote", "source"),
    [
        ("https://x-access-token:ghs_secret@git.example/o/r.git", "https://git.example/o/r.git"),
        ("https://ghp_secret@git.example:8443/o/r.git?a=secret", "https://git.example:8443/o/r.git"),
        ("ssh://git:secret@git.example/o/r.git", "ssh://git@git.example/o/r.git"),
        ("git@git.example:o/r.git", "git@git.example:o/r.git"),
        ("https://[bad/x", None),
        ("/home/me/r.git", None),
        ("file:///home/me/r.git", None),
        (None, None),
    ],
)
def test_the_source_is_the_remote_as_others_may_see_it(remote, source):
    found = oci_labels(RECIPE, Revision("a1", remote), NOW)
    assert found.get("org.opencontainers.image.source") == source
    assert found["org.opencontainers.image.revision"] == "a1"
