"""Web frameworks, and how each is started.

Three kinds: those whose app object a server of its interface runs (`wsgi`, `asgi`), those with a command of their own, and those
that run by themselves when their file is run.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Framework:
    """A framework."""

    name: str
    """In lower case."""
    interface: str | None = None
    """`wsgi` or `asgi`, where a server runs its app object."""
    classes: tuple[str, ...] = ()
    """What makes an app object: names of classes or functions."""
    package: str = ""
    """Its package, where that is not called as the framework is."""
    module: str = ""
    """The module it is imported by, where that is not called as the framework is."""
    command: tuple[str, ...] = ()
    """Its own command: with `{file}`, `{app}` (module and object) and `{port}` to be filled in."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """What tells it where to listen, with `{port}`, where its command does not."""
    brings: tuple[str, ...] = ()
    """Servers that it depends on itself."""


_ALL = "0.0.0.0"  # noqa: S104  # in a container
_FLAGS = ("--host", _ALL, "--port", "{port}")

FRAMEWORKS: Mapping[str, Framework] = {
    framework.name: framework
    for framework in (
        Framework("django", "wsgi", ("get_wsgi_application",)),
        Framework("fastapi", "asgi", ("FastAPI",)),
        Framework("litestar", "asgi", ("Litestar",)),
        Framework("quart", "asgi", ("Quart",), brings=("hypercorn",)),
        Framework(
            "fasthtml", "asgi", ("FastHTML", "FastHTMLWithLiveReload", "fast_app"), package="python-fasthtml",
            brings=("uvicorn",),
        ),
        Framework("sanic", command=("sanic", "{app}", *_FLAGS), classes=("Sanic",)),
        Framework("blacksheep", "asgi", ("blacksheep.Application",)),
        Framework("connexion", "asgi", ("connexion.App", "connexion.AsyncApp", "connexion.FlaskApp")),
        Framework("apiflask", "wsgi", ("APIFlask",)),
        Framework("dash", "wsgi", environment={"HOST": _ALL}),
        Framework("flask", "wsgi", ("Flask", "OpenAPI", "Eve")),
        Framework("falcon", "wsgi", ("falcon.App", "falcon.API")),
        Framework("bottle", "wsgi", ("Bottle", "default_app")),
        Framework("pyramid", "wsgi", ("make_wsgi_app",)),
        Framework(
            "streamlit",
            command=(
                "streamlit", "run", "{file}", "--server.port", "{port}", "--server.address", _ALL, "--server.headless", "true",
            ),
        ),
        Framework("chainlit", command=("chainlit", "run", "{file}", *_FLAGS, "--headless"), brings=("uvicorn",)),
        Framework("shiny", command=("shiny", "run", *_FLAGS, "{file}"), brings=("uvicorn",)),
        Framework(
            "panel", command=("panel", "serve", "{file}", "--address", _ALL, "--port", "{port}", "--allow-websocket-origin=*"),
        ),
        Framework("marimo", command=("marimo", "run", "{file}", *_FLAGS, "--headless")),
        Framework("solara", command=("solara", "run", "{file}", *_FLAGS, "--production")),
        Framework("mesop", command=("mesop", "{file}", "--port", "{port}", "--prod")),
        Framework("gradio", environment={"GRADIO_SERVER_NAME": _ALL, "GRADIO_SERVER_PORT": "{port}"}, brings=("uvicorn",)),
        Framework("nicegui", brings=("uvicorn",)),
        Framework("robyn", environment={"ROBYN_HOST": _ALL, "ROBYN_PORT": "{port}"}),
        Framework("aiohttp"),
        Framework("tornado"),
        Framework("cherrypy"),
        Framework("fastmcp", environment={"FASTMCP_HOST": _ALL, "FASTMCP_PORT": "{port}"}, brings=("uvicorn",)),
        Framework("starlette", "asgi", ("Starlette",)),
        Framework("socketio", "asgi", ("ASGIApp",), package="python-socketio"),
        Framework(
            "functions-framework", module="functions_framework",
            command=("functions-framework", "--source", "{file}", "--target", "{object}", "--port", "{port}"),
        ),
    )
}  # fmt: skip
"""By name; what stands on another comes before it."""

ASGI_SERVERS = ("uvicorn", "hypercorn", "granian", "daphne")
WSGI_SERVERS = ("gunicorn", "waitress", "granian", "uwsgi")
"""In the order in which one is taken."""
STOPPED_BY_SIGTERM = ("gunicorn", "uvicorn", "hypercorn", "granian", "daphne", "uwsgi")
"""Servers that end on SIGTERM; waitress leaves it to its surroundings."""
OF_ASGI = ("get_asgi_application", "falcon.asgi.App", "ProtocolTypeRouter")
"""What makes an ASGI app of a framework that is told as WSGI above."""
_PROGRAMS = {"waitress-serve": "waitress"}
"""Programs that are not called as their package is."""


def server_of(program: str) -> str | None:
    """The server's package that has this program."""
    name = _PROGRAMS.get(program, program)
    return name if name in (*ASGI_SERVERS, *WSGI_SERVERS) else None


def served(server: str, target: str, port: int, interface: str, *, factory: bool) -> tuple[str, ...]:
    """The command by which a server runs an app: `target` is `module:object`."""
    called = f"{target}()" if factory else target
    asked = ("--factory",) if factory else ()
    match server:
        case "uvicorn":
            return ("uvicorn", target, "--host", _ALL, "--port", str(port), *asked)
        case "granian":
            return ("granian", "--interface", interface, "--host", _ALL, "--port", str(port), target, *asked)
        case "daphne":
            return ("daphne", "-b", _ALL, "-p", str(port), target)
        case "waitress":
            return ("waitress-serve", f"--listen={_ALL}:{port}", *(("--call",) if factory else ()), target)
        case "uwsgi":
            return ("uwsgi", "--http", f"{_ALL}:{port}", "--master", "--die-on-term", "--need-app", "--module", called)
        case _:
            return (server, "--bind", f"{_ALL}:{port}", called)
