"""`deploy` of a service: how a new version takes the place of the old one, as its clients see it."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.integration.local_aws import until
from tests.integration.support import Requests, get

TEST = {"x-dockyard-test": "1"}


def test_versions_take_turns_by_each_strategy_and_no_request_fails(site, settings, source):
    """A running service changes its strategy; tests reach the next version first; a canary has its share for its time."""
    address = site.addresses()["hello-python"]
    with Requests(address) as requests, ThreadPoolExecutor() as pool:
        up = _deploy(pool, site, settings, source, "{strategy: canary, percent: 30, interval: 8, bake: 1}", "2")
        until(lambda: up.done() or get(address, **TEST)[1]["version"] == "2", 180)
        until(lambda: up.done() or get(address)[1]["version"] == "2", 30)
        seen = Counter(get(address)[1]["version"] for _ in range(100))
        up.result()
        assert 10 <= seen["2"] <= 55, seen
        assert {get(address)[1]["version"] for _ in range(10)} == {"2"}
        up = _deploy(pool, site, settings, source, "{strategy: blue-green, bake: 0}", "3")
        until(lambda: up.done() or get(address, **TEST)[1]["version"] == "3", 180)
        up.result()
        assert {get(address)[1]["version"] for _ in range(10)} == {"3"}
    assert requests.failed == {}
    assert requests.versions == {"1", "2", "3"}


def _deploy(pool, site, settings, source, deploy: str, version: str):
    """Begin to deploy another version so."""
    settings.write_text(settings.read_text().split("\ndeploy: ")[0] + f"\ndeploy: {deploy}\n")
    site.edit(source, f'VERSION = "{int(version) - 1}"', f'VERSION = "{version}"')
    return pool.submit(site.up)
