"""How an app is started, by the first way that there is.

What service.yaml or a Procfile says, Django, an app object and its server, a framework's own command, a console script, a file
that is run.
"""

import posixpath
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from dockyard.build.detect.app import App
from dockyard.build.detect.python.dependencies import Dependencies
from dockyard.build.detect.python.django import Django
from dockyard.build.detect.python.frameworks import ASGI_SERVERS, FRAMEWORKS, WSGI_SERVERS, Framework, served, server_of
from dockyard.build.detect.python.launch import Launch
from dockyard.build.detect.python.layout import ENTRY_FILES, Layout
from dockyard.build.detect.python.manifests import Manifests
from dockyard.build.detect.python.source import Made, Source
from dockyard.build.detect.python.workspace import folders_of_members
from dockyard.errors import BuildError

_LIBRARIES = ("aiohttp", "tornado", "python-socketio", "starlette", "django")
"""Packages of frameworks that are often there for another purpose: they count where a module uses them."""
_FLASK_APP = re.compile(r"^\s*(?:export\s+)?FLASK_APP\s*=\s*[\"']?([\w./-]+)(?::(\w+))?", re.MULTILINE)
_CELERY = re.compile(r"^\w+\s*(?::[^=\n]+)?=\s*(?:celery\.)?Celery\(", re.MULTILINE)
_SCRIPTS = ("start", "serve", "server", "web", "app", "main", "run", "prod")


@dataclass(frozen=True)
class Search:
    """What is looked at to find how an app is started."""

    app: App
    manifests: Manifests
    dependencies: Dependencies
    django: Django | None
    layout: Layout

    def launch(self) -> Launch:
        """The first way that there is. Raises BuildError, with what was looked at, where there is none."""
        ways = (
            self._said, self._django, self._named_by_flask, self._served, self._commanded, self._pyramid, self._script,
            self._agents, self._celery, self._run,
        )  # fmt: skip
        for way in ways:
            if found := way():
                return self._completed(found)
        raise BuildError(
            f"no start command found in {self.app.folder} (looked for Procfile, manage.py, app objects of web frameworks in "
            f"{', '.join(ENTRY_FILES[:5])} and the like, scripts in pyproject.toml, __main__.py){self._idle()}",
            hint="add a Procfile with a line such as web: python run.py" + self._in_a_member(),
        )

    def _in_a_member(self) -> str:
        """What else is to be done where the app is a member of a workspace."""
        folder = next(iter(folders_of_members(self.manifests)), None)
        if folder is None:
            return ""
        return (
            f"; for a member of the workspace, as {folder}, with its folder in it: python {folder}/main.py, uvicorn --app-dir "
            f"{folder} main:app; or set image.build.context to the folder of one that needs no other member"
        )

    def _completed(self, found: Launch) -> Launch:
        """With its framework, where that is not told yet, and with what the framework is told by variables."""
        if found.framework is None:
            usual = (name for name, framework in FRAMEWORKS.items() if self._is_listed(framework) or self._is_used(framework))
            name = next(usual, None)
            listed = self.dependencies.lines and name
            found = replace(found, framework=name, framework_file="dependencies" if listed else None)
        framework = FRAMEWORKS.get(found.framework or "")
        said = framework.environment if framework else {}
        filled = {name: value.format(port=self.app.port) for name, value in said.items()}
        return replace(found, variables={**filled, **found.variables})

    def _is_listed(self, framework: Framework) -> bool:
        name = framework.package or framework.name
        return name in self.dependencies and name not in _LIBRARIES

    def _is_used(self, framework: Framework) -> bool:
        """Whether it is listed, and a likely module imports it."""
        listed = (framework.package or framework.name) in self.dependencies
        return listed and any((framework.module or framework.name) in source.imports for source in self.layout.entries())

    def _said(self) -> Launch | None:
        said = self.app.said_start()
        if said is None:
            return None
        command, file = said
        words = " ".join(command).split()
        server = next((name for word in words if (name := server_of(posixpath.basename(word)))), None)
        framework = "django" if self.django else None
        return Launch(command, file, framework, self.django.manage if self.django else None, server)

    def _django(self) -> Launch | None:
        django = self.django
        if django is None:
            return None
        interface, target, variables = "wsgi", django.wsgi, {}
        asgi_server = self.dependencies.first(ASGI_SERVERS)
        asynchronous = django.asgi and (
            django.wsgi is None or "daphne" in self.dependencies
            or (asgi_server and (django.asynchronous or not self.dependencies.first(WSGI_SERVERS)))
        )  # fmt: skip
        if asynchronous:
            interface, target = "asgi", django.asgi
        elif target is None:
            target = "django.core.wsgi:get_wsgi_application"
            variables = {"DJANGO_SETTINGS_MODULE": django.settings} if django.settings else {}
        factory = target == "django.core.wsgi:get_wsgi_application"
        order = ("daphne", *ASGI_SERVERS) if interface == "asgi" else WSGI_SERVERS
        server = self.dependencies.first(order) or order[-4]
        command = served(server, target or "", self.app.port, interface, factory=factory)
        module = (target or "").partition(":")[0].replace(".", "/")
        file = django.manage if factory else posixpath.join(django.folder, f"{module}.py")
        return Launch(command, file, "django", django.manage, server, django.folder, variables=variables)

    def _named_by_flask(self) -> Launch | None:
        """FLASK_APP of .flaskenv; .env is no part of an image. https://flask.palletsprojects.com/en/stable/cli/#application-discovery"""
        match = _FLASK_APP.search(self.app.source(".flaskenv")) if self.app.has(".flaskenv") else None
        if not match:
            return None
        path = match[1].removesuffix(".py") if match[1].endswith(".py") else match[1].replace(".", "/")
        module = self.app.has(f"{path}.py", f"{path}/__init__.py", f"src/{path}.py", f"src/{path}/__init__.py")
        if module is None:
            return None
        source = self.layout.source(module)
        found = next((made for made in self.layout.made(source) if match[2] in (None, made.name)), None)
        return replace(self._object(source, found), file=".flaskenv FLASK_APP") if found else None

    def _served(self) -> Launch | None:
        """An app object in one of the likely modules; behind all of these, a function that makes one."""
        entries = [(source, made) for source in self.layout.entries() for made in self.layout.made(source)]
        first = [entry for entry in entries if "/" not in entry[0].file] or entries
        usable = [(source, made) for source, made in [*first, *entries] if self._interface(made) or made.framework in FRAMEWORKS]
        usable.sort(key=lambda entry: (entry[1].factory, "/" in entry[0].file))
        return self._object(*usable[0]) if usable else None

    def _interface(self, made: Made) -> str | None:
        """WSGI or ASGI; where the module does not tell, as the app's framework has it."""
        if made.interface or made.framework:
            return made.interface
        listed = next((framework for framework in FRAMEWORKS.values() if self._is_listed(framework)), None)
        return listed.interface if listed else None

    def _object(self, source: Source, made: Made) -> Launch:
        path, module = self.layout.imported_as(source)
        framework = FRAMEWORKS.get(made.framework or "")
        if framework and framework.command:
            command = self._filled(framework, source, f"{module}:{made.name}")
            return Launch(command, source.file, framework.name, source.file, path=path)
        interface = self._interface(made) or "wsgi"
        brought = framework.brings if framework else ()
        order = ASGI_SERVERS if interface == "asgi" else WSGI_SERVERS
        server = self.dependencies.first(order) or next(iter(brought), order[0])
        command = served(server, f"{module}:{made.name}", self.app.port, interface, factory=made.factory)
        if server == "gunicorn" and "flask-socketio" in self.dependencies:
            # https://flask-socketio.readthedocs.io/en/latest/deployment.html
            command = (command[0], "--threads", "100", *command[1:])
        return Launch(command, source.file, made.framework, source.file if made.framework else None, server, path)

    def _filled(self, framework: Framework, source: Source, app: str) -> tuple[str, ...]:
        values = {"file": source.file, "app": app, "port": self.app.port, "object": next(iter(source.functions), "main")}
        return tuple(word.format(**values) for word in framework.command)

    def _commanded(self) -> Launch | None:
        """A module that uses a framework with a command of its own."""
        named = {framework.module or framework.name: framework for framework in FRAMEWORKS.values() if framework.command}
        for source in self.layout.entries():
            is_function = "functions-framework" in self.dependencies and source.file == "main.py" and source.functions
            for module in sorted(source.imports & set(named) | ({"functions_framework"} if is_function else set())):
                framework = named[module]
                if framework.name != "sanic":  # it needs an app object
                    command = self._filled(framework, source, "")
                    return Launch(command, source.file, framework.name, source.file, path=self.layout.imported_as(source)[0])
        return None

    def _pyramid(self) -> Launch | None:
        """https://docs.pylonsproject.org/projects/pyramid/en/latest/narr/startup.html"""
        ini = self.app.has("production.ini", "development.ini")
        if "pyramid" not in self.dependencies or ini is None or "[app:main]" not in self.app.source(ini):
            return None
        command = ("gunicorn", "--bind", f"0.0.0.0:{self.app.port}", "--paste", ini)
        return Launch(command, ini, "pyramid", ini, "gunicorn", installed=self.manifests.is_package)

    def _script(self) -> Launch | None:
        """A console script: one that is called as servers are, or that is the only one."""
        scripts = self.manifests.scripts
        likely = [script for script in scripts if script[0] in _SCRIPTS] or list(scripts if len(scripts) == 1 else ())
        if not likely or (any(map(self.app.has, ENTRY_FILES)) and likely[0][0] not in _SCRIPTS):
            return None
        name, target, place = likely[0]
        poetry = self.manifests.pyproject.mapping("tool", "poetry")
        module, _, function = target.partition(":")
        path = module.replace(".", "/")
        file = self.app.has(*(f"{at}{path}{end}" for at in ("", "src/") for end in (".py", "/__init__.py")))
        source = self.layout.source(file) if file else None
        port, warnings = (source.port, _unreachable(source)) if source else (None, ())
        if (self.manifests.is_package or poetry) and poetry.get("package-mode") is not False:
            return Launch((name,), place, installed=True, port=port, warnings=warnings)
        code = f"import sys; from {module} import {function}; sys.exit({function}())"
        return Launch(("python", "-c", code), place, port=port, warnings=warnings) if function.isidentifier() else None

    def _agents(self) -> Launch | None:
        """Agents of Google's Agent Development Kit, without a program of the app's own.

        https://google.github.io/adk-docs/runtime/api-server/
        """
        file = next(self.app.files("*/agent.py"), None)
        if "google-adk" not in self.dependencies or file is None or any(map(self.app.has, ENTRY_FILES)):
            return None
        return Launch(("adk", "api_server", "--host", "0.0.0.0", "--port", str(self.app.port)), file, "google-adk", file)  # noqa: S104

    def _celery(self) -> Launch | None:
        """A worker of Celery, where nothing else is there to be run. https://docs.celeryq.dev/en/stable/reference/cli.html"""
        if "celery" not in self.dependencies or any(map(self._is_listed, FRAMEWORKS.values())):
            return None
        entries = list(self.layout.entries())
        inner = self.app.files(
            "*/celery.py", "*/celery_app.py", "*/tasks.py", "src/*/celery.py", "src/*/celery_app.py", "src/*/tasks.py"
        )
        sources = [*entries, *(self.layout.source(file) for file in inner)]
        found = next((source for source in sources if _CELERY.search(self.app.source(source.file)) and not source.runs), None)
        others = (source for source in entries if source != found and not source.idle)
        if found is None or any(source.runs or source.file in ENTRY_FILES for source in others):
            return None
        path, module = self.layout.imported_as(found)
        if module == "celery":  # that is the library
            path, package = posixpath.split(posixpath.dirname(found.file))
            module = f"{package}.celery"
        return Launch(("celery", "-A", module, "worker"), found.file, path=path)

    def _run(self) -> Launch | None:
        """A file that is run by itself."""
        entries = [source for source in self.layout.entries() if not source.idle]
        root = [source for source in entries if source.file in ENTRY_FILES]
        deeper = [source for source in entries if "/" in source.file and not source.file.endswith("__init__.py")]
        others = [source for source in entries if "/" not in source.file and source.file not in ENTRY_FILES]
        others.sort(key=lambda source: "server" not in source.file)
        choices: tuple[Callable[[], Iterator[Source]], ...] = (
            lambda: iter(root),
            lambda: (source for source in deeper if source.runs),
            lambda: (source for source in others if source.runs),
            lambda: iter(others if len(others) == 1 else ()),
            lambda: iter(deeper),
        )
        main = next(self.app.files("*/__main__.py", "src/*/__main__.py"), None)
        for position, choice in enumerate(choices):
            if position == 1 and main:
                return self._as_script(self.layout.source(main))
            if source := next(choice(), None):
                return self._as_script(source)
        return None

    def _idle(self) -> str:
        """What is told of modules that were there and run nothing."""
        files = [source.file for source in self.layout.entries() if source.idle][:3]
        return f"; only functions and classes are in {', '.join(files)}" if files else ""

    def _as_script(self, source: Source) -> Launch:
        path, module = self.layout.imported_as(source)
        folder = posixpath.dirname(source.file)
        command: tuple[str, ...] = ("python", source.file)
        if folder and path != folder and (source.relative or module.endswith("__main__") or source.imports & self._names(path)):
            command = ("python", "-m", module.removesuffix(".__main__"))
        elif source.file.endswith("__main__.py"):
            command = ("python", folder)
        named = {framework.module or framework.name: name for name, framework in FRAMEWORKS.items()}
        framework = next((named[module] for module in named if module in source.imports), None)
        return Launch(
            command, source.file, framework, source.file if framework else None, path="" if path == folder else path,
            port=source.port, warnings=_unreachable(source),
        )  # fmt: skip

    def _names(self, folder: str) -> set[str]:
        """What can be imported from a folder."""
        return {path.stem for path in (self.app.folder / folder).iterdir() if path.is_dir() or path.suffix == ".py"}


def _unreachable(source: Source) -> tuple[str, ...]:
    """What is told of a module that listens on the loopback interface."""
    warning = f"{source.file} listens on 127.0.0.1, where nothing outside of its container reaches it"
    return (warning,) if source.loopback else ()
