"""What a builder prints, read as steps: which one runs, what each printed, which one failed and why."""

import re
from dataclasses import dataclass, field

_LINE = re.compile(r"#(?P<id>\d+) (?P<text>.*)")
_OUTPUT = re.compile(r"\d+\.\d+ (?P<text>.*)")
_CLASSIC_STEP = re.compile(r"Step \d+/\d+ : (?P<text>.*)")
_SIZE = re.compile(r"(?:transferring \w+:|sha256:[0-9a-f]+) (?P<size>[\d.]+\s?[kMGT]?B(?: / [\d.]+\s?[kMGT]?B)?)")
_SHOWN = ("[", "exporting", "pushing")
"""How steps begin that are worth a look; the others are the builder's own business."""
_FLAGS = re.compile(r" --(?:mount|network|security)=\S+")
_PUSH = re.compile(r"failed to push \S+: (?P<said>.*)")
_METADATA = re.compile(r"\[internal\] load metadata for (?P<image>\S+)")


@dataclass
class Step:
    """One step of a build."""

    name: str
    output: list[str] = field(default_factory=list)
    error: str | None = None

    @property
    def shown(self) -> str:
        """Its name in few words: without the flags of a RUN."""
        return " ".join(_FLAGS.sub("", self.name).split())

    @property
    def is_of_cache(self) -> bool:
        """Whether it reads or writes a cache, which a build can do without."""
        return self.name.startswith(("exporting cache", "importing cache"))

    @property
    def push_fault(self) -> str | None:
        """Why the push of the image failed, where that is what this step did: at its end, or as a step of its own."""
        if self.error and (match := _PUSH.match(self.error)):
            return match["said"]
        return self.error if self.name.startswith("pushing ") else None


class Steps:
    """Reads BuildKit's plain progress, or what the classic builder prints, line by line."""

    def __init__(self) -> None:
        self._steps: dict[str, Step] = {}
        self._current: Step | None = None
        self._said: list[str] = []

    def read(self, line: str) -> str | None:
        """Take in a line; the name of the step where one begins with it, with the size of what is moved where it tells that."""
        if match := _LINE.match(line):
            return self._buildkit(match["id"], match["text"])
        if match := _CLASSIC_STEP.match(line):
            self._current = self._steps.setdefault(line, Step(match["text"]))
            return match["text"]
        if self._current and _CLASSIC_STEP.match(next(iter(self._steps))):
            self._current.output.append(line)
        elif line.strip():
            self._said.append(line)
        return None

    def _buildkit(self, id: str, text: str) -> str | None:
        step = self._steps.get(id)
        if step is None:
            self._steps[id] = self._current = Step(text)
            return self._current.shown if text.startswith(_SHOWN) else None
        if text.startswith("ERROR: "):
            step.error = text.removeprefix("ERROR: ")
        elif match := _OUTPUT.match(text):
            step.output.append(match["text"])
        elif match := _SIZE.match(text):
            return f"{step.shown}, {match['size']}"
        elif text == "pushing layers":
            return text
        return None

    @property
    def failed(self) -> Step:
        """The step that failed; with the classic builder, the last one. A step of its own where none is known."""
        faults = [step for step in self._steps.values() if step.error and "context canceled" not in step.error]
        return next(iter(faults), None) or self._current or Step("start", output=self._said)

    @property
    def missing_base(self) -> str | None:
        """The base image that could not be had, where that is what failed."""
        match = _METADATA.match(self.failed.name)
        return match["image"].removeprefix("docker.io/library/").removeprefix("docker.io/") if match else None
