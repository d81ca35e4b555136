"""Whose account it is, which roles may be taken on there, and the bootstrap."""

from collections.abc import Iterator

from dockyard.deploy.site import in_deploy_role, qualifier
from dockyard.deploy.verify.check import Check, ng, ok, skip
from dockyard.deploy.verify.scene import Scene

ACCOUNT = "account"
BOOTSTRAP = 6
"""Least version of the bootstrap that the CDK's synthesizer takes.
https://docs.aws.amazon.com/cdk/v2/guide/bootstrapping-env.html"""


def account_checks(scene: Scene) -> Iterator[Check]:
    """The credentials are good, and of the account that the environment names: both are known by now."""
    aws = scene.site.aws
    named = f", as {scene.environment} says" if scene.settings.account else f"; {scene.environment} names none"
    yield ok(ACCOUNT, "credentials", f"of account {aws.account} in {aws.region}{named}")
    root = scene.site.project.root
    roles = {"lookup": scene.reading, "deploy": in_deploy_role(aws, root)}
    yield roles_check([name for name, acting in roles.items() if acting is aws])
    found = scene.reading.parameter(f"/cdk-bootstrap/{qualifier(root)}/version")
    yield bootstrap_check(found, aws.account, aws.region)


def roles_check(refused: list[str]) -> Check:
    """Roles of the bootstrap: those that may not be taken on are replaced by the own credentials."""
    if refused:
        return skip(ACCOUNT, "roles", f"cannot be taken on, so the own credentials are used: {', '.join(refused)}")
    return ok(ACCOUNT, "roles", "lookup and deploy can be taken on")


def bootstrap_check(found: str | None, account: str, region: str) -> Check:
    """The version that is there, if any."""
    if found is not None and found.isdigit() and int(found) >= BOOTSTRAP:
        return ok(ACCOUNT, "bootstrap", f"version {found}")
    got = f"version {found}, and {BOOTSTRAP} or later is needed" if found else f"there is none in {region}"
    return ng(ACCOUNT, "bootstrap", got, f"run: cdk bootstrap aws://{account}/{region}")
