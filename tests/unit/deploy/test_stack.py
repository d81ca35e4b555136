"""Who has lost the environment's lock changes nothing of a stack."""

from types import SimpleNamespace

import pytest

from dockyard.deploy.assembly import FileAsset
from dockyard.deploy.stack import StackDeployer
from dockyard.deploy.states import Safety
from dockyard.errors import DeployError


def lost():
    raise DeployError("the lock is gone")


class Account:
    """It has no stacks, and notes what would change something."""

    class exceptions:  # noqa: N801
        ClientError = RuntimeError

    def __init__(self):
        self.done, self.cloudformation = [], self

    def assuming(self, _):
        return self

    def describe_stacks(self, StackName):  # noqa: N803
        raise RuntimeError(f"Stack with id {StackName} does not exist")

    def upload(self, *_):
        self.done.append("upload")

    def create_change_set(self, **_):
        self.done.append("create_change_set")

    def update_termination_protection(self, **_):
        self.done.append("update_termination_protection")


@pytest.fixture
def account():
    return Account()


@pytest.fixture
def deployer(account):
    return StackDeployer(account, account, Safety(lost, lambda _: False))


def test_no_file_is_uploaded_and_no_change_set_made(account, deployer, tmp_path):
    file = FileAsset(tmp_path / "a.json", "file", "bucket", "key", None)
    artifact = SimpleNamespace(name="web", deploy_role=None, files=[file], template="{}", template_asset=None)
    with pytest.raises(DeployError, match="the lock is gone"):
        deployer.deploy(artifact, lambda _: None)
    assert account.done == []


def test_its_protection_stays(account, deployer):
    artifact = SimpleNamespace(name="web", termination_protection=False)
    with pytest.raises(DeployError, match="the lock is gone"):
        deployer._protect(account, artifact, {"EnableTerminationProtection": True})
    assert account.done == []
