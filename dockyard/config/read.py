"""From a file to the mapping in it, with what is wrong told in the words of the house."""

from pathlib import Path
from typing import Any

from dockyard.config.shown import show
from dockyard.config.yaml import parse


def service_files(root: Path, ending: str) -> list[Path]:
    """Every services/*/service with that ending; folders of that name and links to nothing are among them."""
    return [path for path in sorted(root.glob("services/*/service.y*")) if path.suffix == ending]  # `*` finds dangling links


def read(path: Path, file: str, problems: dict[str, None]) -> dict[str, Any] | None:
    """The mapping in a YAML file; None, with the fault noted, where there is none."""
    try:
        return _mapping(parse(_text(path)), "; write kind: web in it" if path.stem == "service" else "")
    except ValueError as error:
        problems[f"{file}: {error}"] = None
        return None


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except FileNotFoundError:
        if path.is_symlink():
            raise ValueError(f"should be a file, got a link to {path.readlink()}, which is not there") from None
        raise ValueError(f"not found in {path.parent}; a project has one in its top folder") from None
    except IsADirectoryError:
        raise ValueError("should be a file, got a folder") from None
    except UnicodeDecodeError as error:
        raise ValueError(f"should be UTF-8 text ({error.reason} at byte {error.start})") from error
    except OSError as error:
        raise ValueError(f"should be a file that can be read, got: {(error.strerror or str(error)).lower()}") from error


def _mapping(data: object, supply: str) -> dict[str, Any]:
    """:param supply: what to write into a file with nothing in it."""
    if not isinstance(data, dict):
        raise ValueError(f"should be a mapping of keys, got {show(data)}{supply if data is None else ''}")
    if key := _half_character(data):
        raise ValueError(f"{key}: holds half of a character (a lone surrogate); write the character itself")
    return data


def _half_character(data: Any) -> str | None:
    """The first key or text with a lone surrogate, which YAML's escapes can make and UTF-8 cannot hold; printable."""
    if isinstance(data, str):
        return ascii(data) if any("\ud800" <= character <= "\udfff" for character in data) else None
    parts = [*data.keys(), *data.values()] if isinstance(data, dict) else data if isinstance(data, list) else []
    return next((found for part in parts if (found := _half_character(part))), None)
