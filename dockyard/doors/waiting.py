"""A buildx that starts before it is known what it is to build.

A program of Go takes as long to start, and to ask its engine what that can do, as a fifth of a build of one changed line.
`buildx bake` does both before it reads its file, which may come later, by standard input.
https://docs.docker.com/reference/cli/docker/buildx/bake/#file
"""

import contextlib
import json
import os
import subprocess
from collections.abc import Callable, Sequence
from typing import Any

GIT_INFO = "BUILDX_GIT_INFO"
"""Unless it is false, buildx runs git up to five times before each build, to tell a provenance of the repository and its changes.
https://docs.docker.com/build/building/variables/#buildx_git_info"""
_SETTINGS = {GIT_INFO: "false", "BUILDX_BAKE_ENTITLEMENTS_FS": "0"}
"""Variables, where the user has not set them: it may read this machine's certificates without being told so, as `buildx build`.
https://docs.docker.com/build/building/variables/#buildx_bake_entitlements_fs"""
_TARGET = "image"
_LISTS = {"--platform": "platforms", "--tag": "tags", "--secret": "secret", "--cache-from": "cache-from"}
_MAPS = {"--label": "labels", "--build-arg": "args"}
_WORDS = {"--file": "dockerfile", "--target": "target"}
_ALONE = {"--load": ("output", "type=docker"), "--provenance=false": ("attest", "type=provenance,disabled=true")}
_TEMPLATES = ("${", "%{")


class Waiting:
    """The program, for one build; of two that ask for it, the first has it. When we end, its input does, and it ends as well."""

    def __init__(self, plugin: str, builder: str) -> None:
        """Start it. Raises OSError where there is no such program.

        :param plugin: buildx itself, without `docker`.
        """
        self.plugin = plugin
        self._options = ["--builder", builder, "--progress=plain"]
        self._begun = [
            subprocess.Popen(
                [plugin, "bake", *self._options, "--file", "-", _TARGET],
                env={**_SETTINGS, **os.environ},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
            )
        ]

    def build(self, arguments: Sequence[str], on_line: Callable[[str], None]) -> int | None:
        """Do what `docker` does with these arguments of `buildx build`; its exit code. None where another program is to do it."""
        from dockyard.doors.process import Processes  # noqa: PLC0415  # it takes time to import, and we are to start at once

        definition = self._definition(arguments)
        try:
            begun = self._begun.pop() if definition else None
        except IndexError:
            begun = None
        if begun is None:
            return None
        assert begun.stdin  # noqa: S101  # it is a pipe
        with contextlib.suppress(OSError):  # it has ended, and tells why
            begun.stdin.write(json.dumps({"target": {_TARGET: definition}}))
            begun.stdin.close()
        return Processes.follow(begun, on_line).code

    def drop(self) -> None:
        """End it, where nothing was asked of it."""
        while self._begun:
            begun = self._begun.pop()
            begun.kill()
            begun.communicate()

    def _definition(self, arguments: Sequence[str]) -> dict[str, Any] | None:
        """The same for bake; None where it has no such argument, or is another builder.

        https://docs.docker.com/build/bake/reference/
        """
        words, context = list(arguments[2:-1]), arguments[-1]
        if list(arguments[:2]) != ["buildx", "build"] or any(sign in word for word in arguments for sign in _TEMPLATES):
            return None  # bake has variables in its texts
        made: dict[str, Any] = {"context": context, "output": []}
        options = [*self._options]
        while words:
            word = words.pop(0)
            if word in options:
                options.remove(word)
            elif word in _ALONE:
                key, value = _ALONE[word]
                made.setdefault(key, []).append(value)
            elif word in _LISTS and words:
                made.setdefault(_LISTS[word], []).append(words.pop(0))
            elif word in _MAPS and words:
                name, _, value = words.pop(0).partition("=")
                made.setdefault(_MAPS[word], {})[name] = value
            elif word in _WORDS and words:
                made[_WORDS[word]] = words.pop(0)
            else:
                return None
        return None if options else made
