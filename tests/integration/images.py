"""Images of a few bytes, or of many, pushed to the registry of a local AWS by its protocol alone."""

import base64
import hashlib
import http.client
import json
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from dockyard.doors.registry import Registry
from tests.integration.local_aws import Server

OCI = "application/vnd.oci.image.manifest.v1+json"
OCI_INDEX = "application/vnd.oci.image.index.v1+json"
OCI_CONFIG = "application/vnd.oci.image.config.v1+json"
OCI_LAYER = "application/vnd.oci.image.layer.v1.tar+gzip"


class Answer(NamedTuple):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def error(self) -> str:
        return json.loads(self.body)["errors"][0]["code"]


class Repository:
    """A repository, and a client of the registry's protocol."""

    def __init__(self, aws: Server, name: str = "app", *, make: bool = True, **options: Any) -> None:
        self.name, self.ecr = name, aws.client("ecr")
        if make:
            self.ecr.create_repository(repositoryName=name, **options)
        self.registry = aws.registry()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """A request below /v2/<name>/, with the token."""
        place = path.partition(self.registry.host)[2] if "://" in path else path  # a location may be whole
        place = place if place.startswith("/") else f"/v2/{self.name}/{place}"
        return ask(self.registry.host, method, place, body, {"Authorization": basic(self.registry), **headers})

    def upload(self, *content: bytes) -> dict[str, Any]:
        """Push a blob, a chunk after the other; its descriptor."""
        place = self.ask("POST", "blobs/uploads/").headers["location"]
        digest, size = hashlib.sha256(), 0
        for chunk in content:
            digest.update(chunk)
            size += len(chunk)
            assert self.ask("PATCH", place, chunk).status == 202
        found = f"sha256:{digest.hexdigest()}"
        assert self.ask("PUT", f"{place}?digest={found}").status == 201
        return {"digest": found, "size": size}

    def image(self, content: str, **fields: Any) -> dict[str, Any]:
        """Push config and layer of an image; its manifest."""
        config, layer = self.upload(json.dumps({"of": content}).encode()), self.upload(content.encode())
        return {
            "schemaVersion": 2, "mediaType": OCI, "config": {"mediaType": OCI_CONFIG, **config},
            "layers": [{"mediaType": OCI_LAYER, **layer}], **fields,
        }  # fmt: skip

    def put(self, manifest: dict[str, Any], tag: str | None = None) -> Answer:
        """Push a manifest, by tag or by digest."""
        text = json.dumps(manifest).encode()
        return self.ask("PUT", f"manifests/{tag or digest_of(text)}", text, **{"Content-Type": manifest["mediaType"]})

    def push(self, content: str, *tags: str, **fields: Any) -> str:
        """Push an image, with these tags or with none; its digest."""
        manifest = self.image(content, **fields)
        for tag in tags or (None,):
            answer = self.put(manifest, tag)
            assert answer.status == 201, answer
        return answer.headers["docker-content-digest"]

    def push_index(self, digests: Iterable[str], tag: str) -> str:
        """Push an index of images that are there; its digest."""
        entries = [{"mediaType": OCI, "digest": digest, "size": 1} for digest in digests]
        answer = self.put({"schemaVersion": 2, "mediaType": OCI_INDEX, "manifests": entries}, tag)
        assert answer.status == 201, answer
        return answer.headers["docker-content-digest"]

    def tags(self) -> set[str]:
        return {entry.get("imageTag", "none") for entry in self.ecr.list_images(repositoryName=self.name)["imageIds"]}

    def describe(self, **image_id: str) -> dict[str, Any]:
        return self.ecr.describe_images(repositoryName=self.name, imageIds=[image_id])["imageDetails"][0]

    def delete(self, **image_id: str) -> dict[str, Any]:
        return self.ecr.batch_delete_image(repositoryName=self.name, imageIds=[image_id])


def ask(host: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None) -> Answer:
    """One request to a registry, and to where it keeps its layers."""
    connect = http.client.HTTPConnection if host.startswith("localhost") else http.client.HTTPSConnection
    connection = connect(host, timeout=60)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        found = Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())
    finally:
        connection.close()
    if found.status != HTTPStatus.TEMPORARY_REDIRECT:
        return found
    place = urlsplit(found.headers["location"])
    kept = {key: value for key, value in (headers or {}).items() if key != "Authorization"}
    return ask(place.netloc, method, f"{place.path}?{place.query}", body, kept)


def basic(registry: Registry) -> str:
    return f"Basic {basic_of(registry.username, registry.password)}"


def basic_of(username: str, password: str) -> str:
    return base64.b64encode(f"{username}:{password}".encode()).decode()


def digest_of(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
