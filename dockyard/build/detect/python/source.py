"""What a module of an app tells of how it is started: its app objects, what makes them, what it imports, where it listens."""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from dockyard.build.detect.python.frameworks import FRAMEWORKS, OF_ASGI
from dockyard.build.detect.python.syntax import parsed

_MAKER = re.compile(r"(create|make|build|get|init|setup)_?\w*(app|application|server|api)(_[aw]sgi)?|app_factory|factory")
_OF_OTHERS = (22, 25, 465, 587, 1433, 1521, 1883, 3306, 5432, 5672, 6379, 9042, 9092, 9200, 11211, 27017)
"""Ports of mail, databases and queues: an option with one of these says what the app connects to."""
_PREFERRED = ("app", "application", "api", "server", "asgi_app", "wsgi_app", "main")
_CLASSES = {name: (framework.name, framework.interface) for framework in FRAMEWORKS.values() for name in framework.classes}
_CLASSES |= {name: ("falcon" if name.startswith("falcon") else "django", "asgi") for name in OF_ASGI}
_LOOPBACK = ("127.0.0.1", "localhost")
_LOOPBACK_BY_DEFAULT = {"app.run": 0, "application.run": 0, "bottle.run": 0, "uvicorn.run": 1}
"""Calls that listen there unless they are told, and how many arguments they may have before the host."""


class Made(NamedTuple):
    """An app object, or a function that makes one. Framework and interface are None where the module does not tell."""

    name: str
    framework: str | None = None
    interface: str | None = None
    factory: bool = False


@dataclass(frozen=True)
class Source:
    """One module."""

    file: str
    objects: tuple[Made, ...] = ()
    """App objects and, behind them, functions that make one; in each of both the likely ones first."""
    origins: Mapping[str, str] = field(default_factory=dict)
    """Name at the top of the module to what it was imported as: `app` to `shop.web.app`."""
    imports: frozenset[str] = frozenset()
    """First parts of all absolute imports."""
    relative: int = 0
    """How many folders up its relative imports go; 0 where there are none."""
    runs: bool = False
    """Whether it does something when it is run as a script and nothing when it is imported."""
    idle: bool = False
    """Whether it only defines functions and classes, so that nothing happens when it is run."""
    functions: tuple[str, ...] = ()
    """Functions at its top; where a decorator of functions-framework marks some, these."""
    port: int | None = None
    """A port that is written out."""
    loopback: bool = False
    """Whether it listens where nothing outside of a container reaches it."""


def source_of(file: str, text: str) -> Source:
    """Read a module. Where it is of another Python, only what stands at the beginning of a line is seen."""
    tree = parsed(text)
    try:
        return _read(file, text, tree) if tree else _roughly(file, text)
    except RecursionError:
        return _roughly(file, text)


def _read(file: str, text: str, tree: ast.Module) -> Source:
    origins = dict(_origins(tree))
    reads_port = re.search(r"""["']\w*PORT["']""", text) is not None
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom)]
    return Source(
        file, tuple(_objects(tree, origins)), origins, frozenset(_imported(imports)),
        max((node.level for node in imports if isinstance(node, ast.ImportFrom)), default=0),
        any(isinstance(node, ast.If) and "__name__" in ast.unparse(node.test) for node in tree.body), _is_idle(tree),
        tuple(_functions(tree)), None if reads_port else _port(tree), _on_loopback(tree),
    )  # fmt: skip


def _is_idle(tree: ast.Module) -> bool:
    """Whether there are definitions, and nothing that calls: a call may be what runs it, also where its result has a name."""
    body = [node for node in tree.body if not isinstance(node, ast.Import | ast.ImportFrom)]
    definitions = [node for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    others = [node for node in body if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)]
    silent = all(
        isinstance(node, ast.Assign | ast.AnnAssign | ast.Expr) and not any(isinstance(part, ast.Call) for part in ast.walk(node))
        for node in others
    )
    return silent and bool(definitions) and not any(node.decorator_list for node in definitions)


def _roughly(file: str, text: str) -> Source:
    names = "|".join(name for name in _CLASSES if "." not in name)
    found = re.findall(rf"^(\w+)\s*(?::[^=\n]+)?=\s*(?:\w+\.)*({names})\(", text, re.MULTILINE)
    modules = re.findall(r"^(?:from|import)\s+(\w+)", text, re.MULTILINE)
    objects = tuple(Made(name, *_CLASSES[made]) for name, made in found)
    return Source(file, objects, imports=frozenset(modules), runs="__main__" in text)


def _origins(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in _top(tree.body):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                yield (alias.asname, alias.name) if alias.asname else (first, first)
        elif isinstance(node, ast.ImportFrom):
            start = "." * node.level + (f"{node.module}." if node.module else "")
            yield from ((alias.asname or alias.name, start + alias.name) for alias in node.names)


def _top(body: Iterable[ast.stmt]) -> Iterator[ast.stmt]:
    """What is done when the module is imported, also in `if`, `try` and `with`; not what is done when it is run."""
    for node in body:
        if isinstance(node, ast.If) and "__name__" in ast.unparse(node.test):
            continue
        yield node
        for part in ("body", "orelse", "finalbody"):
            if isinstance(node, ast.If | ast.Try | ast.With):
                yield from _top(getattr(node, part, ()))


def _objects(tree: ast.Module, origins: Mapping[str, str]) -> Iterator[Made]:
    factories: dict[str, Made] = {}
    objects: dict[str, Made] = {}
    makers: dict[str, Made] = {}
    dashes: set[str] = set()
    for node in _top(tree.body):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            if made := _function(node, origins, makers):
                (factories if made.factory else objects)[node.name] = made
        elif isinstance(node, ast.Assign | ast.AnnAssign) and node.value is not None:
            target = node.targets[0] if isinstance(node, ast.Assign) else node.target
            target = target.elts[0] if isinstance(target, ast.Tuple) and target.elts else target
            if not isinstance(target, ast.Name):
                continue
            value = node.value
            if isinstance(value, ast.Call) and _called(value, origins).rsplit(".", 1)[-1] == "Dash":
                dashes.add(target.id)
            elif isinstance(value, ast.Attribute) and value.attr == "server" and ast.unparse(value.value) in dashes:
                objects[target.id] = Made(target.id, "dash", "wsgi")
            elif made := _value(target.id, value, factories, origins):
                objects[target.id] = made
    for found in (objects, factories):
        yield from sorted(found.values(), key=lambda made: _PREFERRED.index(made.name) if made.name in _PREFERRED else 99)


def _value(name: str, value: ast.expr, factories: Mapping[str, Made], origins: Mapping[str, str]) -> Made | None:
    """An app object, where a call makes one of it."""
    if not isinstance(value, ast.Call):
        return None
    called = _called(value, origins)
    if made := factories.get(called):
        return made._replace(name=name, factory=False)
    if known := _class(called):
        return Made(name, *known)
    last = called.rsplit(".", 1)[-1]
    return Made(name) if _MAKER.fullmatch(last) and name in _PREFERRED else None


def _function(node: ast.FunctionDef | ast.AsyncFunctionDef, origins: Mapping[str, str], makers: dict[str, Made]) -> Made | None:
    """A function that makes an app, perhaps by one of the `makers` above it, or that is one by its parameters."""
    names = [argument.arg for argument in (*node.args.posonlyargs, *node.args.args)]
    if names == ["scope", "receive", "send"]:
        return Made(node.name, None, "asgi")
    if names == ["environ", "start_response"]:
        return Made(node.name, None, "wsgi")
    needed = len(names) - len(node.args.defaults) + sum(default is None for default in node.args.kw_defaults)
    if not _MAKER.fullmatch(node.name) or isinstance(node, ast.AsyncFunctionDef):
        return None
    inner = {**origins, **dict(_origins(ast.Module(node.body, [])))}
    called = [_called(call, inner) for call in ast.walk(node) if isinstance(call, ast.Call)]
    known = next((found for name in called if (found := _class(name))), None)
    made = Made(node.name, *known, factory=True) if known else next((makers[name] for name in called if name in makers), None)
    if made is None or not any(isinstance(part, ast.Return) and part.value is not None for part in ast.walk(node)):
        return None
    makers[node.name] = made._replace(name=node.name)
    return makers[node.name] if needed <= 0 else None


def _called(call: ast.Call, origins: Mapping[str, str]) -> str:
    """The full name of what is called, as far as the imports tell."""
    first, dot, rest = ast.unparse(call.func).partition(".")
    return origins.get(first, first) + dot + rest


def _class(called: str) -> tuple[str, str | None] | None:
    """Framework and interface of the object that is made by a call."""
    return _CLASSES.get(called) or _CLASSES.get(called.rsplit(".", 1)[-1])


def _imported(nodes: Iterable[ast.Import | ast.ImportFrom]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name.partition(".")[0] for alias in node.names)
        elif node.level == 0 and node.module:
            yield node.module.partition(".")[0]


def _functions(tree: ast.Module) -> list[str]:
    found = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
    marked = [node for node in found if any("functions_framework" in ast.unparse(mark) for mark in node.decorator_list)]
    return [node.name for node in marked or found]


def _port(tree: ast.Module) -> int | None:
    """The first port that is written out where something listens, or else as an option."""
    given = [(node.targets[0], node.value) for node in tree.body if isinstance(node, ast.Assign)]
    constants = {target.id: value for target, value in given if isinstance(target, ast.Name)}
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    for values, others in ((_ports, ()), (_options, _OF_OTHERS)):
        for value in (value for call in calls for value in values(call)):
            found = constants.get(value.id) if isinstance(value, ast.Name) else value
            number = found.value if isinstance(found, ast.Constant) and type(found.value) is int else 0
            if 0 < number < 65536 and number not in others:
                return number
    return None


def _options(call: ast.Call) -> Iterator[ast.expr]:
    """The default of `--port`, of Click's or argparse's."""
    name = ast.unparse(call.func).rsplit(".", 1)[-1]
    if name in ("option", "add_argument") and any(ast.unparse(arg) == "'--port'" for arg in call.args):
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "default")


def _ports(call: ast.Call) -> Iterator[ast.expr]:
    name = ast.unparse(call.func).rsplit(".", 1)[-1]
    if name in ("run", "run_app", "serve", "run_server", "launch", "start_server", "make_server", "TCPSite", "run_simple"):
        yield from (keyword.value for keyword in call.keywords if keyword.arg in ("port", "server_port"))
        yield from call.args[1:3]
    elif name == "define" and call.args and ast.unparse(call.args[0]) == "'port'":
        yield from (keyword.value for keyword in call.keywords if keyword.arg == "default")  # an option of Tornado's
    elif name == "listen":
        yield from call.args[:1]
    elif name.endswith("Server") and call.args and isinstance(call.args[0], ast.Tuple):
        yield from call.args[0].elts[1:2]


def _on_loopback(tree: ast.Module) -> bool:
    for call in ast.walk(tree):
        if isinstance(call, ast.Call):
            said = [keyword.value for keyword in call.keywords if keyword.arg in ("host", "address", "server_name")]
            if call.args and isinstance(call.args[0], ast.Tuple):
                said += call.args[0].elts[:1]
            before = _LOOPBACK_BY_DEFAULT.get(ast.unparse(call.func))
            if before is not None and not said and not call.args[before:]:
                return True
            if any(isinstance(value, ast.Constant) and value.value in _LOOPBACK for value in said):
                return True
    return False
