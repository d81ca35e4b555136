"""Names of images, in all forms that `docker pull` takes."""

import pytest

from dockyard.config import Reference

DIGEST = "sha256:" + "a" * 64


@pytest.mark.parametrize(
    ("text", "registry", "repository", "version"),
    [
        ("nginx", "docker.io", "library/nginx", "latest"),
        ("nginx:1.29", "docker.io", "library/nginx", "1.29"),
        ("docker.io/nginx:1.29", "docker.io", "library/nginx", "1.29"),
        ("index.docker.io/grafana/grafana", "docker.io", "grafana/grafana", "latest"),
        ("grafana/grafana:11", "docker.io", "grafana/grafana", "11"),
        (f"nginx:1.29@{DIGEST}", "docker.io", "library/nginx", DIGEST),
        ("ghcr.io/owner/a/b:v1", "ghcr.io", "owner/a/b", "v1"),
        ("localhost/a", "localhost", "a", "latest"),
        ("localhost:5000/a:1", "localhost:5000", "a", "1"),
        ("registry:5000/a", "registry:5000", "a", "latest"),
        ("my-registry/a", "docker.io", "my-registry/a", "latest"),
    ],
)
def test_a_name_is_read_as_docker_does(text, registry, repository, version):
    found = Reference.parse(text)
    assert (found.registry, found.repository, found.version) == (registry, repository, version)


@pytest.mark.parametrize(
    "text",
    ["", "Nginx", "https://ghcr.io/a", "nginx:", "nginx@sha256:1", "a//b", "nginx 1", "nginx\n", "-a", "a:" + 129 * "t", "/a"],
)
def test_what_is_no_name_is_refused(text):
    with pytest.raises(ValueError, match="should be the name of an image such as"):
        Reference.parse(text)


def test_the_api_of_docker_hub_has_another_host():
    assert Reference.parse("nginx").host == "registry-1.docker.io"
    assert Reference.parse("ghcr.io/a/b").host == "ghcr.io"


@pytest.mark.parametrize(
    ("text", "ecr"),
    [
        ("123456789012.dkr.ecr.eu-west-1.amazonaws.com/shop/web:1", ("123456789012", "eu-west-1")),
        ("123456789012.dkr-ecr.eu-west-1.on.aws/a", ("123456789012", "eu-west-1")),
        ("123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/a", ("123456789012", "us-east-1")),
        ("public.ecr.aws/nginx/nginx", None),
        ("123456789012.dkr.ecr.eu-west-1.example.com/a", None),
    ],
)
def test_a_private_registry_of_ecr_is_known(text, ecr):
    assert Reference.parse(text).ecr == ecr


def test_by_a_digest_the_tag_counts_no_more():
    assert str(Reference.parse("nginx:1.29").at(DIGEST)) == f"nginx@{DIGEST}"
    assert str(Reference.parse("ghcr.io/a/b:1").at(None)) == "ghcr.io/a/b:1"
    named = f"a/b@{'sha256:' + 'b' * 64}"
    assert str(Reference.parse(named).at(DIGEST)) == named


@pytest.mark.parametrize(
    ("text", "official"),
    [
        ("nginx:stable", True), ("docker.io/library/nginx", True), ("public.ecr.aws/docker/library/nginx:1", True),
        ("acme/nginx", False), ("ghcr.io/acme/nginx:stable", False), ("ghcr.io/library/nginx", False), ("library/a/nginx", False),
    ],
)  # fmt: skip
def test_official_images_are_known(text, official):
    assert Reference.parse(text).is_official is official
