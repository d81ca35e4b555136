"""Files of S3 that log routers read, by an S3 that gives the answers of the test."""

from types import SimpleNamespace

import pytest
from botocore.exceptions import ClientError

from dockyard.config import Web
from dockyard.deploy.verify.log_router import log_router_checks


class MissingError(Exception):
    pass


class S3:
    exceptions = SimpleNamespace(NoSuchBucket=MissingError)

    def list_objects_v2(self, Bucket, Prefix, MaxKeys):  # noqa: N803
        if Bucket == "none":
            raise MissingError
        if Bucket == "shut":
            raise ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "ListObjectsV2")
        keys = [key for key in ("a.conf", "b.conf.old") if key.startswith(Prefix)][:MaxKeys]
        return {"Contents": [{"Key": key} for key in keys]} if keys else {}


@pytest.mark.parametrize(
    ("config", "told"),
    [
        ("s3://conf/a.conf", [("OK", "s3://conf/a.conf is there")]),
        ("s3://conf/b.conf", [("NG", "no b.conf in bucket conf")]),
        ("s3://conf/c.conf", [("NG", "no c.conf in bucket conf")]),
        ("s3://none/a.conf", [("NG", "no bucket none")]),
        ("s3://shut/a.conf", [("SKIP", "may not be asked: ListObjectsV2 is denied (docs/permissions.md)")]),
        ("/fluent-bit/configs/parse-json.conf", []),
    ],
)
def test_a_file_that_is_not_there_is_told(config, told):
    web = Web.model_validate({"kind": "web", "firelens": {"config": config}})
    scene = SimpleNamespace(services={"web": web, "api": Web(kind="web")}, reading=SimpleNamespace(s3=S3()))
    assert [(one.verdict, one.found) for one in log_router_checks(scene)] == told
