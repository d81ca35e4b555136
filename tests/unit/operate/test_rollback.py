"""What a service goes back to, and the pins that keep it there."""

from datetime import UTC, datetime, timedelta

import pytest

from dockyard.config.lock import Lock, Pin
from dockyard.deploy.ledger import Entry
from dockyard.deploy.receipt import Made
from dockyard.errors import DockyardError, UsageError
from dockyard.operate.history import Change
from dockyard.operate.rollback import deploy_named, following, name_of, tags_of, target, with_pins, without_pins
from dockyard.operate.version import Version

NOW = datetime(2026, 11, 26, 9, tzinfo=UTC)
ONE, TWO, THREE, FOUR = ("1" * 20, "2" * 20, "3" * 20, "4" * 20)


def change(minutes, tag, what="deployed", commit=None):
    return Change("web", NOW + timedelta(minutes=minutes), what, Version(f"r/web:{tag}", tag, commit))


CHANGES = [
    change(5, THREE, "restarted"),
    change(4, THREE, commit="cccc333"),
    change(3, FOUR, "rolled back"),
    change(2, TWO, commit="bbbb222-dirty"),
    change(1, ONE, commit="aaaa111"),
]


def test_it_is_the_last_version_before_that_was_deployed_well():
    assert target("web", THREE, CHANGES, None) == CHANGES[3]
    assert target("web", TWO, CHANGES, None) == CHANGES[0]


@pytest.mark.parametrize("wanted", ["1111", ONE, "aaaa1", "aaaa111"])
def test_a_version_is_named_by_its_tag_or_commit(wanted):
    assert target("web", THREE, CHANGES, wanted) == CHANGES[4]


@pytest.mark.parametrize("wanted", ["111", "4444", "3333", "none"])
def test_what_is_too_short_or_was_not_good_or_runs_is_refused_with_what_there_is(wanted):
    with pytest.raises(UsageError, match=rf"there is {TWO} \(commit bbbb222\+\), {ONE} \(commit aaaa111\)"):
        target("web", THREE, CHANGES, wanted)


def test_where_nothing_else_was_good_that_is_told():
    with pytest.raises(DockyardError, match="web has no other version that was deployed well"):
        target("web", ONE, [change(2, TWO, "rolled back"), change(1, ONE)], None)


def test_what_was_taken_back_is_gone_back_to_only_by_name():
    assert target("web", TWO, CHANGES, None, [THREE]) == CHANGES[4]
    assert target("web", TWO, CHANGES, THREE, [THREE]) == CHANGES[0]
    with pytest.raises(DockyardError, match="web has no other version that was deployed well"):
        target("web", ONE, [change(2, THREE), change(1, ONE)], None, [THREE])


def made(number, fault="", **images):
    return Entry(Made(NOW, "arn", "alice", commit="abcdef0123"), 1.0, images, fault=fault, number=number)


DEPLOYS = [
    made(0, web=ONE),
    made(8, web=ONE, **{"web.proxy": ONE}, api=ONE),
    made(9, fault="no image", web=TWO),
    made(1011, api=TWO),
]


def test_a_deploy_is_named_by_its_number_for_one_service_or_all_of_it():
    for services in ([], ["web"], ["api"]):
        assert deploy_named("8", services, DEPLOYS) == DEPLOYS[1]
    assert tags_of(DEPLOYS[1], "web") == {"web": ONE, "web.proxy": ONE}
    assert deploy_named("1011", ["api"], DEPLOYS) == DEPLOYS[3]


def test_what_is_the_number_of_no_deploy_may_be_a_version_of_a_service():
    assert [deploy_named(wanted, ["web"], DEPLOYS) for wanted in ("1111", "abcd", ONE)] == [None] * 3


@pytest.mark.parametrize(
    ("wanted", "services", "told"),
    [
        ("9", ["web"], r"9 should be .* deploy of web that ended well, and is one that failed \(no image\); there is 8 \("),
        ("1011", ["web"], r"and is one of api; there is 8 \(2026-11-26 ..:.., commit abcdef0\)$"),
        ("7", ["web"], r"and is no deploy that is known; there is 8 \("),
        ("0", [], r"the number of a deploy that ended well, and is no deploy that is known; there is 1011 \(.*\), 8 \("),
        ("abcd", [], r"abcd should be the number of a deploy that ended well, and is no deploy that is known; there is 1011 "),
        ("7", ["job"], r"there is none$"),
    ],
)
def test_a_deploy_that_cannot_be_gone_back_to_is_refused_with_those_that_can(wanted, services, told):
    with pytest.raises(UsageError, match=told):
        deploy_named(wanted, services, DEPLOYS)


def test_a_pin_is_in_place_of_what_runs_and_of_what_the_sources_give_here():
    lock = with_pins(Lock(), "prod", {"web": ONE}, {"web": THREE}, {"web": TWO})
    assert lock.pins == {"prod/web": Pin(tag=ONE, instead_of=[TWO, THREE])}
    pinned = [lock.pinned(tag, environment="prod", image="web") for tag in (ONE, TWO, THREE, FOUR)]
    assert [pin and pin.tag for pin in pinned] == [None, ONE, ONE, None]
    assert lock.pinned(TWO, environment="dev", image="web") is None


def test_where_the_sources_give_what_is_wanted_there_is_no_pin_any_more():
    lock = with_pins(Lock(), "prod", {"web": ONE}, {"web": TWO}, {})
    assert with_pins(lock, "prod", {"web": TWO}, {"web": TWO}, {"web": ONE}).pins == {}


def test_a_pin_is_lifted_by_a_deploy_of_other_sources_and_by_no_other():
    lock = with_pins(Lock(), "prod", {"web": ONE, "web.proxy": ONE}, {"web": TWO, "web.proxy": TWO}, {})
    assert without_pins(lock, "prod", {"web": ONE}) == lock
    assert without_pins(lock, "prod", {"web": TWO}) == lock
    assert without_pins(lock, "prod", {"api": THREE}) == lock
    assert without_pins(lock, "dev", {"web": THREE}) == lock
    assert without_pins(lock, "prod", {"web": THREE}).pins.keys() == {"prod/web.proxy"}


def test_a_pin_holds_for_what_the_same_sources_give_by_another_lock_and_goes_with_its_image():
    lock = with_pins(Lock(), "prod", {"web": ONE, "api": ONE, "gone": ONE}, {"web": TWO, "api": TWO, "gone": TWO}, {})
    kept = following(lock, {"prod/web": TWO, "prod/api": THREE}, {"prod/web": FOUR, "prod/api": FOUR})
    assert kept.pins == {"prod/api": Pin(tag=ONE, instead_of=[TWO]), "prod/web": Pin(tag=ONE, instead_of=[TWO, FOUR])}
    assert following(kept, {"prod/web": FOUR, "prod/api": FOUR}, {"prod/web": FOUR, "prod/api": FOUR}) == kept


def test_a_tag_of_others_is_not_pinned_and_nothing_is_pinned_in_place_of_it():
    with pytest.raises(DockyardError, match=r"web.proxy:v1 was not deployed by Dockyard") as caught:
        with_pins(Lock(), "prod", {"web.proxy": "v1"}, {"web.proxy": TWO}, {})
    assert caught.value.hint == "go back to another: dockyard history web"
    assert with_pins(Lock(), "prod", {"web": ONE}, {"web": TWO}, {"web": "v1"}).pins["prod/web"].instead_of == [TWO]


def test_what_is_left_is_named_by_the_last_good_deploy_of_it_else_by_its_tag():
    running = {"web": TWO, "web.proxy": ONE}
    found = [made(11, **running), made(12, **running), made(13, fault="no", **running), made(14, web=TWO), made(0, **running)]
    assert name_of("web", running, found) == "12"
    assert name_of("web", {"web": THREE}, found) == THREE
    assert name_of("web", {}, found) == ""
