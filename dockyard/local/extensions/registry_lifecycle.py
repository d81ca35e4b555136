"""ECR's lifecycle policies are checked, previewed and carried out.

- A policy that ECR would refuse is refused, in its words; so is `transition`, as nothing is archived here.
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/lifecycle_policy_parameters.html
- A preview tells which image would expire by which rule, and deletes nothing.
  https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_GetLifecyclePolicyPreview.html
- Policies are carried out when they are put, after each push by tag, and each minute that somebody looks; AWS does it
  within 24 hours. What an index lists stays as long as that, and signatures go with their image.
  https://docs.aws.amazon.com/AmazonECR/latest/userguide/LifecyclePolicies.html
- Images that never had a tag stay for an hour: an index that lists them may be on its way.
"""

import time
from typing import Any

from ministack.services import ecr
from ministack.services.cloudformation import provisioners

from dockyard.local.extensions import registry_images, registry_pushes
from dockyard.local.extensions.instance import Instance
from dockyard.local.extensions.registry_api import Data, RefusedError, answer, page, repository, scope, within
from dockyard.local.registry.blobs import PUSH_SECONDS, Repository
from dockyard.local.registry.expiry import Expiring, Image, expiring
from dockyard.local.registry.policy import PolicyError, parse

EVERY_SECONDS = 60

_last_run: dict[Repository, float] = {}
_previews: dict[Repository, Data] = {}


def install(_: Instance) -> None:
    """Answer for policies, and carry them out."""
    _check_and_run()
    _check_templates()
    _tell_last_run()
    answer("StartLifecyclePolicyPreview", _start_preview)
    answer("GetLifecyclePolicyPreview", _get_preview)
    registry_pushes.PUSHED.append(lambda name, image: _run(name) if image["imageTags"] else None)
    handle = ecr.handle_request

    async def handle_request(*request: Any) -> Any:
        for name in list(ecr._lifecycle_policies):
            if time.time() - _last_run.get(scope(name), 0) > EVERY_SECONDS:
                _run(name)
        return await handle(*request)

    ecr.handle_request = handle_request


def reset() -> None:
    """Forget the previews."""
    _last_run.clear()
    _previews.clear()


def _check_and_run() -> None:
    original = ecr._put_lifecycle_policy

    def put(data: Data) -> Data:
        repository(data)
        _rules(data.get("lifecyclePolicyText", ""))
        answered: Data = ecr.json.loads(original(data)[2])
        _run(data["repositoryName"])
        return answered

    answer("PutLifecyclePolicy", put)


def _check_templates() -> None:
    """A wrong policy fails its resource before that is made."""
    handler = provisioners._RESOURCE_HANDLERS["AWS::ECR::Repository"]
    create, update = handler["create"], handler["update"]

    def checked(props: Data) -> Data:
        if text := (props.get("LifecyclePolicy") or {}).get("LifecyclePolicyText"):
            try:
                _rules(text)
            except RefusedError as refused:
                raise ValueError(str(refused)) from refused
        return props

    handler["create"] = lambda logical_id, props, *rest: create(logical_id, checked(props), *rest)
    handler["update"] = lambda physical_id, old, new, *rest: update(physical_id, old, checked(new), *rest)


def _tell_last_run() -> None:
    """As of the last time that it really was."""

    def get(data: Data) -> Data:
        repository(data)
        name = data["repositoryName"]
        return {**_facts(name, _policy(name)), "lastEvaluatedAt": _last_run.get(scope(name), 0)}

    answer("GetLifecyclePolicy", get)


def _rules(text: str) -> Any:
    try:
        return parse(text)
    except PolicyError as error:
        raise RefusedError(
            "InvalidParameterException",
            "Invalid parameter at 'LifecyclePolicyText' failed to satisfy constraint: "
            f"'Lifecycle policy validation failure: {error}'",
        ) from error


def _policy(name: str) -> str:
    if name not in ecr._lifecycle_policies:
        raise RefusedError("LifecyclePolicyNotFoundException", f"Lifecycle policy does not exist for the {within(name)}")
    return str(ecr._lifecycle_policies[name])


def _facts(name: str, text: str) -> Data:
    return {"registryId": ecr._registry_id(), "repositoryName": name, "lifecyclePolicyText": text}


def _expiring(name: str, text: str) -> list[Expiring]:
    """What a policy would expire now. What belongs to an image is neither counted nor expired by a rule of its own."""
    there = {image["imageDigest"]: registry_images.manifest_of(image) for image in registry_images.images(name)}
    listed = {digest for manifest in there.values() for digest in manifest.images}
    seen = [
        Image(image["imageDigest"], tuple(image["imageTags"]), image["imagePushedAt"], held=image["imageDigest"] in listed)
        for image in registry_images.images(name)
        if there[image["imageDigest"]].subject not in there
    ]
    return expiring(_rules(text), seen, time.time())


def _run(name: str) -> None:
    """Delete what expires, and then what only that held."""
    if name not in ecr._lifecycle_policies:
        return
    _last_run[scope(name)] = time.time()
    while gone := [image for one in _expiring(name, _policy(name)) if _is_settled(image := _record(name, one.image.digest))]:
        for image in gone:
            _delete(name, image)


def _is_settled(image: Data) -> bool:
    return bool(image["hadTag"] or time.time() - image["imagePushedAt"] > PUSH_SECONDS)


def _delete(name: str, image: Data) -> None:
    registry_images.remove(name, image)
    for other in registry_images.images(name):
        if registry_images.manifest_of(other).subject == image["imageDigest"]:
            _delete(name, other)


def _record(name: str, digest: str) -> Data:
    return next(image for image in registry_images.images(name) if image["imageDigest"] == digest)


# previews


def _start_preview(data: Data) -> Data:
    repository(data)
    name = data["repositoryName"]
    text = data.get("lifecyclePolicyText") or _policy(name)
    results = [
        {
            **({"imageTags": list(one.image.tags)} if one.image.tags else {}),
            "imageDigest": one.image.digest,
            "imagePushedAt": one.image.pushed,
            "action": {"type": "EXPIRE"},
            "appliedRulePriority": one.priority,
        }
        for one in _expiring(name, text)
    ]
    _previews[scope(name)] = {**_facts(name, text), "status": "COMPLETE", "previewResults": results}
    return {**_facts(name, text), "status": "IN_PROGRESS"}


def _get_preview(data: Data) -> Data:
    repository(data)
    preview = _previews.get(scope(data["repositoryName"]))
    if preview is None:
        message = f"Lifecycle policy preview does not exist for the {within(data['repositoryName'])}"
        raise RefusedError("LifecyclePolicyPreviewNotFoundException", message)
    wanted, ids = (data.get("filter") or {}).get("tagStatus", "ANY"), data.get("imageIds") or []
    results = [
        one
        for one in preview["previewResults"]
        if (wanted == "ANY" or ("imageTags" in one) == (wanted == "TAGGED")) and (not ids or _is_asked(one, ids))
    ]
    shown, more = page(results, data)
    summary = {"expiringImageTotalCount": len(preview["previewResults"])}
    return {**preview, "previewResults": shown, "summary": summary, **more}


def _is_asked(one: Data, ids: list[Data]) -> bool:
    return any(i.get("imageDigest") == one["imageDigest"] or i.get("imageTag") in one.get("imageTags", []) for i in ids)
