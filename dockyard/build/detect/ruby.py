"""Ruby apps."""

import re
from collections.abc import Iterator

from dockyard.build.detect.app import App, Start, sources
from dockyard.build.detect.assets import assets
from dockyard.build.detect.bundler import FILES, Gems, gems_of, said_ruby
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.listening import listening
from dockyard.build.detect.looks import first_named, in_file, number, version_of
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "3.4"
"""Where the app does not say which."""

_ENTRY_FILES = ("app.rb", "main.rb", "server.rb", "web.rb", "index.rb")
LOOKED_FOR = f"{', '.join(FILES)}, config.ru, {', '.join(_ENTRY_FILES)}"
LEFT_OUT = (".bundle", "vendor/bundle", "log", "tmp")
_FRAMEWORKS = {
    "rails": "rails", "railties": "rails", "hanami": "hanami", "sinatra": "sinatra", "roda": "roda", "grape": "grape",
    "padrino": "padrino", "cuba": "cuba", "jekyll": "jekyll", "functions_framework": "functions-framework",
    "github-pages": "jekyll", "rack": "rack",
}  # fmt: skip
_SERVERS = {
    "unicorn": ("-o", "0.0.0.0", "-p", "{port}"), "thin": ("start", "-R", "config.ru", "-a", "0.0.0.0", "-p", "{port}"),  # noqa: S104
    "falcon": ("serve", "--bind", "http://0.0.0.0:{port}"), "rackup": ("-o", "0.0.0.0", "-p", "{port}"),  # noqa: S104
}  # fmt: skip
"""Programs that serve a config.ru, beside Puma, and their arguments."""
_SERVING = {"puma", "thin", "falcon", "webrick", "reel", "iodine"}
"""What Sinatra starts by itself."""
_WRITABLE = {"rails": ("tmp", "log", "storage", "db")}
_ENVIRONMENTS = {
    "rails": {"RAILS_ENV": "production", "RAILS_LOG_TO_STDOUT": "1", "RAILS_SERVE_STATIC_FILES": "1"},
    "hanami": {"HANAMI_ENV": "production", "HANAMI_SERVE_ASSETS": "true"},
}

_THRUSTER = {"thrust", "bin/thrust", "./bin/thrust"}
"""It listens for the server that it starts: https://github.com/basecamp/thruster"""


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Ruby app."""
    return tuple(filter(app.has, (*FILES, "config.ru", *_ENTRY_FILES)))


def find(app: App) -> Detection:
    """A Ruby app. Its template needs these details:

    - `bundle`: the Gemfile, empty where there is none; `locked`: its lock, so too; `whole`: whether it needs other files of the
      app;
    - `bundler`: version in the lock; `platform`: whether the lock lacks Linux; `env`: variables of a framework;
    - `writable`: folders that the app writes to; `assets`: what Node.js installs or makes.
    """
    gems = gems_of(app)
    themed = any(name.startswith("jekyll-") for name in gems.names) and app.has("_config.yml")
    framework = first_named(_FRAMEWORKS, gems.names) or ("rack" if app.has("config.ru") else "jekyll" if themed else None)
    version, version_file = version_of(
        app, VERSION, number(in_file(app, ".ruby-version", r"(\d\S*)")), number(pinned(app, "ruby")),
        *said_ruby(app, gems, VERSION),
    )  # fmt: skip
    bundle, lock = gems.file, gems.lock
    start, start_file = app.said_start() or _start(app, gems, framework)
    listens = listening(app, "ruby", (word for word in start if word.endswith(".rb") and app.has(word)))
    made = assets(app, without_build=framework == "rails")
    bundler = in_file(app, lock or "", r"^BUNDLED WITH\s+(2\.\d+\.\d+)")
    locked_for = in_file(app, lock or "", r"^PLATFORMS\n((?:  .+\n?)+)")
    return Detection(
        language="ruby", version=version, package_manager="bundler" if bundle else "none", start=start, framework=framework,
        images={"base": f"ruby:{version}", "run": f"ruby:{version}-slim", **({"node": made["image"]} if made else {})},
        port=listens.port, build=_build(app, gems, framework),
        details={
            "bundle": bundle or "", "locked": lock or "", "bundler": bundler[0] if bundler else "", "assets": made,
            "whole": bool(in_file(app, bundle or "", r"(^\s*gemspec\b|\bpath[:\s]|eval_gemfile|\bfile:|File\.)")),
            "platform": bool(locked_for and not re.search(r"^  (ruby|x86_64-linux(-gnu)?)$", locked_for[0], re.MULTILINE)),
            "env": {**_ENVIRONMENTS.get(framework or "", {}), **({"HTTP_PORT": str(app.port)} if _THRUSTER & set(start) else {})},
            "writable": _WRITABLE.get(framework or "", ("tmp", "log") if bundle else ()),
        },
        sources=sources(
            version=version_file, package_manager=lock or bundle, start=start_file, framework=lock or bundle,
            port=listens.file,
        ),
        warnings=(*_warnings(app, framework, gems, start, version), *listens.warnings),
    )  # fmt: skip


def _warnings(app: App, framework: str | None, gems: Gems, start: tuple[str, ...], version: str) -> Iterator[str]:
    if gems.file and not gems.lock:
        yield f"{app.folder} has no {FILES[gems.file]}: without it two builds may differ; run: bundle lock"
    if framework == "rails":
        key = "RAILS_MASTER_KEY" if app.has("config/credentials.yml.enc") else "SECRET_KEY_BASE"
        yield f"Rails needs {key} where it runs: give it under secrets in service.yaml"
    if "rackup" in start and gems.lock and "rackup" not in gems and in_file(app, gems.lock, r"^    rack \(([3-9])"):
        yield f"{gems.lock} has no gem that serves config.ru, and Rack has had no server of its own since 3.0: add puma"
    are_all = gems.file and not gems.lock and not in_file(app, gems.file, r"^\s*(gemspec|eval_gemfile)\b")
    if "rackup" in start and are_all and not gems.names & {*_SERVING, "rackup"} and version[:2] != "2.":
        yield f"{gems.file} has no gem that serves config.ru, and Ruby has had no server of its own since 3.0: add puma"
    if framework == "sinatra" and "ruby" in start and gems.lock and not gems.names & _SERVING and not version.startswith("2."):
        yield f"{gems.lock} has no gem that serves Sinatra, and Ruby has had no server of its own since 3.0: add puma"


def _build(app: App, gems: Gems, framework: str | None) -> tuple[str, ...]:
    if framework == "rails" and gems.names & {"sprockets-rails", "propshaft", "sprockets"} and app.has("Rakefile", "bin/rails"):
        return ("bundle exec rake assets:precompile",)
    if framework == "hanami" and "hanami-assets" in gems:
        return ("bundle exec hanami assets compile",)
    return ("bundle exec jekyll build",) if framework == "jekyll" else ()


def _start(app: App, gems: Gems, framework: str | None) -> Start:
    port, file = str(app.port), gems.file or ""
    bundle = ("bundle", "exec") if gems.file else ()
    if framework == "jekyll":
        return (*bundle, "jekyll", "serve", "--skip-initial-build", "--no-watch", "--host", "0.0.0.0", "--port", port), file  # noqa: S104
    if framework == "functions-framework" and (name := app.has(*_ENTRY_FILES)):
        return (*bundle, "functions-framework-ruby", "--source", name, *_target(app, name), "--port", port), name
    if "puma" in gems and app.has("config/puma.rb") and (framework == "rails" or app.has("config.ru")):
        return (*bundle, "puma", "-C", "config/puma.rb"), "config/puma.rb"
    if "unicorn" in gems and app.has("config/unicorn.rb"):
        return (*bundle, "unicorn", "-p", port, "-c", "config/unicorn.rb"), "config/unicorn.rb"
    if framework == "rails" and ("puma" in gems or not gems.names & {"unicorn", "thin", "falcon"} or not app.has("config.ru")):
        return (*bundle, "rails", "server", "-b", "0.0.0.0", "-p", port), file  # noqa: S104
    if app.has("config.ru"):
        if "puma" in gems:
            return (*bundle, "puma", "-b", f"tcp://0.0.0.0:{port}"), "config.ru"
        server = next((name for name in _SERVERS if name in gems), "rackup")
        return (*bundle, server, *(word.replace("{port}", port) for word in _SERVERS[server])), "config.ru"
    if name := app.has(*_ENTRY_FILES) or next((path for path in app.files("*.rb") if path not in FILES), None):
        return (*bundle, "ruby", name), name
    raise BuildError(
        f"no start command found in {app.folder} (looked for Procfile, config.ru, Rails, {', '.join(_ENTRY_FILES)})",
        hint="add a Procfile with a line such as web: bundle exec ruby run.rb, or set image.build.start in service.yaml",
    )


def _target(app: App, file: str) -> tuple[str, ...]:
    """The first function that a file registers: https://github.com/GoogleCloudPlatform/functions-framework-ruby."""
    found = in_file(app, file, r"FunctionsFramework\.(?:http|typed|cloud_event)[\s(]+[\"'](\w[\w-]*)")
    return ("--target", found[0]) if found else ()
