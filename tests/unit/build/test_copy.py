"""What is copied, told from manifests; that it arrives is in the integration tests."""

import contextlib
import hashlib
import json

import pytest

from dockyard.build.copy import copy
from dockyard.doors.distribution import Blob, RawManifest
from dockyard.errors import BuildError

ARM = {"os": "linux", "architecture": "arm64"}


def digest_of(content):
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Source:
    """A repository with one image whose configuration is this."""

    host, name = "ghcr.io", "a/b"

    def __init__(self, config):
        self.config = config if isinstance(config, bytes) else json.dumps(config).encode()
        entry = {"digest": digest_of(self.config), "size": len(self.config)}
        self.found = RawManifest(json.dumps({"schemaVersion": 2, "config": entry, "layers": []}).encode(), "")

    @contextlib.contextmanager
    def blob(self, digest, size):
        assert digest == digest_of(self.config)
        yield Blob(size, [self.config])

    def __str__(self):
        return f"{self.host}/{self.name}"


class Target:
    """One that has all layers."""

    host, name = "ecr", "a/b"

    def __init__(self):
        self.tags = {}

    def has_blob(self, digest):
        return True

    def put_manifest(self, manifest, reference):
        self.tags[reference] = manifest.digest


def copied(config, platform):
    source, target = Source(config), Target()
    digest = copy(source, target, source.found, "t", platform=platform, told=lambda _: None)
    assert target.tags == {"t": digest}


@pytest.mark.parametrize("platform", ["linux/arm64", None])
def test_an_image_of_one_platform_is_copied_where_that_is_wanted_or_any(platform):
    copied(ARM, platform)


@pytest.mark.parametrize(
    ("config", "said"),
    [(ARM, "is for linux/arm64, and not for linux/amd64"), ({}, "does not say"), (b"[]", "does not say"), (b"{", "does not say")],
)
def test_an_image_of_another_platform_is_refused_before_anything_is_copied(config, said):
    with pytest.raises(BuildError, match=f"^ghcr.io/a/b: sha256:.* {said}"):
        copied(config, "linux/amd64")
