"""What is promoted, against what the files here would give the target."""

from types import SimpleNamespace

import pytest

from dockyard.build.promoted import Promoted
from dockyard.config.lock import Lock, Pin
from dockyard.errors import DockyardError
from dockyard.operate.promote import Promotion, check_any, check_fit, check_sources
from dockyard.operate.rollback import with_pins
from dockyard.operate.status import State, Status, Tasks

RUNS, OTHER, OLD = ("1" * 20, "2" * 20, "3" * 20)
SOURCE = SimpleNamespace(account="111111111111", region="eu-west-1")


def one(of_sources, to_be, *, is_rolled_back=False, commit=None):
    image = Promoted("web", "shop/web", RUNS, "sha256:a", False, "staging", SOURCE, commit)
    return Promotion(image, None, of_sources, to_be, is_rolled_back)


def test_what_the_sources_give_needs_no_pin():
    found = one(RUNS, RUNS)
    assert (found.fits, found.stays, found.differs) == (True, False, False)
    check_sources([found], "prod")


def test_what_the_target_was_rolled_back_from_stays_away_from_it():
    found = one(RUNS, OLD, is_rolled_back=True)
    assert (found.fits, found.stays, found.differs) == (False, True, False)
    check_sources([found], "prod")


def test_a_pin_of_an_earlier_promotion_does_not_keep_a_later_one_away():
    found = one(RUNS, OLD)
    assert (found.fits, found.stays, found.differs) == (False, False, False)


def test_sources_of_another_version_are_told_with_the_commit_that_runs_and_both_ways_on():
    with pytest.raises(DockyardError) as caught:
        check_sources([one(RUNS, RUNS), one(OTHER, OTHER, commit="abcdef1234")], "prod")
    assert str(caught.value) == f"web: staging runs {RUNS} (commit abcdef1), and the files here give {OTHER}"
    assert "check out the commit that staging runs" in caught.value.hint
    assert "dockyard promote web --from staging --to prod --pin" in caught.value.hint


def test_services_without_an_image_of_their_own_are_told():
    check_any([one(RUNS, RUNS)], ["web", "proxy"], "prod")
    with pytest.raises(DockyardError, match="nothing to promote") as caught:
        check_any([], ["proxy", "cache"], "prod")
    assert caught.value.hint == "run: dockyard deploy proxy cache --env prod"


def test_a_pin_says_where_its_image_comes_from():
    lock = with_pins(Lock(), "prod", {"web": RUNS}, {"web": OTHER}, {}, "staging")
    assert lock.pins == {"prod/web": Pin(tag=RUNS, instead_of=[OTHER], promoted_from="staging")}


def test_a_receipt_has_the_origin():
    told = one(RUNS, RUNS, commit="abc").image.origin
    assert told == {
        "environment": "staging", "account": "111111111111", "region": "eu-west-1", "digest": "sha256:a", "commit": "abc",
    }  # fmt: skip


@pytest.mark.parametrize("state", [State.DEPLOYING, State.ROLLING_BACK, State.FAILED, State.TOO_FEW_TASKS, State.KEEPS_ENDING])
def test_what_does_not_run_well_is_not_promoted(state):
    tasks = Tasks(1, 0, 1)
    with pytest.raises(DockyardError, match=f"^web in staging: {state}: why$"):
        check_fit([Status("web", "web", state, "why", tasks=tasks)], "staging")


def test_a_version_that_was_good_before_and_a_job_whose_last_run_failed_are():
    check_fit([Status("web", "web", State.ROLLED_BACK, tasks=Tasks(1, 1, 0)), Status("job", "job", State.FAILED)], "staging")
