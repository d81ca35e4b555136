"""A queue with its dead letters."""

from aws_cdk import Duration
from aws_cdk import aws_sqs as sqs

from constructs import Construct
from dockyard_constructs.worker_service import DEAD_LETTERS_KEPT


class MessageQueue(Construct):
    """An encrypted queue, TLS only, whose messages go to a second one when they were received too often.

    Read `queue` and `dead_letter_queue`.
    """

    def __init__(
        self, scope: Construct, id: str, *, visibility_timeout: Duration | None = None, max_receive_count: int = 5
    ) -> None:
        """Make both.

        :param visibility_timeout: how long a message that was received is hidden from others. Default: 1 minute.
        :param max_receive_count: how often a message is received before it goes to the dead-letter queue, 1 to 1000.
        """
        super().__init__(scope, id)
        encrypted = sqs.QueueEncryption.SQS_MANAGED
        self.dead_letter_queue = sqs.Queue(
            self, "DeadLetters", encryption=encrypted, enforce_ssl=True, retention_period=DEAD_LETTERS_KEPT
        )
        self.queue = sqs.Queue(
            self,
            "Resource",
            encryption=encrypted,
            enforce_ssl=True,
            visibility_timeout=visibility_timeout or Duration.minutes(1),
            dead_letter_queue=sqs.DeadLetterQueue(max_receive_count=max_receive_count, queue=self.dead_letter_queue),
        )
