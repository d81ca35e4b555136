"""Who deploys needs no right of their own but to take on the bootstrap's roles."""

import pytest

from tests.integration.rights import only_roles
from tests.integration.support import get


@pytest.fixture
def account(site):
    with only_roles(site.port) as made:
        yield made


def test_a_service_is_built_pushed_and_deployed_by_roles_alone(site, source, account):
    address = site.addresses()["hello-python"]
    site.edit(source, 'VERSION = "1"', 'VERSION = "6"')
    variables = site.account()
    variables["AWS_ENDPOINT_URL"] = f"http://localhost:{account.server_port}"
    told = site.dockyard("deploy", **variables).stderr
    assert account.refused == []
    assert "demo-dev-hello-python: deployed" in told
    assert get(address)[1]["version"] == "6"
    assert site.dockyard("url", "hello-python", **variables).stdout.strip() == address
    assert account.refused == []
