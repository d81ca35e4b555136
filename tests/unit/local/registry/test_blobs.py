"""The store of blobs: what stays and what goes."""

import hashlib
import time

import pytest

from dockyard.local.registry.blobs import PUSH_SECONDS, BlobStore, DigestError, Repository

APP, OTHER = Repository("1", "us-east-1", "shop/app"), Repository("1", "us-east-1", "other")


@pytest.fixture
def store(tmp_path):
    return BlobStore(tmp_path / "registry")


def _pushed(store, content, repository=APP):
    upload = store.begin(repository)
    store.upload(repository, upload).write_bytes(content)
    digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
    store.finish(repository, upload, digest)
    return digest


def test_a_blob_is_found_in_its_repository_alone(store):
    digest = _pushed(store, b"one")
    assert store.find(APP, digest).read_bytes() == b"one"
    assert store.find(OTHER, digest) is None


@pytest.mark.parametrize("name", ["sha256:../../secret", "sha256:ABC", "", "sha512:" + "0" * 64])
def test_what_is_no_digest_is_not_found(store, name):
    assert store.find(APP, name) is None


@pytest.mark.parametrize("upload", ["../other", "", "0" * 32])
def test_what_is_no_upload_is_not_found(store, upload):
    with pytest.raises(LookupError):
        store.upload(APP, upload)


def test_a_wrong_digest_leaves_the_upload(store):
    upload = store.begin(APP)
    with pytest.raises(DigestError):
        store.finish(APP, upload, f"sha256:{'0' * 64}")
    assert store.upload(APP, upload).is_file()


def test_a_mounted_blob_stays_when_its_first_repository_goes(store):
    digest = _pushed(store, b"one")
    assert store.mount(APP, OTHER, digest)
    store.drop(APP)
    assert store.find(OTHER, digest).read_bytes() == b"one"
    assert not store.mount(APP, OTHER, digest)


def test_a_mounted_blob_is_relied_on_whatever_becomes_of_the_push_to_its_first_repository(store):
    digest = _pushed(store, b"one")
    store.mount(APP, OTHER, digest)
    store.settle(APP, [digest])
    store.sweep(OTHER, set())
    assert store.find(OTHER, digest)
    store.settle(OTHER, [digest])
    store.sweep(OTHER, set())
    assert (store.find(OTHER, digest), bool(store.find(APP, digest))) == (None, True)


def test_a_blob_that_was_named_and_is_not_any_more_goes_at_once(store):
    named, gone = _pushed(store, b"named"), _pushed(store, b"gone")
    store.settle(APP, [named, gone])
    store.sweep(APP, {named})
    assert (store.find(APP, named) is None, store.find(APP, gone)) == (False, None)


def test_what_a_push_relies_on_stays_until_that_push_is_over(store):
    digest, upload = _pushed(store, b"one"), store.begin(APP)
    store.settle(APP, [digest])
    store.claim(store.find(APP, digest))
    store.sweep(APP, set())
    assert store.find(APP, digest) and store.upload(APP, upload)
    store.sweep(APP, set(), now=time.time() + PUSH_SECONDS + 1)
    assert not list(store.folder.rglob("*.upload")) and store.find(APP, digest) is None
