"""How long work tells what it does. The command line shows it; a test may collect it."""

import time
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


class Measured:
    """Passes all on, and knows how long each subject was worked at."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._begun: dict[str, float] = {}
        self.seconds: dict[str, float] = {}
        """Of each subject that has ended, in the order in which they did."""

    def update(self, subject: str, text: str) -> None:
        """It begins with the first word of it."""
        self._begun.setdefault(subject, time.monotonic())
        self._progress.update(subject, text)

    def event(self, subject: str, text: str) -> None:
        """As well."""
        self._begun.setdefault(subject, time.monotonic())
        self._progress.event(subject, text)

    def note(self, subject: str, text: str) -> None:
        """Begins and ends nothing."""
        self._progress.note(subject, text)

    def end(self) -> None:
        """Count what has not ended until now, as where it failed."""
        for subject in list(self._begun):
            self._count(subject)

    def done(self, subject: str, text: str) -> None:
        """Add what it took this time: an image is built, and pushed later."""
        if subject in self._begun:
            self._count(subject)
        self._progress.done(subject, text)

    def _count(self, subject: str) -> None:
        took = time.monotonic() - self._begun.pop(subject)
        self.seconds[subject] = round(self.seconds.get(subject, 0.0) + took, 1)
