"""A queue with its dead letters."""

from dataclasses import dataclass
from typing import Any

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs

from constructs import Construct

DEAD_LETTERS_KEPT = Duration.days(14)
"""As long as SQS keeps any message: there is time to look at them."""


@dataclass(frozen=True)
class Order:
    """That a queue is FIFO: messages of one group come in their order, and each once.

    https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-fifo-queues.html
    """

    content_based_deduplication: bool = False
    """Whether the body tells a message from another, where its sender gives no id. Default: the id must be given."""


def queue(scope: Construct, id: str, order: Order | None, **settings: Any) -> sqs.Queue:
    """An encrypted queue, TLS only."""
    if order:
        settings |= {"fifo": True, "content_based_deduplication": order.content_based_deduplication or None}
    return sqs.Queue(scope, id, encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True, **settings)


class MessageQueue(Construct):
    """An encrypted queue, TLS only, whose messages go to a second one when they were received too often.

    Read `queue` and `dead_letter_queue`.
    """

    def __init__(
        self,
        scope: Construct,
        id: str,
        *,
        visibility_timeout: Duration | None = None,
        max_receive_count: int = 5,
        order: Order | None = None,
    ) -> None:
        """Make both.

        :param visibility_timeout: how long a message that was received is hidden from others. Default: 1 minute.
        :param max_receive_count: how often a message is received before it goes to the dead-letter queue, 1 to 1000.
        :param order: whether both are FIFO queues. Default: they are not.
        """
        super().__init__(scope, id)
        self.dead_letter_queue = queue(self, "DeadLetters", order, retention_period=DEAD_LETTERS_KEPT)
        self.queue = queue(
            self,
            "Resource",
            order,
            visibility_timeout=visibility_timeout or Duration.minutes(1),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=max_receive_count, queue=self.dead_letter_queue),
        )
