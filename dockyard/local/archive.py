"""An image of one layer, kept as files and uploaded to a registry: no engine is needed for either.

https://github.com/opencontainers/image-spec/blob/main/manifest.md
https://github.com/opencontainers/distribution-spec/blob/main/spec.md#pushing-blobs
"""

import base64
import gzip
import hashlib
import json
import platform
import shutil
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from dockyard.doors.registry import Registry

_CONFIG = "application/vnd.docker.container.image.v1+json"
_LAYER = "application/vnd.docker.image.rootfs.diff.tar.gzip"
_MANIFEST = "application/vnd.docker.distribution.manifest.v2+json"
_BLOCK = 1 << 20
_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "arm64": "arm64"}


@dataclass(frozen=True)
class Archive:
    """An image in a folder: `layer.tar.gz`, `config.json`, `manifest.json`, and `facts.json` with what was noted of it."""

    folder: Path

    @property
    def is_there(self) -> bool:
        """Whether it was made; its files appear all at once."""
        return (self.folder / "manifest.json").is_file()

    @property
    def digest(self) -> str:
        """Digest of the image, by which every registry knows it."""
        return _sha256((self.folder / "manifest.json").read_bytes())

    @property
    def facts(self) -> dict[str, Any]:
        """What was noted when it was made."""
        facts: dict[str, Any] = json.loads((self.folder / "facts.json").read_text(encoding="utf-8"))
        return facts

    def upload(self, registry: Registry, repository: str, tag: str) -> None:
        """Put the image into a registry on this machine. Raises OSError where it does not take it."""
        base, send = f"http://{registry.host}/v2/{repository}", _Sender(registry)
        manifest = (self.folder / "manifest.json").read_bytes()
        content = json.loads(manifest)
        for entry, name in ((content["layers"][0], "layer.tar.gz"), (content["config"], "config.json")):
            if not send.is_there(f"{base}/blobs/{entry['digest']}"):
                with send("POST", f"{base}/blobs/uploads/") as answer:
                    place = urljoin(base, answer.headers["Location"])
                send("PUT", f"{place}?digest={entry['digest']}", (self.folder / name).read_bytes()).close()
        send("PUT", f"{base}/manifests/{tag}", manifest, {"Content-Type": _MANIFEST}).close()


def make_archive(tar: Path, folder: Path, config: Mapping[str, object], facts: Mapping[str, object]) -> Archive:
    """Make an image from the tar of a root file system; `config` is that of its containers. It appears in `folder` whole."""
    unfinished = folder.with_name(f"{folder.name}.unfinished")
    shutil.rmtree(unfinished, ignore_errors=True)
    unfinished.mkdir(parents=True)
    layer = unfinished / "layer.tar.gz"
    with (
        tar.open("rb") as source,
        layer.open("wb") as raw,
        gzip.GzipFile(fileobj=raw, mode="wb", compresslevel=1, mtime=0) as target,
    ):
        shutil.copyfileobj(source, target, _BLOCK)
    image = {
        "architecture": _ARCHITECTURES.get(platform.machine(), platform.machine()),
        "os": "linux",
        "config": dict(config),
        "rootfs": {"type": "layers", "diff_ids": [_sha256_of(tar)]},
    }
    blob = json.dumps(image).encode()
    manifest = {
        "schemaVersion": 2,
        "mediaType": _MANIFEST,
        "config": {"mediaType": _CONFIG, "size": len(blob), "digest": _sha256(blob)},
        "layers": [{"mediaType": _LAYER, "size": layer.stat().st_size, "digest": _sha256_of(layer)}],
    }
    (unfinished / "config.json").write_bytes(blob)
    (unfinished / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    (unfinished / "facts.json").write_text(json.dumps(dict(facts)), encoding="utf-8")
    shutil.rmtree(folder, ignore_errors=True)
    unfinished.rename(folder)
    return Archive(folder)


@dataclass(frozen=True)
class _Sender:
    """Requests to a registry, with its credentials."""

    registry: Registry

    def __call__(self, method: str, url: str, body: bytes | None = None, headers: Mapping[str, str] | None = None) -> Any:
        credentials = base64.b64encode(f"{self.registry.username}:{self.registry.password}".encode()).decode()
        data = body or (b"" if method == "POST" else None)
        every = {"Authorization": f"Basic {credentials}", **(headers or {})}
        request = urllib.request.Request(url, data=data, method=method, headers=every)  # noqa: S310  # this machine
        direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))  # not by a proxy: it does not know this machine
        return direct.open(request, timeout=120)

    def is_there(self, url: str) -> bool:
        """Whether the registry has it."""
        try:
            self("HEAD", url).close()
        except urllib.error.HTTPError as error:
            if error.code == 404:
                error.close()
                return False
            raise
        return True


def _sha256(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _sha256_of(path: Path) -> str:
    with path.open("rb") as file:
        return f"sha256:{hashlib.file_digest(file, 'sha256').hexdigest()}"
