"""What a service was rolled back to is in the place of what its sources give, and is never built."""

import pytest

from dockyard.build import Bases, Pinned, Recipe, of_sources, wanted
from dockyard.build.inputs import Inputs
from dockyard.build.plan import State, plan
from dockyard.config import load_project
from dockyard.errors import BuildError

OLD = "0" * 20


class Ecr:
    """In place of `Aws`."""

    def __init__(self, *tags):
        self.tags = tags

    def image_digest(self, repository, tag):
        return "sha256:1" if tag in self.tags else None


@pytest.fixture
def project(tmp_path):
    def loaded(pins="{}"):
        (tmp_path / "services/web").mkdir(parents=True, exist_ok=True)
        (tmp_path / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}, prod: {}}")
        (tmp_path / "services/web/service.yaml").write_text("kind: web\n")
        (tmp_path / "services/web/Dockerfile").write_text("FROM scratch\nCOPY a /a\n")
        (tmp_path / "services/web/a").write_text("1")
        (tmp_path / "dockyard.lock").write_text(pins)
        return load_project(tmp_path)

    return loaded


@pytest.fixture
def tag(project):
    """What the sources give."""
    found = project()
    return of_sources(found, found.environment("prod"), "web", Bases({}, {})).tag


def made(project, environment="prod"):
    return wanted(project, project.environment(environment), "web", Bases({}, {}))


def test_a_pin_counts_for_its_environment_and_for_the_tag_that_it_is_in_place_of(project, tag):
    loaded = project(f"pins: {{prod/web: {{tag: '{OLD}', instead_of: ['{tag}']}}}}")
    image = made(loaded)
    assert image == Pinned("web", "shop/web", OLD, tag, is_index=False)
    assert f"stays rolled back to {OLD} until its sources change; they give {tag}" in image.cautions[0]
    assert isinstance(made(loaded, "dev"), Recipe)
    assert made(project(f"pins: {{prod/web: {{tag: '{OLD}', instead_of: ['{OLD}']}}}}")).tag == tag


def test_it_is_in_ecr_or_that_is_told(project, tag):
    image = made(project(f"pins: {{prod/web: {{tag: '{OLD}', instead_of: ['{tag}']}}}}"))
    (planned,) = plan([image], Ecr(OLD), lambda _: False)
    assert (planned.state, planned.digest) == (State.PUSHED, "sha256:1")
    with pytest.raises(BuildError, match=f"web is rolled back to {OLD}, and ECR has no shop/web:{OLD}") as caught:
        plan([image], Ecr(), lambda _: True)
    assert "take its pin out of dockyard.lock" in caught.value.hint


def test_what_is_explained_of_it_is_the_rollback(project, tag):
    image = made(project(f"pins: {{prod/web: {{tag: '{OLD}', instead_of: ['{tag}']}}}}"))
    assert Inputs.of(image) == Inputs(OLD, {"rolled back to": OLD}, {})
