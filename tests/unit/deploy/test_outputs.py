"""What is told of services after a deploy of some of them."""

from types import SimpleNamespace

from dockyard.deploy.run import _outputs
from dockyard.deploy.stack import Deployed


def test_a_deploy_of_some_keeps_what_is_known_of_the_others_and_forgets_who_is_gone():
    site = SimpleNamespace(
        environment=SimpleNamespace(services={"a": None, "b": None, "c": None}), service_stack=lambda name: f"shop-dev-{name}"
    )
    stacks = {
        "shop-dev-a": Deployed("shop-dev-a", changed=True, version="1", outputs={"Address": "new"}),
        "shop-dev-c": Deployed("shop-dev-c", changed=True, version="1", outputs={}),
    }
    before = {"a": "old", "b": "kept", "c": "it had one", "gone": "old"}
    assert _outputs(site, stacks, "Address", before) == {"a": "new", "b": "kept"}
