"""Faults in a file, in the words of the house: where, what was got, what to supply."""

import difflib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from dockyard.config.docstrings import description
from dockyard.config.shown import show

Location = tuple[int | str, ...]
MOST_TOLD = 12
"""So many known keys are told with an unknown one."""
WORDS_OF_OTHERS = {
    **dict.fromkeys(("replicas", "instances", "desiredcount", "scale", "scaling", "autoscaling"), ("count",)),
    **dict.fromkeys(("environment", "variables", "vars", "envvars"), ("env",)),
    **dict.fromkeys(("healthcheck", "healthchecks", "healthy"), ("http.health", "health")),
    **dict.fromkeys(("build", "dockerfile"), ("image.build",)),
    **dict.fromkeys(("domain", "hostname", "alias"), ("http.host",)),
    **dict.fromkeys(("path", "route", "routes"), ("http.path",)),
    **dict.fromkeys(("cron", "every"), ("schedule",)),
    **dict.fromkeys(("platform", "launchtype"), ("runs_on",)),
    **dict.fromkeys(("storage", "mounts"), ("volumes",)),
    **dict.fromkeys(("deadletter", "dlq"), ("queue.max_receives",)),
    **dict.fromkeys(("logs", "logging", "logrouter", "logdriver", "logconfiguration"), ("firelens",)),
    **dict.fromkeys(("destination", "output"), ("options",)),
    **dict.fromkeys(("secretoptions",), ("secrets",)),
    **dict.fromkeys(("configfile", "configfilepath", "configfilevalue"), ("config",)),
    **dict.fromkeys(("enablemetadata", "enableecslogmetadata"), ("metadata",)),
}
"""What other tools call it, in lower case without `_` and `-`, to the key here: the first that is known."""


@dataclass(frozen=True)
class Problem:
    """One fault: `location` is the path to the key within the file."""

    location: Location
    message: str

    def text(self, file: str) -> str:
        """`services/web/service.yaml: http.health.interval: should be 5 to 300 (seconds), got 2`"""
        key = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in self.location).removeprefix(".")
        return f"{file}: {key}: {self.message}" if key else f"{file}: {self.message}"

    def below(self, *keys: str) -> "Problem":
        """The same fault, at a key below these."""
        return Problem((*keys, *self.location), self.message)


def holds(raw: Any, location: Location) -> bool:
    """Whether the value at `location` is, or is below, one that `raw` has."""
    for step in location:
        if not isinstance(raw, dict):
            return True
        if step not in raw:
            return False
        raw = raw[step]
    return bool(location)


def problems_of(
    error: ValidationError, model: type[BaseModel], elsewhere: Mapping[str, str] = MappingProxyType({})
) -> Iterator[Problem]:
    """The faults that pydantic found while it read `model`.

    :param elsewhere: what is said of keys that are known, but not to this model.
    """
    details = error.errors(include_url=False)
    for detail in details:
        inside = [other for other in details if other is not detail and other["loc"][: len(detail["loc"])] == detail["loc"]]
        if detail["type"] == "too_short" and inside:
            continue  # only the good ones were counted, and the bad ones are told
        location, field, owner = _walk(model, detail["loc"])
        strange = detail["type"] == "extra_forbidden" and len(location) == 1 and elsewhere.get(str(location[0]))
        yield Problem(location, strange or _message(detail, field, owner))


def one_of(values: list[str]) -> str:
    """`a`, `a or b`, `a, b or c`; `none` where there is none."""
    return _listed(values, "or")


def all_of(values: list[str]) -> str:
    """`a`, `a and b`, `a, b and c`; `none` where there is none."""
    return _listed(values, "and")


def _listed(values: list[str], word: str) -> str:
    if len(values) < 2:
        return values[0] if values else "none"
    return f"{', '.join(values[:-1])} {word} {values[-1]}"


def _message(detail: ErrorDetails, field: FieldInfo | None, owner: type[BaseModel] | None) -> str:
    kind, got, context = detail["type"], show(detail["input"]), detail.get("ctx", {})
    match kind:
        case "extra_forbidden":
            return _unknown_key(str(detail["loc"][-1]), owner)
        case "missing":
            text = description(owner, str(detail["loc"][-1])) if owner else None
            return "is required" + (f": {_plain(text)}" if text else "")
        case "value_error":
            return str(context["error"])
        case "greater_than_equal" | "less_than_equal" if field:
            return f"should be {_bounds(field)}, got {got}"
        case "literal_error":
            return unknown_word(re.findall(r"'(.*?)'", context["expected"]) or [context["expected"].lower()], detail["input"])
        case "too_short":
            return f"should have at least {context['min_length']}, got {context['actual_length']}"
        case "string_too_short":
            return "should not be empty"
        case "recursion_loop" | "json_invalid":
            return detail["msg"]
    if field and kind.startswith(("int_", "float_")) and any(_bounded(field)):
        return f"should be {_TYPES[kind]}, {_bounds(field)}, got {got}"
    return f"should be {_TYPES.get(kind, detail['msg'].lower())}, got {got}" + _short_for(kind, detail["input"], field)


def _short_for(kind: str, got: object, field: FieldInfo | None) -> str:
    """What a text may be short for: `/up` for `{path: /up}`, where there is such a key, and `api` for `[api]`."""
    if not isinstance(got, str) or not field:
        return ""
    if _TYPES.get(kind) == "a list":
        return f"; write [{got}]"
    has_path = any("path" in model.model_fields for model in _models(field.annotation))
    return f"; write {{path: {got}}}" if has_path and got.startswith("/") else ""


def _models(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that a type is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models(part)


_TYPES = {
    **dict.fromkeys(("int_type", "int_parsing", "int_from_float"), "an integer"),
    **dict.fromkeys(("float_type", "float_parsing"), "a number"),
    **dict.fromkeys(("bool_type", "bool_parsing"), "true or false"),
    **dict.fromkeys(("dict_type", "model_type", "model_attributes_type"), "a mapping of keys"),
    **dict.fromkeys(("tuple_type", "list_type"), "a list"),
    "string_type": "text",
}


def _unknown_key(key: str, owner: type[BaseModel] | None) -> str:
    known = [field.alias or name for name, field in owner.model_fields.items()] if owner else []
    same = [word for word in WORDS_OF_OTHERS.get(re.sub("[_-]", "", key).lower(), ()) if word.split(".")[0] in known]
    if close := same or difflib.get_close_matches(key, known, n=1):
        return f"unknown key; did you mean {close[0]}?"
    if len(known) > MOST_TOLD:
        return f"unknown key; the {len(known)} that are known here are in Dockyard's docs: service_yaml.md, dockyard_yaml.md"
    return "unknown key" + (f"; known here: {', '.join(known)}" if known else "")


def unknown_word(known: list[str], got: object) -> str:
    """`should be web or task, got "wep"; did you mean web?`"""
    close = difflib.get_close_matches(got.lower(), known, n=1) if isinstance(got, str) else []
    return f"should be {one_of(known)}, got {show(got)}" + (f"; did you mean {close[0]}?" if close else "")


def _bounds(field: FieldInfo) -> str:
    field = next(_bounded(field))
    low, high = (next(getattr(m, side) for m in field.metadata if hasattr(m, side)) for side in ("ge", "le"))
    extra = field.json_schema_extra
    unit = extra.get("unit") if isinstance(extra, dict) else None
    return f"{low} to {high}" + (f" ({unit})" if unit else "")


def _bounded(field: FieldInfo) -> Iterator[FieldInfo]:
    """The field, or what it is made of, as far as it has bounds."""
    return (one for one in (field, *_inner(field.annotation)) if any(hasattr(m, "ge") for m in one.metadata))


def _inner(annotation: Any) -> Iterator[FieldInfo]:
    """What a type says of the numbers in it: `Annotated[int, number(1, 2)] | None`, or a list or mapping of such."""
    for part in get_args(annotation):
        yield from [part] if isinstance(part, FieldInfo) else _inner(part)


def _plain(text: str) -> str:
    sentence = " ".join(text.split()).split(". ")[0].rstrip(".")
    return sentence[:1].lower() + sentence[1:]


def _walk(model: type[BaseModel], steps: Location) -> tuple[Location, FieldInfo | None, type[BaseModel] | None]:
    """The location without pydantic's own steps (a union's `<tag>`, `[key]`), its field, and the model that holds it."""
    location: list[int | str] = []
    owner: type[BaseModel] | None = None
    field: FieldInfo | None = None
    types: list[Any] = [model]
    for step in steps:
        if isinstance(step, str) and step.startswith(("<", "[")):
            types = [t for t in types if _kind(t) == step.strip("<>")] or types
            continue
        location.append(step)
        owner = next((t for t in types if isinstance(t, type) and issubclass(t, BaseModel)), None)
        if owner:
            field = next((f for name, f in owner.model_fields.items() if step in (name, f.alias)), None)
            types = _alternatives(field.annotation) if field else []
        else:
            types = [t for holder in types for t in _alternatives(_member(holder))]
    return tuple(location), field, owner


def _kind(model: Any) -> str | None:
    """The `kind` of what a model describes, which is its tag in a union."""
    field = getattr(model, "model_fields", {}).get("kind")
    return get_args(field.annotation)[0] if field and get_origin(field.annotation) is Literal else None


def _member(holder: Any) -> Any:
    """The type of what a dict, list or tuple holds."""
    return next((t for t in reversed(get_args(holder)) if t is not ...), None)


def _alternatives(annotation: Any) -> list[Any]:
    """The types that a value may have: the members of a union, each without its annotations."""
    if get_origin(annotation) is Annotated:
        return _alternatives(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [t for member in get_args(annotation) for t in _alternatives(member)]
    return [annotation]
