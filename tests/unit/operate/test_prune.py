"""Which images may go, and why the others stay."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dockyard.operate.held import Held
from dockyard.operate.prune import in_order, judge

NOW = datetime(2026, 11, 26, tzinfo=UTC)
OLD = NOW - timedelta(days=100)


def image(name, *tags, days=50, **more):
    """Named by the first letter of its digest."""
    return Held("shop/web", digest(name), tags if tags else (f"tag-{name}",), 1, NOW - timedelta(days=days), **more)


def digest(name):
    return f"sha256:{name * 64}"


def stay(*images, needed=None, keep=0, days=1):
    """Names of those that stay, with their reasons."""
    verdicts = judge(images, needed or {}, keep=keep, pushed_before=NOW - timedelta(days=days))
    return {verdict.image.digest[7]: verdict.stays for verdict in verdicts if verdict.stays}


def test_what_nothing_needs_goes():
    assert stay(image("a"), image("b")) == {}


@pytest.mark.parametrize("version", ["tag-a", digest("a")])
def test_what_is_needed_by_tag_or_digest_stays(version):
    assert stay(image("a"), image("b"), needed={("shop/web", version): "deployed"}) == {"a": "deployed"}


def test_one_of_its_tags_is_enough():
    assert stay(image("a", "one", "two"), needed={("shop/web", "two"): "deployed"}) == {"a": "deployed"}


def test_what_another_repository_needs_is_no_reason():
    assert stay(image("a"), needed={("shop/other", "tag-a"): "deployed"}) == {}


def test_the_newest_stay_and_those_that_were_pushed_lately():
    images = [image("a", days=40), image("b", days=30), image("c", days=20)]
    assert stay(*images, keep=2) == {"b": "one of the newest 2", "c": "one of the newest 2"}
    assert set(stay(*images, days=35)) == {"b", "c"}


def test_caches_and_images_without_a_tag_are_left_to_the_lifecycle_policy_and_are_none_of_the_newest():
    cache, untagged = image("c", "cache-main", days=1), replace(image("u", days=1), tags=())
    assert stay(cache, untagged, image("a", days=40), image("b", days=50), keep=1) == {
        "c": "a cache: its lifecycle policy lets it expire",
        "u": "no tag: its lifecycle policy lets it expire",
        "a": "one of the newest 1",
    }


def test_what_an_index_lists_stays_with_it_however_deep():
    inner = image("b", listed={digest("a"): "linux/amd64"})
    outer = image("c", listed={digest("b"): "unknown"})
    assert stay(image("a"), inner, outer) == {}
    assert stay(image("a"), inner, outer, needed={("shop/web", "tag-c"): "deployed"}) == {
        "a": "listed by tag-b", "b": "listed by tag-c", "c": "deployed",
    }  # fmt: skip


def test_an_index_stays_if_anything_that_it_lists_is_needed_however_deep():
    """Without it the image would have no tag, and expire by the lifecycle policy."""
    inner = image("b", listed={digest("a"): "linux/amd64", digest("d"): "linux/arm64"})
    outer = image("c", listed={digest("b"): "unknown"})
    child, other = replace(image("a"), tags=()), replace(image("d"), tags=())
    assert stay(child, other, inner, outer, needed={("shop/web", digest("a")): "deployed"}) == {
        "a": "deployed", "b": f"lists {digest('a')}", "c": "lists tag-b",
        "d": "no tag: its lifecycle policy lets it expire",
    }  # fmt: skip


def test_an_index_goes_where_what_it_lists_stays_only_until_it_expires():
    index = image("b", listed={digest("a"): "linux/amd64"})
    assert set(stay(replace(image("a"), tags=()), index)) == {"a"}


@pytest.mark.parametrize("signature", [image("s", subject=digest("a")), image("s", f"sha256-{'a' * 64}.sig")])
def test_a_signature_stays_with_its_image_and_goes_with_it(signature):
    assert stay(image("a"), signature) == {}
    assert set(stay(image("a"), signature, needed={("shop/web", "tag-a"): "deployed"})) == {"a", "s"}


def test_a_signature_takes_no_place_of_the_newest():
    signature = image("s", days=10, subject=digest("a"))
    assert set(stay(image("a", days=40), signature, image("b", days=50), keep=1)) == {"a", "s"}


def test_indexes_are_removed_before_what_they_list_a_hundred_at_once():
    index = image("i", listed={digest("a"): "linux/amd64"})
    many = [replace(image("a"), digest=str(number)) for number in range(150)]
    assert [len(part) for part in in_order([*many, index])] == [1, 100, 50]
    assert next(in_order([*many, index])) == [index]
