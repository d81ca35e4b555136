"""Which images a deploy needs."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from dockyard.build import Bases
from dockyard.config import BuildSecret, load_project
from dockyard.deploy.images import lacking, recipes
from dockyard.errors import BuildError


@pytest.fixture
def project(tmp_path):
    (tmp_path / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")
    for name, file in (("good", "main.py"), ("bad", "README"), ("worse", "package.json")):
        folder = tmp_path / "services" / name
        folder.mkdir(parents=True)
        (folder / "service.yaml").write_text(f"kind: web\nhttp: {{path: /{name}}}")
        (folder / file).write_text("")
    return load_project(tmp_path)


def test_only_the_services_that_are_wanted_are_looked_at(project):
    assert [found.service for found in recipes(project, project.environment(), Bases(), ["good"])] == ["good"]


def test_what_is_wrong_with_each_service_is_told_at_once(project):
    with pytest.raises(BuildError, match=r"no app recognised in .*bad(.|\n)*worse/package\.json: not valid JSON"):
        recipes(project, project.environment(), Bases())


@pytest.mark.parametrize(("digest", "lacks"), [("sha256:1", []), (None, ["good"])])
def test_a_secret_that_is_not_there_is_told_only_of_an_image_that_ecr_lacks(project, digest, lacks):
    (recipe,) = recipes(project, project.environment(), Bases(), ["good"])
    wanting = replace(recipe, secrets={"npm": BuildSecret(env="NPM_TOKEN")})
    reading = SimpleNamespace(image_digest=lambda *_: digest)
    site = SimpleNamespace(reading=reading, workshop=SimpleNamespace(environment={}))
    assert [found.service for found in lacking(site, [wanting])] == lacks
    site.workshop.environment.update(NPM_TOKEN="x")
    assert lacking(site, [wanting]) == []
