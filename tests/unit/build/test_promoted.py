"""An image of another environment is copied or there, and neither built nor looked for in the engine."""

from types import SimpleNamespace

import pytest

from dockyard.build.plan import State, plan
from dockyard.build.promoted import Promoted
from dockyard.deploy.images import with_promoted
from dockyard.errors import BuildError, DeployError

IMAGE = Promoted("web", "shop/web", "1" * 20, "sha256:a", False, "staging", SimpleNamespace(account="1", region="r"))


def planned(digest):
    def engine(_):
        raise AssertionError("the engine is asked")

    (found,) = plan([IMAGE], SimpleNamespace(image_digest=lambda *_: digest), engine)
    return found


@pytest.mark.parametrize(("there", "state"), [(None, State.MISSING), ("sha256:a", State.PUSHED)])
def test_it_is_in_ecr_or_comes_there(there, state):
    assert (planned(there).state, planned(there).digest) == (state, there)


def test_another_image_under_its_tag_is_refused():
    with pytest.raises(
        BuildError, match=r"^web: staging has shop/web:1+ as sha256:a, and ECR has it here as sha256:b, built apart$"
    ):
        planned("sha256:b")


def test_it_takes_the_place_of_what_the_sources_give_where_that_is_the_same():
    other, same = SimpleNamespace(service="api", tag="x"), SimpleNamespace(service="web", tag=IMAGE.tag)
    assert with_promoted([other, same], {"web": IMAGE}) == [other, IMAGE]
    with pytest.raises(DeployError, match=r"^web: 1+ is promoted, and its sources give x by now$"):
        with_promoted([SimpleNamespace(service="web", tag="x")], {"web": IMAGE})
