"""YAML as plain data: what JSON can hold, and text as it was written where it is for a container's environment."""

from collections.abc import Iterator

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode
from ruamel.yaml.reader import ReaderError

AS_WRITTEN = (
    ("env",), ("environments", "*", "env"), ("sidecars", "*", "env"), ("environments", "*", "sidecars", "*", "env"),
    ("firelens", "options"), ("environments", "*", "firelens", "options"),
)  # fmt: skip
"""Mappings whose values stay the text that they are in the file: `01234`, `1.10` and `yes` mean themselves there."""

_DEEPEST = 50
_MOST = 50_000
"""Values in a file, those below an alias counted at each of its uses."""
_TAG = "tag:yaml.org,2002:"
_TEXT, _NULL, _MERGE, _DATE = (_TAG + name for name in ("str", "null", "merge", "timestamp"))
_KNOWN = {_TEXT, _NULL, _MERGE, _DATE, *(_TAG + name for name in ("int", "float", "bool", "map", "seq"))}


class NotYamlError(ValueError):
    """The text is not YAML, or not of the kind that is read here; says where and why."""


def parse(text: str) -> object:
    """The data: dicts with text as keys, lists, text, numbers, booleans, None. Raises NotYamlError."""
    try:
        return _data(text)
    except ReaderError as error:
        line = text.count("\n", 0, error.position) + 1
        raise NotYamlError(f"line {line}: not valid YAML: found control character #x{error.character:02x}") from error
    except MarkedYAMLError as error:
        raise _fault(error.problem_mark or error.context_mark, error.problem or error.context) from error
    except RecursionError as error:
        raise NotYamlError("nested too deeply") from error
    except NotYamlError:
        raise
    except LookupError as error:
        raise NotYamlError("not valid YAML: a value does not fit its tag") from error
    except (YAMLError, ValueError) as error:  # also of int() and chr(), for what looks like a number or a character
        raise NotYamlError(f"not valid YAML: {error}") from error


def _data(text: str) -> object:
    yaml = YAML(typ="safe", pure=True)
    yaml.composer.warn_double_anchors = False  # the later one counts, as YAML says
    root = yaml.compose(text)
    if root is None:
        return None
    _check(root)
    _keep_text(root)
    return yaml.constructor.construct_document(root)


def _fault(mark: object, text: object) -> NotYamlError:
    where = f"line {mark.line + 1}, column {mark.column + 1}: " if mark else ""  # type: ignore[attr-defined]
    return NotYamlError(f"{where}not valid YAML: {text}")


def _check(root: Node) -> None:
    """Raise where data would hold itself, be too much, or be of a kind that JSON does not have. Makes keys and dates text."""
    ahead: list[tuple[Node, tuple[Node, ...]]] = [(root, ())]
    for _ in range(_MOST):
        if not ahead:
            return
        node, above = ahead.pop()
        if node in above:
            raise _fault(node.start_mark, "found an alias within what it stands for")
        if len(above) > _DEEPEST:
            raise _fault(node.start_mark, f"nested more than {_DEEPEST} deep")
        if node.tag not in _KNOWN:
            raise _fault(node.start_mark, f"unknown tag {str(node.tag).replace(_TAG, '!!')}")
        if node.tag == _DATE:
            node.tag = _TEXT
        if isinstance(node, MappingNode):
            _check_keys(node)
        ahead += [(child, (*above, node)) for child in _children(node)]
    raise NotYamlError(f"more than {_MOST} values")


def _children(node: Node) -> Iterator[Node]:
    if isinstance(node, MappingNode):
        yield from (value for _, value in node.value)
    elif isinstance(node, SequenceNode):
        yield from node.value


def _check_keys(mapping: MappingNode) -> None:
    seen: set[str] = set()
    for key, _ in mapping.value:
        if not isinstance(key, ScalarNode):
            raise _fault(key.start_mark, "a key should be text")
        if key.value in seen:
            raise _fault(key.start_mark, f'found duplicate key "{key.value}"')
        seen.add(key.value)
    mapping.value = [(key if key.tag == _MERGE else _text(key), value) for key, value in mapping.value]


def _keep_text(root: Node) -> None:
    for steps in AS_WRITTEN:
        for node in _at(root, steps):
            if isinstance(node, MappingNode):
                _keep_values(node)


def _keep_values(mapping: MappingNode) -> None:
    for key, value in mapping.value:
        if key.tag == _MERGE and isinstance(value, MappingNode):
            _keep_values(value)
    mapping.value = [(key, value if value.tag == _NULL else _text(value)) for key, value in mapping.value]


def _text(node: Node) -> Node:
    """The scalar as text, in a node of its own: an alias may want the number elsewhere."""
    if not isinstance(node, ScalarNode):
        return node
    return ScalarNode(_TEXT, node.value, node.start_mark, node.end_mark, style=node.style)


def _at(node: Node, steps: tuple[str, ...]) -> Iterator[Node]:
    if not steps:
        yield node
    elif isinstance(node, MappingNode):
        for key, value in node.value:
            if steps[0] in ("*", key.value):
                yield from _at(value, steps[1:])
