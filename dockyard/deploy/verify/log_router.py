"""Files of S3 that log routers (FireLens) are to read: whether they are there, as no task starts without."""

from collections.abc import Iterator

from dockyard.build.plan import side_by_side
from dockyard.config import s3_location
from dockyard.deploy.verify.check import Check, looked, ng, ok
from dockyard.deploy.verify.scene import Scene

NAME = "firelens.config"


def log_router_checks(scene: Scene) -> Iterator[Check]:
    """Of each service that names one."""
    named = {name: file for name, one in scene.services.items() if one.firelens and (file := s3_location(one.firelens.config))}
    for found in side_by_side(lambda name: [*looked(name, NAME, lambda: [_there(scene, name, *named[name])])], list(named)):
        yield from found


def _there(scene: Scene, name: str, bucket: str, key: str) -> Check:
    s3 = scene.reading.s3
    try:
        found = s3.list_objects_v2(Bucket=bucket, Prefix=key, MaxKeys=1).get("Contents", [])
    except s3.exceptions.NoSuchBucket:
        return ng(name, NAME, f"no bucket {bucket}", "make it and put the file there, or name another in service.yaml")
    if [one["Key"] for one in found] == [key]:
        return ok(name, NAME, f"s3://{bucket}/{key} is there")
    return ng(name, NAME, f"no {key} in bucket {bucket}", f"put it there: aws s3 cp FILE s3://{bucket}/{key}")
