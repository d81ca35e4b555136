"""Resources that services are linked with: tables, queues, buckets, topics, databases, made or already there."""

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Tag, model_validator

from dockyard.config.model import Model, number, words
from dockyard.config.problems import one_of, unknown_word
from dockyard.config.shown import show

Removal = Literal["keep", "delete"]


def _existing(service: str, resource: str, name: str, *, within: str = r"[a-z0-9-]+:\d{12}:") -> AfterValidator:
    pattern = rf"{name}|arn:aws:{service}:{within}{name}"
    return words(f"the name of a {resource} of this account and region, or the ARN of any", pattern)


_TABLE = _existing("dynamodb", "table", r"[A-Za-z0-9_.-]{3,255}", within=r"[a-z0-9-]+:\d{12}:table/")
_QUEUE = _existing("sqs", "queue", r"[A-Za-z0-9_-]{1,75}(\.fifo)?")
_BUCKET = _existing("s3", "bucket", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]", within="::")
_TOPIC = _existing("sns", "topic", r"[A-Za-z0-9_-]{1,251}(\.fifo)?")
_ATTRIBUTE = words(
    "an attribute's name, with number or binary behind it where it is no text", r"[A-Za-z0-9_.-]{1,255}( (number|binary))?"
)
Attribute = Annotated[str, _ATTRIBUTE]


def check_fifo(*, fifo: bool, by_content: bool) -> None:
    """Raises ValueError where messages that are in no order are to be told apart by their content."""
    if by_content and not fifo:
        raise ValueError("content_based_deduplication needs fifo: true")


class Resource(Model):
    """A resource of some kind."""

    kind: str
    """What it is."""

    @model_validator(mode="after")
    def _nothing_else_of_what_is_there(self) -> "Resource":
        others = sorted(self.model_fields_set - {"kind", "existing", "access"})
        if others and "existing" in self.model_fields_set:
            raise ValueError(f"existing is there already and nothing else of it can be set: remove {', '.join(others)}")
        return self


class TableResource(Resource):
    """A table of DynamoDB: on demand, encrypted, with point-in-time recovery."""

    kind: Literal["table"]
    """What it is."""
    partition_key: Attribute = "id"
    """Its partition key: the attribute's name, followed by `number` or `binary` where it is no text."""
    sort_key: Attribute | None = None
    """Its sort key, likewise. Default: none."""
    removal: Removal = "keep"
    """What becomes of it, and of what is in it, when it is taken out of the file or its stack is deleted."""
    existing: Annotated[str, _TABLE] | None = None
    """A table that is there already. Default: one is made."""


class QueueResource(Resource):
    """A queue of SQS, encrypted, with a second one for messages that were received too often, which keeps them for 14 days."""

    kind: Literal["queue"]
    """What it is."""
    visibility_timeout: Annotated[int, number(1, 43200, "seconds")] = 60
    """How long a message that was received is hidden from others: longer than its work takes."""
    max_receives: Annotated[int, number(1, 1000)] = 5
    """How often a message is received before it goes to the dead-letter queue."""
    fifo: bool = False
    """Whether messages of one group come in their order and each once. Another value makes another one."""
    content_based_deduplication: bool = False
    """Whether two messages with the same body within five minutes are one, where the sender gives no id. For `fifo`."""
    existing: Annotated[str, _QUEUE] | None = None
    """A queue that is there already. Default: one is made."""

    @model_validator(mode="after")
    def _deduplicated_in_order(self) -> "QueueResource":
        check_fifo(fifo=self.fifo, by_content=self.content_based_deduplication)
        return self


class BucketResource(Resource):
    """A bucket of S3: nothing in it is public, TLS only, encrypted, versioned (former versions go after 90 days)."""

    kind: Literal["bucket"]
    """What it is."""
    removal: Removal = "keep"
    """What becomes of it, and of what is in it, when it is taken out of the file or its stack is deleted."""
    existing: Annotated[str, _BUCKET] | None = None
    """A bucket that is there already. Default: one is made."""


class TopicResource(Resource):
    """A topic of SNS, TLS only."""

    kind: Literal["topic"]
    """What it is."""
    fifo: bool = False
    """Whether messages of one group come in their order and each once. Another value makes another one."""
    content_based_deduplication: bool = False
    """Whether two messages with the same body within five minutes are one, where the sender gives no id. For `fifo`."""
    existing: Annotated[str, _TOPIC] | None = None
    """A topic that is there already. Default: one is made."""

    @property
    def is_fifo(self) -> bool:
        """Whether it is a FIFO topic, made or there already."""
        return self.fifo or (self.existing or "").endswith(".fifo")

    @model_validator(mode="after")
    def _deduplicated_in_order(self) -> "TopicResource":
        check_fifo(fifo=self.fifo, by_content=self.content_based_deduplication)
        return self


class ExistingDatabase(Model):
    """A database that is there already."""

    host: str = Field(min_length=1)
    """Its name in DNS."""
    port: Annotated[int, number(1, 65535)] = 5432
    """Its port."""
    secret: str = Field(min_length=1)
    """Name or ARN of the secret of Secrets Manager with its `username` and `password`."""
    security_group: Annotated[str, words("a security group's id such as sg-0a1b2c3d", r"sg-[0-9a-f]{8,17}")]
    """The group that must let in who calls it."""
    name: str = Field(min_length=1)
    """Name of the database in it."""


def _half(value: float) -> float:
    if value * 2 != int(value * 2):
        raise ValueError(f"should be a multiple of 0.5 (ACU), got {value:g}")
    return value


Capacity = Annotated[float, number(0, 256, "ACU"), AfterValidator(_half)]
"""https://docs.aws.amazon.com/AmazonRDS/latest/AuroraUserGuide/aurora-serverless-v2.how-it-works.html"""


class DatabaseResource(Resource):
    """Aurora PostgreSQL Serverless v2, encrypted, that lets in the services that are linked with it and nobody else."""

    kind: Literal["database"]
    """What it is."""
    name: Annotated[str, words("1 to 63 letters, digits and _, a letter first", r"[A-Za-z][A-Za-z0-9_]{0,62}")] = "app"
    """Name of the database in it."""
    min: Capacity = 0.5
    """Least capacity, in ACU of 2 GiB each. At 0 it rests while nobody is connected, and wakes within about 15 seconds."""
    max: Capacity = 4
    """Most capacity."""
    version: Annotated[str, words("a version of Aurora PostgreSQL such as 17.7", r"\d{2}\.\d{1,2}")] = "17.7"
    """Version that it is made with; AWS brings its minor ones up to date."""
    removal: Literal["snapshot", "keep", "delete"] = "snapshot"
    """What becomes of it when it is taken out of the file or its stack is deleted; `keep` is protected against deletion, too."""
    existing: ExistingDatabase | None = None
    """A database that is there already. Default: one is made."""

    @model_validator(mode="after")
    def _ordered(self) -> "DatabaseResource":
        if not max(self.min, 1) <= self.max:
            raise ValueError(f"max should be at least min and 1 (ACU), got min {self.min:g} and max {self.max:g}")
        return self


RESOURCES: dict[str, type[Resource]] = {
    "table": TableResource,
    "queue": QueueResource,
    "bucket": BucketResource,
    "topic": TopicResource,
    "database": DatabaseResource,
}
"""Kind to its model."""


def known_kind(value: Any) -> Any:
    """A check that it is a mapping with a `kind` that there is."""
    if isinstance(value, dict) and str(value.get("kind")) not in RESOURCES:
        raise ValueError(f"kind {unknown_word(list(RESOURCES), value.get('kind'))}")
    if not isinstance(value, dict | Resource):
        raise ValueError(f"should be a mapping with kind, which is {one_of(list(RESOURCES))}, got {show(value)}")
    return value


def kind_of(value: Any) -> str:
    """The tag of pydantic's union, which is left out where a fault is told."""
    return f"<{value['kind'] if isinstance(value, dict) else value.kind}>"


AnyResource = Annotated[
    Annotated[TableResource, Tag("<table>")]
    | Annotated[QueueResource, Tag("<queue>")]
    | Annotated[BucketResource, Tag("<bucket>")]
    | Annotated[TopicResource, Tag("<topic>")]
    | Annotated[DatabaseResource, Tag("<database>")],
    Discriminator(kind_of),
    BeforeValidator(known_kind),
]
"""A resource, for pydantic."""
