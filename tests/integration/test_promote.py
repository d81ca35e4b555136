"""What one environment runs comes to another, in a region of its own, without a build."""

import json

import pytest

from tests.integration.support import get

NAME = "hello-python"
REGION = "eu-west-1"


@pytest.fixture
def prod(site):
    """A second environment; what is done there and to the project's files is undone."""
    here, files = site.in_local_aws(), [site.root / "dockyard.yaml", site.root / "services/hello-python/main.py"]
    before = {file: file.read_text() for file in files}
    site.edit("dockyard.yaml", "  dev: {}", f"  dev: {{}}\n  prod: {{region: {REGION}}}")
    site.up()
    site.cdk("bootstrap", f"aws://000000000000/{REGION}")
    yield here
    site.dockyard("destroy", "--env", "prod", "--registry", "--yes", **here)
    for file, text in before.items():
        file.write_text(text)
    (site.root / "dockyard.lock").unlink(missing_ok=True)
    site.up()


def test_the_same_digest_runs_there_and_nothing_is_built(site, prod, engine):
    def promote(*more, code=0):
        return site.dockyard("promote", NAME, "--from", "dev", "--to", "prod", "--json", *more, code=code, **prod)

    def digest(region):
        return site.client("ecr", region).describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])[
            "imageDetails"
        ][0]["imageDigest"]

    (row,) = (one for one in json.loads(site.dockyard("tags", "--json", **prod).stdout) if one["service"] == NAME)
    repository, tag = f"demo/{NAME}", row["tag"]
    engine.untag(f"{repository}:{tag}")
    assert "and there is nobody to ask" in promote(code=2).stderr
    told = json.loads(promote("--yes").stdout)
    assert engine.image_id(f"{repository}:{tag}") is None  # else it was built here
    assert digest(REGION) == digest("us-east-1") == told["digests"][NAME]
    origin = told["promoted"][NAME]
    assert (origin["environment"], origin["region"], origin["digest"]) == ("dev", "us-east-1", digest(REGION))
    assert get(told["addresses"][NAME])[1]["version"] == "1"
    assert "hello-node" not in told["addresses"]

    site.edit("services/hello-python/main.py", 'VERSION = "1"', 'VERSION = "2"')  # the sources go on, and dev runs the old ones
    refused = promote("--yes", code=1).stderr
    assert f"{NAME}: dev runs {tag}, and the files here give " in refused
    promote("--yes", "--pin")
    again = site.dockyard("deploy", NAME, "--env", "prod", **prod).stderr
    assert f"{NAME}: stays promoted from dev as {tag} until its sources change" in again
    assert get(told["addresses"][NAME])[1]["version"] == "1"
