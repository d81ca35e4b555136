"""ECR: who may push and pull, and what becomes of layers."""

import base64
import hashlib
import os
from pathlib import Path

import psutil
import pytest

from tests.integration.behaviours.contract import acts
from tests.integration.images import Repository, ask, basic
from tests.integration.local_aws import Server, until

MB = 1 << 20
PART = 5 * MB
"""The least that ECR takes but for the last one."""


@acts("registry_auth", only_here="AWS answers some with 400")
def the_registry_wants_a_token(aws: Server) -> None:
    """No credentials, another password, another user: 401 each; what `GetAuthorizationToken` gives is taken."""
    repository = Repository(aws)
    strange = ["", "Basic " + base64.b64encode(b"AWS:x").decode(), basic(repository.registry)[:-4], "Bearer x", "Basic ?"]
    for header in strange:
        for method, path in (("GET", "/v2/"), ("POST", "/v2/app/blobs/uploads/"), ("GET", "/v2/app/manifests/v1")):
            refused = ask(repository.registry.host, method, path, headers={"Authorization": header} if header else {})
            assert (refused.status, refused.headers["www-authenticate"][:12]) == (401, "Basic realm="), (header, path)
    endpoint = repository.ecr.get_authorization_token()["authorizationData"][0]["proxyEndpoint"]
    assert endpoint == f"http://{repository.registry.host}"
    assert repository.ask("GET", "/v2/").status == 200
    repository.push("one", "v1")


@acts("registry_blobs", only_here="it is the disk of this machine")
def layers_are_kept_on_disk_and_go_with_their_last_image(aws: Server) -> None:
    """And with the repository, by force or with its stack; one that is mounted elsewhere stays."""
    repository = Repository(aws)
    one = repository.image("one")
    repository.put(one, "v1")
    two = {**one, "layers": [*one["layers"], {**one["layers"][0], **repository.upload(b"more")}]}
    repository.put(two, "v2")
    assert _stored(aws) == 3
    repository.delete(imageTag="v2")
    assert _stored(aws) == 2
    repository.delete(imageTag="v1")
    assert _stored(aws) == 0
    repository.push("two", "v3")
    repository.ecr.delete_repository(repositoryName="app", force=True)
    assert _stored(aws) == 0
    properties = {"RepositoryName": "stack", "EmptyOnDelete": True}
    aws.deploy("s", {"Repository": {"Type": "AWS::ECR::Repository", "Properties": properties}})
    Repository(aws, "stack", make=False).push("three", "v1")
    assert _stored(aws) == 2
    aws.client("cloudformation").delete_stack(StackName="s")
    until(lambda: _stored(aws) == 0, 5)
    one, two = Repository(aws, "one"), Repository(aws, "two")
    digest = one.upload(b"0123456789")["digest"]
    assert two.ask("HEAD", f"blobs/{digest}").status == 404
    assert two.ask("POST", f"blobs/uploads/?mount={digest}&from=one").status == 201
    one.ecr.delete_repository(repositoryName="one", force=True)
    assert two.ask("GET", f"blobs/{digest}").body == b"0123456789"


@acts("registry_blobs", only_here="it is the memory of this machine")
def a_large_image_takes_no_memory(aws: Server) -> None:
    """100 MB are pushed, pulled and deleted, and the server has what it had."""
    repository, server = Repository(aws), psutil.Process(aws.local.status(aws.docker).pid)
    repository.push("warm", "v1")
    before, chunk = server.memory_info().rss, os.urandom(10 * MB)
    layer = repository.upload(*[chunk[n:] + chunk[:n] for n in range(10)])
    pushed = server.memory_info().rss
    assert len(repository.ask("GET", f"blobs/{layer['digest']}").body) == layer["size"] == 100 * MB
    assert max(pushed, server.memory_info().rss) - before < 30 * MB
    repository.put({**repository.image("large"), "layers": [layer]}, "v2")
    repository.delete(imageTag="v2")
    assert repository.ask("HEAD", f"blobs/{layer['digest']}").status == 404
    until(lambda: server.memory_info().rss - before < 30 * MB, 5)


@acts("registry_blobs")
def parts_of_a_layer_can_be_pulled_and_a_wrong_digest_is_refused(aws: Server) -> None:
    repository = Repository(aws)
    digest = repository.upload(b"0123456789")["digest"]
    part = repository.ask("GET", f"blobs/{digest}", Range="bytes=2-5")
    assert (part.status, part.body, part.headers["content-range"]) == (206, b"2345", "bytes 2-5/10")
    assert repository.ask("HEAD", f"blobs/{digest}").headers["content-length"] == "10"
    place = repository.ask("POST", "blobs/uploads/").headers["location"]
    wrong = repository.ask("PUT", f"{place}?digest={digest}", b"other")
    assert (wrong.status, wrong.error) == (400, "DIGEST_INVALID")


@acts("registry_layers")
def layers_can_be_pushed_by_the_api(aws: Server) -> None:
    """`UploadLayerPart` and its kin, as tools use them that have no engine."""
    repository, content = Repository(aws), os.urandom(PART + 1000)
    digest, ecr = f"sha256:{hashlib.sha256(content).hexdigest()}", repository.ecr
    upload = {"repositoryName": "app", "uploadId": ecr.initiate_layer_upload(repositoryName="app")["uploadId"]}
    ecr.upload_layer_part(**upload, partFirstByte=0, partLastByte=PART - 1, layerPartBlob=content[:PART])
    with pytest.raises(ecr.exceptions.InvalidLayerPartException):
        ecr.upload_layer_part(**upload, partFirstByte=PART + 1, partLastByte=PART + 999, layerPartBlob=content[PART + 1 :])
    ecr.upload_layer_part(**upload, partFirstByte=PART, partLastByte=PART + 999, layerPartBlob=content[PART:])
    ecr.complete_layer_upload(**upload, layerDigests=[digest])
    found = ecr.batch_check_layer_availability(repositoryName="app", layerDigests=[digest])["layers"][0]
    assert (found["layerAvailability"], found["layerSize"]) == ("AVAILABLE", len(content))
    assert repository.ask("GET", f"blobs/{digest}").body == content


def _stored(aws: Server) -> int:
    """How many blobs are on disk."""
    return sum(path.is_file() for path in (Path(aws.local.folder) / "local" / "registry").rglob("*"))
