"""How long work tells what it does. The command line shows it; a test may collect it."""

from typing import Protocol


class Progress(Protocol):
    """Told about subjects: a service, a stack, a step. May be called from several threads at once."""

    def update(self, subject: str, text: str) -> None:
        """What is being done about the subject now."""

    def event(self, subject: str, text: str) -> None:
        """What has happened, a line of its own."""

    def note(self, subject: str, text: str) -> None:
        """What is to be seen whatever comes after it: something does not go well."""

    def done(self, subject: str, text: str) -> None:
        """How it ended."""


class Silent:
    """Tells nobody."""

    def update(self, subject: str, text: str) -> None:
        """Nothing."""

    def event(self, subject: str, text: str) -> None:
        """Nothing."""

    def note(self, subject: str, text: str) -> None:
        """Nothing."""

    def done(self, subject: str, text: str) -> None:
        """Nothing."""
