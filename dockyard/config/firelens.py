"""The `firelens` part of a service.yaml: a log router beside its container, and where that sends what containers print."""

from collections.abc import Iterator, Mapping
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from dockyard.config.image import Image
from dockyard.config.model import Model, Value, number, words
from dockyard.config.problems import Problem, one_of
from dockyard.config.reference import Reference
from dockyard.config.secret import Secrets, named
from dockyard.config.shown import show

ROUTER = "log-router"
"""Name of its container, and after the service's of its image."""
ROUTER_MIB = 64
"""Memory that is kept for it, where it says none."""
_NAME = "Name"
"""Of the output plugin; ECS knows it by no other spelling."""
_REQUIRED = {
    **dict.fromkeys(("kinesis_firehose", "firehose"), "delivery_stream"),
    **dict.fromkeys(("kinesis_streams", "kinesis"), "stream"),
    "s3": "bucket",
}
"""Plugins for AWS's services to the option that says what of the service."""
_OF_THE_DRIVER = ("include-pattern", "exclude-pattern", "log-driver-buffer-limit")
"""Options that are ECS's and not the plugin's."""
_OWN_FILE = "/fluent-bit/etc/fluent-bit.conf"
"""Which FireLens writes itself.
https://docs.aws.amazon.com/AmazonECS/latest/developerguide/firelens-taskdef.html"""
_SHIPPED = ("/fluent-bit/configs/", "/ecs/")
"""Where AWS's image has files of its own. https://github.com/aws/aws-for-fluent-bit"""
_AWS_IMAGE, _WITH_INIT = "aws-for-fluent-bit", "init-"

OptionName = Annotated[str, words("the name of an option, without spaces", r"[^\s]+")]
_S3 = "s3://"


def _versioned(image: Image) -> Image:
    if not (image.build or image.from_):
        raise ValueError("should have build or from, got neither")
    if image.from_ and not ((found := Reference.parse(image.from_)).tag or found.digest):
        raise ValueError(f"from: should have a tag or a digest, so that no other router comes by itself, got {show(image.from_)}")
    return image


ConfigFile = Annotated[
    str,
    words(
        "s3://BUCKET/KEY, or the absolute path of a file in the image",
        r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]/[^\s*?]+|(?!.*/\.\.?(/|$))(/[^/:\s\x00-\x1f]+)+",
    ),
]


class Firelens(Model):
    """A log router, Fluent Bit, that takes what the containers print and sends it on."""

    options: dict[OptionName, Value] = Field(default_factory=dict)
    """The output plugin by `Name`, and its options, as Fluent Bit calls them. Of CloudWatch, Firehose, Kinesis and S3 the region
    is the service's, and its task role gets the right; `cloudwatch_logs` without a `log_group_name` means its log group."""
    secrets: Secrets = Field(default_factory=dict)
    """Options whose values stay in SSM Parameter Store or Secrets Manager until the container starts, as its `secrets`."""
    config: ConfigFile | None = None
    """A file of Fluent Bit's, for filters, parsers or more outputs: `s3://BUCKET/KEY`, or an absolute path in the image."""
    image: Annotated[Image, AfterValidator(_versioned)] | None = None
    """Where the router's image comes from: `build`, with a context below the service's folder, or `from`. Default: AWS for
    Fluent Bit."""
    memory: Annotated[int, number(6, 122880, "MiB")] = ROUTER_MIB
    """Of the task's memory, what is kept for it. It may take more."""
    metadata: bool = True
    """Whether each record tells its cluster, task and task definition."""


def s3_location(config: str | None) -> tuple[str, str] | None:
    """Bucket and key of a `config` that is in S3; None of any other."""
    if config is None or not config.startswith(_S3):
        return None
    bucket, _, key = config.removeprefix(_S3).partition("/")
    return bucket, key


def firelens_problems(raw: Mapping[str, Any]) -> Iterator[Problem]:
    """Settings that do not go together. `raw` is the service's."""
    one = raw.get("firelens")
    if not isinstance(one, dict):
        return
    for problem in (*_option_problems(one), *_config_problems(one)):
        yield problem.below("firelens")


def _option_problems(one: Mapping[str, Any]) -> Iterator[Problem]:
    options, secrets = _mapping(one.get("options")), _mapping(named(one.get("secrets")))
    if _NAME not in options and ({*options, *secrets} - {*_OF_THE_DRIVER} or "config" not in one):
        otherwise = next((key for key in options if key.lower() == _NAME.lower()), None)
        if otherwise:
            yield Problem(("options", otherwise), f"should be written {_NAME}: ECS knows it by no other spelling")
        else:
            instead = "" if options or secrets else ", or the file of `config` its outputs"
            message = f"should have {_NAME}, an output plugin such as cloudwatch_logs, kinesis_firehose, s3 or datadog{instead}"
            yield Problem(("options",), message)
    required = _REQUIRED.get(str(options.get(_NAME)))
    if required and required not in options:
        yield Problem(("options", required), f"is required by {options[_NAME]}")
    for name in sorted(options.keys() & secrets.keys()):
        yield Problem(("secrets", name), "is in options as well; keep one of both")


def _config_problems(one: Mapping[str, Any]) -> Iterator[Problem]:
    config, source = one.get("config"), _mapping(one.get("image")).get("from")
    if not isinstance(config, str):
        return
    if config == _OWN_FILE:
        yield Problem(("config",), "is the file that FireLens writes; give yours another name")
    elif config.startswith("/") and "image" not in one and not config.startswith(_SHIPPED):
        message = f"is not in AWS's image, which has files below {one_of(list(_SHIPPED))}: give the image that has it, or s3://…"
        yield Problem(("config",), message)
    elif config.startswith(_S3) and isinstance(source, str) and not _reads_s3(source):
        yield Problem(
            ("config",), f"is read from S3 by images of {_AWS_IMAGE} whose tag begins with {_WITH_INIT}, got {show(source)}"
        )


def _reads_s3(image: str) -> bool:
    """Whether an image may have AWS's init process, which fetches such files; of one of another name nobody knows."""
    try:
        found = Reference.parse(image)
    except ValueError:
        return True  # told by its model
    return not found.repository.endswith(_AWS_IMAGE) or found.tag is None or found.tag.startswith(_WITH_INIT)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}
