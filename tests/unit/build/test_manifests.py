"""What manifests say."""

import json

import pytest

from dockyard.build.manifests import read


def _read(**content):
    return read(json.dumps({"schemaVersion": 2, **content}).encode())


def test_an_image_is_its_config_and_layers_but_for_those_kept_elsewhere():
    layers = [{"digest": "b", "size": 20}, {"digest": "b", "size": 20}, {"digest": "c", "size": 5, "urls": ["https://x"]}]
    image = _read(config={"digest": "a", "size": 1, "mediaType": "config"}, layers=layers)
    assert (image.blobs, image.size, image.artifact_type, image.is_index) == (("a", "b"), 46, "config", False)


def test_an_artifact_with_an_empty_config_is_what_it_says():
    config = {"digest": "a", "size": 2, "mediaType": "application/vnd.oci.empty.v1+json"}
    artifact = _read(config=config, artifactType="signature", subject={"digest": "s"})
    assert (artifact.artifact_type, artifact.subject) == ("signature", "s")


def test_an_index_has_images_and_no_blobs():
    index = _read(manifests=[{"digest": "a"}, {"digest": "b"}])
    assert (index.is_index, index.images, index.blobs) == (True, ("a", "b"), ())


@pytest.mark.parametrize("text", [b"", b"{", b"[]", b'{"schemaVersion": 1}', b'{"schemaVersion": 2, "layers": [{}]}',
                                  b'{"schemaVersion": 2, "config": "x"}', b'{"schemaVersion": 2, "manifests": [1]}'])  # fmt: skip
def test_what_is_no_manifest_is_refused(text):
    with pytest.raises(ValueError):
        read(text)
