"""What went into an image, kept beside a deploy's receipt, so that a new tag can be explained by what differs."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter

from dockyard.build.mirrored import Wanted
from dockyard.build.recipe import Recipe


@dataclass(frozen=True)
class Inputs:
    """All that counts for one tag."""

    tag: str
    settings: Mapping[str, str]
    """The Dockerfile's hash, target, platforms, arguments and identities of bases, by what they are called to the user."""
    files: Mapping[str, str]
    """Path to kind and content."""

    @classmethod
    def of(cls, image: Wanted) -> "Inputs":
        """Those of an image that is built or copied, or of one that was."""
        return cls._of_recipe(image) if isinstance(image, Recipe) else cls(image.tag, dict(image.settings), {})

    @classmethod
    def _of_recipe(cls, recipe: Recipe) -> "Inputs":
        files = {entry.path: f"{entry.kind} {entry.content}" for entry in recipe.files}
        named = "generated Dockerfile" if recipe.generated else "Dockerfile"
        settings = {
            **({named: _hash(recipe.dockerfile)} if named not in files else {}),
            "target": recipe.target or "the last stage",
            "platform": ", ".join(recipe.platforms),
            **({"attestations": " ".join(recipe.attestations)} if recipe.attestations else {}),
            **({"refresh": recipe.refresh} if recipe.refresh else {}),
            **{f"argument {name}": _hash(value) for name, value in recipe.args.items()},
            **{f"base {reference}": identity for reference, identity in recipe.identities.items()},
        }
        return cls(recipe.tag, settings, files)


def changes(before: Inputs, now: Inputs) -> Iterator[str]:
    """What differs, a line each: settings, then files."""
    for what, old, new in _differing(before.settings, now.settings):
        shown = "" if what.endswith("Dockerfile") or what.startswith("argument") else f": {old or 'none'}, now {new or 'none'}"
        yield f"{_how(old, new)} {what}{shown}"
    for path, old, new in _differing(before.files, now.files):
        mode = " (mode or kind)" if old and new and old.split(" ", 1)[1] == new.split(" ", 1)[1] else ""
        yield f"{_how(old, new)} {path}{mode}"


def _differing(before: Mapping[str, str], now: Mapping[str, str]) -> Iterator[tuple[str, str | None, str | None]]:
    for key in sorted({*before, *now}):
        if before.get(key) != now.get(key):
            yield key, before.get(key), now.get(key)


def _how(old: str | None, new: str | None) -> str:
    return "added" if old is None else "removed" if new is None else "changed"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


_FILE = TypeAdapter(dict[str, Inputs])


def write_inputs(file: Path, inputs: Mapping[str, Inputs]) -> None:
    """Keep them, by service."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(_FILE.dump_json(dict(inputs)))


def read_inputs(file: Path) -> dict[str, Inputs]:
    """Those of the last deploy, by service; none where there is no file, or it is damaged."""
    try:
        return _FILE.validate_json(file.read_bytes())
    except (OSError, ValueError):  # pydantic's error is a ValueError
        return {}
