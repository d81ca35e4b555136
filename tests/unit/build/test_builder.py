"""How the builders are called."""

from pathlib import Path

from dockyard.build.builder import ca_bundle, cli_arguments
from dockyard.build.recipe import Recipe

RECIPE = Recipe("web", "shop/web", Path(), "FROM a", "FROM a", False, (), (), {}, {"A": "b c"}, "final")


def test_buildx_and_the_cli_of_old_get_the_same_but_for_their_start():
    common = {"dockerfile": Path("/d/Dockerfile"), "labels": {"dockyard.service": "web"}, "ca": Path("/ca.crt")}
    buildx = cli_arguments(RECIPE, buildx=True, **common)
    old = cli_arguments(RECIPE, buildx=False, **common)
    assert buildx[:6] == ["buildx", "build", "--builder", "default", "--load", "--provenance=false"]
    assert old[0] == "build"
    assert buildx[6:] == old[1:]
    assert old[1:] == [
        "--progress=plain", "--platform", "linux/amd64", "--file", "/d/Dockerfile", "--tag", f"shop/web:{RECIPE.tag}",
        "--label", "dockyard.service=web", "--build-arg", "A=b c", "--target", "final", "--secret", "id=ca,src=/ca.crt",
    ]  # fmt: skip


def test_the_hosts_certificates_are_those_of_the_variable_and_else_the_systems(tmp_path):
    own = tmp_path / "ca.pem"
    own.write_text("x")
    assert ca_bundle({"REQUESTS_CA_BUNDLE": str(own)}) == own
    assert ca_bundle({"SSL_CERT_FILE": str(tmp_path / "gone"), "PIP_CERT": str(own)}) == own
