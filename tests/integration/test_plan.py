"""`dockyard plan` tells what a deploy would do, and does nothing."""

import json
import shutil

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


def test_a_new_service_is_created_and_one_whose_folder_is_gone_is_told(site):
    site.up()
    there, other = site.root / "services/hello-python", site.root / "services/another"
    shutil.move(there, other)
    try:
        site.edit("services/another/service.yaml", "path: /hello-python", "path: /another")
        told = site.dockyard("plan", code=CHANGES, **site.in_local_aws()).stdout
    finally:
        shutil.rmtree(there, ignore_errors=True)
        shutil.move(other, there)
        site.edit("services/hello-python/service.yaml", "path: /another", "path: /hello-python")
    to_do = dict(line.split("  ", 1) for line in told.splitlines() if line.startswith("demo-") and "  " in line)
    assert {stack: what.strip() for stack, what in to_do.items()} == {
        "demo-registry": "update", "demo-dev-platform": "nothing", "demo-dev-another": "create", "demo-dev-hello-node": "nothing",
    }  # fmt: skip
    assert "demo-dev-hello-python still runs, but its service is gone" in told
