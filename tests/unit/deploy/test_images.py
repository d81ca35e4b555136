"""Which images a deploy needs."""

from dataclasses import replace
from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from dockyard.build import Bases, wanted
from dockyard.build.build_settings import BuildSecret
from dockyard.config import load_project
from dockyard.config.lock import Lock, Pin
from dockyard.deploy import bringing
from dockyard.deploy.images import cautions, lacking, recipes
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


def test_a_pin_is_told_where_it_holds_and_where_it_does_not(project):
    environment, old = project.environment(), "0" * 20
    tag = wanted(project, environment, "good", Bases()).tag

    def told(**pin):
        pinned = replace(project, lock=Lock(pins={"dev/good": Pin(**pin)}))
        return cautions(pinned, environment, wanted(pinned, environment, "good", Bases()))

    plain = cautions(project, environment, wanted(project, environment, "good", Bases()))
    assert told(tag=old, instead_of=[tag])[-1].startswith(f"stays rolled back to {old}")
    assert told(tag=old, instead_of=["1" * 20])[-1].startswith(
        f"is not rolled back to {old} any more: its sources give {tag} now"
    )
    assert told(tag=tag, instead_of=["1" * 20]) == plain


def test_who_may_push_is_found_out_once_also_where_it_is_refused(monkeypatch):
    asked = []

    def refused(*arguments):
        asked.append(arguments)
        raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "DescribeRepositories")

    monkeypatch.setattr(bringing, "_publisher", refused)
    publisher = bringing._Publisher(None, {"shop/web"})
    for _ in range(3):
        with pytest.raises(BuildError, match=r"^web: "), bringing._told_of(SimpleNamespace(service="web")):
            publisher.ready()
    assert len(asked) == 1
