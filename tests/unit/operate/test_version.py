"""Which version an image is."""

import pytest
from botocore.exceptions import ClientError

from dockyard.errors import BuildError
from dockyard.operate.version import Version, Versions

ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com"
LABELS = {"org.opencontainers.image.version": "1a2b", "org.opencontainers.image.revision": "c0ffee"}


@pytest.fixture
def versions(monkeypatch):
    """Of a registry whose images have these labels; how often it was asked is in `asked`."""

    def made(labels):
        def told(self, named):
            made.asked += 1
            if isinstance(labels, Exception):
                raise labels
            return labels

        made.asked = 0
        monkeypatch.setattr(Versions, "_labels", told)
        return Versions(None)

    return made


def test_an_image_that_was_built_here_tells_its_commit_and_is_asked_once(versions):
    found = versions(LABELS)
    for _ in range(2):
        assert found.of(f"{ECR}/shop/web:1a2b") == Version(f"{ECR}/shop/web:1a2b", "1a2b", "c0ffee")
    assert versions.asked == 1


@pytest.mark.parametrize(
    ("image", "labels", "tag"),
    [
        (f"{ECR}/shop/web:ffff", LABELS, "ffff"),  # copied: the commit is of somebody else's sources
        (f"{ECR}/shop/web:1a2b", {}, "1a2b"),
        (f"{ECR}/shop/web:1a2b", BuildError("no such image"), "1a2b"),
        (f"{ECR}/shop/web:1a2b", ClientError({"Error": {"Code": "AccessDenied"}}, "GetAuthorizationToken"), "1a2b"),
        ("nginx:1.29", LABELS, "1.29"),
        ("nginx", LABELS, "latest"),
        ("${no name}", LABELS, "${no name}"),
    ],
)
def test_any_other_tells_none(versions, image, labels, tag):
    assert versions(labels).of(image) == Version(image, tag)
