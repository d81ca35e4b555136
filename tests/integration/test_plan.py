"""`dockyard plan` tells what a deploy would do, and does nothing."""

import json
import shutil

import jsonschema
import pytest

from tests.integration.support import ROOT

CHANGES = 10


def test_after_a_deploy_there_is_nothing_to_do(site):
    site.up()
    found = json.loads(site.dockyard("plan", "--json", **site.in_local_aws()).stdout)
    assert found["nothing_to_do"]
    assert {one["stack"] for one in found["stacks"]} == {
        "demo-registry", "demo-dev-platform", "demo-dev-hello-python", "demo-dev-hello-node",
    }  # fmt: skip
    python = next(one for one in found["capacity"]["services"] if one["service"] == "hello-python")
    assert ([fit["instance"] for fit in python["fits"]], python["fargate"]) == (["t3.small", "t3a.small"], [9.01, 9.01])


def test_a_changed_source_is_told_with_what_changed_and_nothing_is_built(site, source, engine):
    site.edit(source, 'VERSION = "1"', 'VERSION = "planned"')
    found = json.loads(site.dockyard("plan", "--json", code=CHANGES, **site.in_local_aws()).stdout)
    images = {one["service"]: one for one in found["images"]}
    assert images["hello-node"]["action"] == "nothing"
    assert (images["hello-python"]["action"], images["hello-python"]["because"]) == ("build and push", ["changed main.py"])
    actions = {one["stack"]: one["action"] for one in found["stacks"]}
    assert actions.pop("demo-dev-hello-python") == "update"
    assert set(actions.values()) == {"nothing"}
    assert engine.image_id(f"demo/hello-python:{images['hello-python']['tag']}") is None


def test_what_becomes_of_each_resource_is_told_with_rights_and_costs(site, settings):
    before = json.loads(site.dockyard("plan", "--json", **site.in_local_aws()).stdout)["cost"]["after"]
    settings.write_text(settings.read_text() + "\ncount: 2\nruns_on: ec2\nlinks: {uploads: {kind: bucket}}\n")
    found = json.loads(site.dockyard("plan", "--json", code=CHANGES, **site.in_local_aws()).stdout)
    jsonschema.Draft202012Validator(json.loads((ROOT / "schemas/plan.schema.json").read_text())).validate(found)
    stack = next(one for one in found["stacks"] if one["stack"] == "demo-dev-hello-python")
    changes = {one["name"]: one for one in stack["resources"]}
    targets = next(one for one in changes.values() if one["type"].endswith("::TargetGroup"))
    assert (targets["action"], targets["replacement"]) == ("replace", "yes")
    assert "TargetType: ip -> instance (cannot be changed in place)" in targets["because"]
    assert any("deploy refuses this without --allow-interruption" in line for line in stack["because"])
    assert [one["action"] for one in changes.values() if one["type"] == "AWS::S3::Bucket"] == ["create"]
    added = [one["text"] for one in found["security"] if one["change"] == "added" and one["kind"] == "policy"]
    assert any(text.startswith("allow s3:") for text in added)
    assert found["cost"]["before"] == before
    assert found["cost"]["after"][1] == pytest.approx(before[1] - 9.01)
    told = site.dockyard("plan", "--markdown", code=CHANGES, **site.in_local_aws()).stdout
    assert told == site.dockyard("plan", "--markdown", code=CHANGES, **site.in_local_aws()).stdout
    assert "> - `demo-dev-hello-python`: `Web/Targets`" in told
    assert "000000000000" not in told


def test_a_new_service_is_created_and_one_whose_folder_is_gone_is_told(site):
    site.up()
    there, other = site.root / "services/hello-python", site.root / "services/another"
    shutil.move(there, other)
    try:
        site.edit("services/another/service.yaml", "path: /hello-python", "path: /another")
        told = site.dockyard("plan", code=CHANGES, **site.in_local_aws()).stdout
        seen = site.dockyard("status", **site.in_local_aws()).stdout
    finally:
        shutil.rmtree(there, ignore_errors=True)
        shutil.move(other, there)
        site.edit("services/hello-python/service.yaml", "path: /another", "path: /hello-python")
    to_do = dict(line.split("  ", 1) for line in told.splitlines() if line.startswith("demo-") and "  " in line)
    assert {stack: what.split()[0] for stack, what in to_do.items()} == {
        "demo-registry": "update", "demo-dev-platform": "nothing", "demo-dev-another": "create", "demo-dev-hello-node": "nothing",
    }  # fmt: skip
    assert "demo-dev-hello-python is still there, but its service is gone" in told
    assert "! demo-dev-hello-python is still there, but its service is gone; to delete it: dockyard deploy --prune" in seen


def test_the_stack_of_a_service_that_is_gone_is_deleted_after_asking(site):
    site.up()
    there, kept = site.root / "services/hello-python", site.root / "hello-python.kept"
    here = site.in_local_aws()
    shutil.move(there, kept)
    try:
        plan = json.loads(site.dockyard("plan", "--prune", "--json", code=CHANGES, **here).stdout)
        assert {one["service"]: one["action"] for one in plan["services"]} == {"hello-python": "delete", "hello-node": "nothing"}
        gone = next(one for one in plan["stacks"] if one["stack"] == "demo-dev-hello-python")
        assert {one["action"] for one in gone["resources"]} == {"delete"}
        refused = site.dockyard("deploy", "--prune", code=2, **here).stderr
        assert "these stacks would be deleted, and there is nobody to ask" in refused
        assert "synth" not in refused
        told = site.dockyard("deploy", "--prune", "--yes", **here).stderr
        assert "demo-dev-hello-python: deleted" in told
        assert json.loads(site.dockyard("plan", "--json", **here).stdout)["orphans"] == []
    finally:
        shutil.move(kept, there)
        site.up()
