"""The receipt of a deploy, and what is made of one that is damaged."""

import json
from dataclasses import asdict, replace

import pytest

from dockyard.deploy.receipt import NONE, Receipt, infrastructures, last_receipts, note_orphans, read_receipt
from dockyard.errors import DeployError


def test_a_receipt_is_read_as_it_was_written(tmp_path):
    receipt = Receipt("f", {"web": "t"}, {"web": "sha256:d"}, {"shop-web": "v"}, {"web": "http://x"}, {}, [], 1.5)
    receipt.write(tmp_path / "r/a.json")
    assert read_receipt(tmp_path / "r/a.json") == receipt


@pytest.mark.parametrize("text", ["", "{", "{}", '{"unknown": 1}', "[]", "\udcff", 9000 * "[", "null"])
def test_a_receipt_that_cannot_be_read_is_as_none(tmp_path, text):
    (tmp_path / "a.json").write_text(text, errors="surrogateescape")
    assert read_receipt(tmp_path / "a.json") is None
    assert read_receipt(tmp_path / "gone.json") is None
    (tmp_path / "folder.json").mkdir()
    assert read_receipt(tmp_path / "folder.json") is None
    assert read_receipt(tmp_path / "a.json/b.json") is None


@pytest.mark.parametrize("key", ["infrastructure", "images", "stacks", "orphans", "seconds"])
def test_a_receipt_with_a_value_of_another_kind_is_as_none(tmp_path, key):
    receipt = Receipt("f", {"web": "t"}, {}, {}, {}, {}, [], 1.5)
    (tmp_path / "a.json").write_text(json.dumps({**asdict(receipt), key: [5]}))
    assert read_receipt(tmp_path / "a.json") is None


def test_what_is_deleted_after_a_deploy_is_no_orphan_in_its_receipt(tmp_path):
    receipt = Receipt("f", {}, {}, {}, {}, {}, ["shop-dev-old", "shop-dev-kept"], 1.5)
    receipt.write(tmp_path / "a.json")
    note_orphans(tmp_path / "a.json", ["shop-dev-kept"])
    note_orphans(tmp_path / "none.json", [])
    assert read_receipt(tmp_path / "a.json") == replace(receipt, orphans=["shop-dev-kept"])
    assert len(last_receipts(tmp_path)) == 1
    assert not (tmp_path / "none.json").exists()


def test_the_last_ten_are_kept_beside_the_last(tmp_path):
    for number in range(12):
        receipt = Receipt("f", {"web": f"t{number}"}, {}, {}, {}, {}, [], 1.5)
        receipt.write(tmp_path / "1-eu-west-1-dev.json")
    receipt.write(tmp_path / "1-eu-west-1-prod.json")
    assert [found.images["web"] for found in last_receipts(tmp_path)] == [*(f"t{n}" for n in range(2, 12)), "t11"]
    assert read_receipt(tmp_path / "1-eu-west-1-dev.json") == receipt
    assert last_receipts(tmp_path / "none") == []


def test_it_is_known_what_made_the_stacks_of_the_last_deploys(tmp_path):
    assert infrastructures(tmp_path / "r.json") == set()
    for made in ("f", "g", "f"):
        replace(NONE, infrastructure=made).write(tmp_path / "r.json")
    assert infrastructures(tmp_path / "r.json") == {"f", "g"}
    replace(NONE, infrastructure="h", checked=False).write(tmp_path / "r.json")
    history = tmp_path / "r.history.jsonl"
    history.write_text("\n".join(["{", "{}", "[]", "null", history.read_text()]))
    assert infrastructures(tmp_path / "r.json") == {"f", "g"}


def test_a_history_that_is_damaged_is_told_and_not_taken_for_none(tmp_path):
    Receipt("f", {}, {}, {}, {}, {}, [], 1.5).write(tmp_path / "a.json")
    with (tmp_path / "a.history.jsonl").open("a") as file:
        file.write("{")
    with pytest.raises(DeployError, match=r"a\.history\.jsonl: damaged"):
        last_receipts(tmp_path)
