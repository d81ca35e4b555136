"""Pull-through caches of ECR: what is pulled below a rule's prefix, and is not there, comes from the registry behind it.

- Rules are made, told and deleted by the API, and by templates (`api_types`).
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
- The first pull makes the repository and copies the image, with the credentials of the rule's secret, else with nobody's; a
  second one meanwhile waits. Where the registry does not answer, the image is told as missing, and the log says why.

Not done: ECR looks for a newer image of a tag once a day; here one stays until it is deleted.
"""

import asyncio
import base64
import json
import logging
import os
import re
import time
from collections import defaultdict
from typing import Any

from ministack import app as gateway
from ministack.services import ecr

from dockyard.build.builder import ca_bundle
from dockyard.build.copy import copy
from dockyard.doors.distribution import Repository
from dockyard.doors.registry import USER_AGENT
from dockyard.doors.registry_auth import Credentials
from dockyard.local import own_api
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, RefusedError, answer, page
from dockyard.local.extensions.registry_images import images
from dockyard.local.registry.tokens import USER

_log = logging.getLogger("dockyard.pull_through_caches")
_PATH = re.compile(r"/v2/(?P<name>.+)/manifests/(?P<reference>[^/]+)")

_rules: Any = ecr.AccountRegionScopedDict()
"""By prefix."""
_fetching: dict[tuple[str, str, str], asyncio.Lock] = defaultdict(asyncio.Lock)
"""Account, region and repository to who fetches for it."""


def install(instance: Instance) -> None:
    """Answer for rules, and fetch before a manifest is looked for; the token is looked at before that."""
    answer("CreatePullThroughCacheRule", _create)
    answer("DescribePullThroughCacheRules", _describe)
    answer("DeletePullThroughCacheRule", _delete)
    original = gateway.app

    async def app(asked: dict[str, Any], receive: Any, send: Any) -> None:
        match = _PATH.fullmatch(asked["path"]) if asked["type"] == "http" and asked["method"] in ("GET", "HEAD") else None
        if match:
            headers = {key.decode("latin-1").lower(): value.decode("latin-1") for key, value in asked["headers"]}
            ecr._select_registry_request_scope(match["name"], headers, {})
            if headers.get("user-agent") != USER_AGENT:  # a copy of ours asks what is there
                await _see_that_it_is_there(instance, match["name"], match["reference"])
        await original(asked, receive, send)

    gateway.app = app


def reset() -> None:
    """Forget the rules."""
    _rules._data.clear()
    _fetching.clear()


def kept() -> list[list[Any]]:
    """The rules."""
    return [[list(key), rule] for key, rule in _rules._data.items()]


def restore(kept: list[list[Any]]) -> None:
    """Have them again."""
    _rules._data.update({tuple(key): rule for key, rule in kept})


async def _see_that_it_is_there(instance: Instance, name: str, reference: str) -> None:
    rule = next((one for prefix, one in _rules.items() if name.startswith(f"{prefix}/")), None)
    if rule is None or _is_there(name, reference):
        return
    account, region = ecr.get_account_id(), ecr.get_region()
    async with _fetching[account, region, name]:
        if not _is_there(name, reference):
            await asyncio.to_thread(_fetch, instance, rule, name, reference, account, region)


def _is_there(name: str, reference: str) -> bool:
    return any(reference == image["imageDigest"] or reference in image["imageTags"] for image in images(name))


def _fetch(instance: Instance, rule: Data, name: str, reference: str, account: str, region: str) -> None:
    """On a thread of its own: the copy goes to this very process."""
    client = own_api.client("ecr", account, region)
    ours = Credentials(USER, _password(client))
    try:
        theirs = _credentials(rule, account, region)
        behind = name.removeprefix(f"{rule['ecrRepositoryPrefix']}/")
        with (
            Repository(rule["upstreamRegistryUrl"], behind, theirs, ca_bundle(os.environ)) as source,
            Repository(instance.registry, name, ours) as target,
        ):
            found = source.manifest(reference)
            if name not in ecr._repositories:
                client.create_repository(repositoryName=name)
            copy(source, target, found, reference, platform=None, told=lambda _: None)
    except Exception as error:  # whatever it is, the image is not there
        _log.warning("pull-through cache: %s, %s: %s", name, reference, error)


def _password(client: Any) -> str:
    data = client.get_authorization_token()["authorizationData"][0]
    return str(base64.b64decode(data["authorizationToken"]).decode().partition(":")[2])


def _credentials(rule: Data, account: str, region: str) -> Credentials:
    if not rule.get("credentialArn"):
        return Credentials()
    text = own_api.client("secretsmanager", account, region).get_secret_value(SecretId=rule["credentialArn"])["SecretString"]
    secret = json.loads(text)
    return Credentials(secret["username"], secret["accessToken"])


# rules


def _create(data: Data) -> Data:
    prefix = data["ecrRepositoryPrefix"]
    if prefix in _rules:
        raise RefusedError(
            "PullThroughCacheRuleAlreadyExistsException",
            f"A pull through cache rule with the prefix '{prefix}' already exists in the registry with id '{ecr._registry_id()}'",
        )
    kept = ("ecrRepositoryPrefix", "upstreamRegistryUrl", "upstreamRegistry", "credentialArn")
    rule = {key: data[key] for key in kept if data.get(key)}
    _rules[prefix] = {**rule, "registryId": ecr._registry_id(), "createdAt": time.time()}
    return dict(_rules[prefix])


def _describe(data: Data) -> Data:
    wanted = data.get("ecrRepositoryPrefixes") or list(_rules)
    shown, more = page([_rule(prefix) for prefix in wanted], data)
    return {"pullThroughCacheRules": shown, **more}


def _delete(data: Data) -> Data:
    rule = _rule(data["ecrRepositoryPrefix"])
    del _rules[data["ecrRepositoryPrefix"]]
    return rule


def _rule(prefix: str) -> Data:
    if prefix not in _rules:
        raise RefusedError(
            "PullThroughCacheRuleNotFoundException",
            f"No pull through cache rule with the prefix '{prefix}' in the registry with id '{ecr._registry_id()}'",
        )
    return dict(_rules[prefix])
