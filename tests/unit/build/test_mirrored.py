"""What ECR is to have of an image that a service takes as it is."""

import pytest

from dockyard.build import Bases
from dockyard.build.bases import StandIn
from dockyard.build.of_project import mirrored, sources
from dockyard.config import load_project

DIGEST = "sha256:" + "a" * 64
ECR = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/a:1"


@pytest.fixture
def made(tmp_path):
    """The copy of a service with this `image`."""
    (tmp_path / "dockyard.yaml").write_text("name: shop\nenvironments: {dev: {}}")
    (tmp_path / "services/front").mkdir(parents=True)

    def make(image, bases=None):
        (tmp_path / "services/front/service.yaml").write_text(f"kind: web\nimage: {image}")
        project = load_project(tmp_path)
        return mirrored(project, "front", project.environment().services["front"], bases or Bases())

    return make


def test_the_same_name_gives_the_same_tag_and_a_valid_one(made):
    found = made("{from: nginx:1.29}")
    assert found == made("{from: nginx:1.29, mirror: true}")
    assert (found.repository, found.platform, len(found.tag)) == ("shop/front", "linux/amd64", 20)
    assert int(found.tag, 16)


@pytest.mark.parametrize(
    ("image", "bases"),
    [
        ("{from: nginx:1.30}", Bases()),
        ("{from: nginx:1.29, platforms: all}", Bases()),
        ("{from: nginx:1.29}", Bases({"nginx:1.29": DIGEST})),
        ("{from: nginx:1.29}", Bases(stand_ins={"nginx:1.29": StandIn("a", "b", DIGEST)})),
    ],
)
def test_what_makes_it_another_image_gives_another_tag(made, image, bases):
    assert made(image, bases).tag != made("{from: nginx:1.29}").tag


@pytest.mark.parametrize(
    "image", ["{from: nginx, mirror: false}", "{from: public.ecr.aws/nginx/nginx}", f"{{from: {ECR}}}", "{build: {}}"]
)
def test_what_is_built_or_is_in_ecr_or_is_to_stay_where_it_is_is_not_copied(made, image):
    assert made(image) is None


@pytest.mark.parametrize("image", ["{from: public.ecr.aws/nginx/nginx, mirror: true}", f"{{from: {ECR}, mirror: true}}"])
def test_on_wish_everything_is_copied(made, image):
    assert made(image).tag


def test_images_of_ecr_need_no_lock(tmp_path, made):
    made(f"{{from: {ECR}}}")
    assert sources(load_project(tmp_path).environment()) == set()
    made("{from: nginx, mirror: false}")
    assert sources(load_project(tmp_path).environment()) == {"nginx"}
