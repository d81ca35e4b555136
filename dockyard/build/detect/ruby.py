"""Ruby apps."""

import re

from dockyard.build.detect.app import App, Start, sources
from dockyard.build.detect.assets import assets
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.looks import first_named, in_file, number, version_of
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "3.4"
"""Where the app does not say which."""

_ENTRY_FILES = ("app.rb", "main.rb", "server.rb", "web.rb", "index.rb")
LOOKED_FOR = f"Gemfile, config.ru, {', '.join(_ENTRY_FILES)}"
LEFT_OUT = (".bundle", "vendor/bundle", "log", "tmp")
_FRAMEWORKS = {
    "rails": "rails", "railties": "rails", "hanami": "hanami", "sinatra": "sinatra", "roda": "roda", "grape": "grape",
    "padrino": "padrino", "cuba": "cuba", "jekyll": "jekyll", "rack": "rack",
}  # fmt: skip
_WRITABLE = {"rails": ("tmp", "log", "storage", "db")}
_ENVIRONMENTS = {
    "rails": {"RAILS_ENV": "production", "RAILS_LOG_TO_STDOUT": "1", "RAILS_SERVE_STATIC_FILES": "1"},
    "hanami": {"HANAMI_ENV": "production", "HANAMI_SERVE_ASSETS": "true"},
}


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a Ruby app."""
    return tuple(filter(app.has, ("Gemfile", "config.ru", *_ENTRY_FILES)))


def find(app: App) -> Detection:
    """A Ruby app. Its template needs these details:

    - `bundle`: whether there is a Gemfile; `locked`: a Gemfile.lock; `whole`: whether the Gemfile needs other files of the app;
    - `bundler`: version in the lock; `platform`: whether the lock lacks Linux; `env`: variables of a framework;
    - `writable`: folders that the app writes to; `assets`: what Node.js installs or makes.
    """
    gems = _gems(app)
    framework = first_named(_FRAMEWORKS, gems) or ("rack" if app.has("config.ru") else None)
    version, version_file = version_of(
        app, VERSION, number(in_file(app, ".ruby-version", r"(\d\S*)")),
        in_file(app, "Gemfile", r"^\s*ruby\s*\(?\s*[\"'](\d[\d.]*)[\"']", "ruby"), number(pinned(app, "ruby")),
        in_file(app, "Gemfile.lock", r"^RUBY VERSION\s+ruby (\d+\.\d+\.\d+)", "RUBY VERSION"),
        in_file(app, "Gemfile", r"^\s*ruby\s*\(?\s*[\"']~>\s*(\d[\d.]*)", "ruby"),
    )  # fmt: skip
    bundle, lock = app.has("Gemfile"), app.has("Gemfile.lock")
    start, start_file = app.said_start() or _start(app, gems, framework)
    made = assets(app, without_build=framework == "rails")
    bundler = in_file(app, "Gemfile.lock", r"^BUNDLED WITH\s+(2\.\d+\.\d+)")
    locked_for = in_file(app, "Gemfile.lock", r"^PLATFORMS\n((?:  .+\n?)+)")
    return Detection(
        language="ruby", version=version, package_manager="bundler" if bundle else "none", start=start, framework=framework,
        images={"base": f"ruby:{version}", "run": f"ruby:{version}-slim", **({"node": made["image"]} if made else {})},
        port=app.port, build=_build(app, gems, framework),
        details={
            "bundle": bool(bundle), "locked": bool(lock), "bundler": bundler[0] if bundler else "", "assets": made,
            "whole": bool(in_file(app, "Gemfile", r"(^\s*gemspec\b|\bpath[:\s]|eval_gemfile|\bfile:|File\.)")),
            "platform": bool(locked_for and not re.search(r"^  (ruby|x86_64-linux(-gnu)?)$", locked_for[0], re.MULTILINE)),
            "env": _ENVIRONMENTS.get(framework or "", {}),
            "writable": _WRITABLE.get(framework or "", ("tmp", "log") if bundle else ()),
        },
        sources=sources(version=version_file, package_manager=lock or bundle, start=start_file, framework=lock or bundle),
        warnings=tuple(_warnings(app, framework, lock)),
    )  # fmt: skip


def _gems(app: App) -> set[str]:
    """Names of the gems that the app asks for, or has locked."""
    found = set(re.findall(r"^\s*gem[\s(]+[\"']([^\"']+)", app.source("Gemfile"), re.MULTILINE)) if app.has("Gemfile") else set()
    if app.has("Gemfile.lock"):
        found |= set(re.findall(r"^    ([\w.-]+) \(", app.source("Gemfile.lock"), re.MULTILINE)) - {"rack"}
    return found


def _warnings(app: App, framework: str | None, lock: str | None) -> list[str]:
    found = []
    if app.has("Gemfile") and not lock:
        found.append(f"{app.folder} has no Gemfile.lock: without it two builds may differ; run: bundle lock")
    if framework == "rails":
        key = "RAILS_MASTER_KEY" if app.has("config/credentials.yml.enc") else "SECRET_KEY_BASE"
        found.append(f"Rails needs {key} where it runs: give it under secrets in service.yaml")
    return found


def _build(app: App, gems: set[str], framework: str | None) -> tuple[str, ...]:
    if framework == "rails" and gems & {"sprockets-rails", "propshaft", "sprockets"} and app.has("Rakefile", "bin/rails"):
        return ("bundle exec rake assets:precompile",)
    if framework == "hanami" and "hanami-assets" in gems:
        return ("bundle exec hanami assets compile",)
    return ("bundle exec jekyll build",) if framework == "jekyll" else ()


def _start(app: App, gems: set[str], framework: str | None) -> Start:
    port, bundle = str(app.port), ("bundle", "exec") if app.has("Gemfile") else ()
    if framework == "jekyll":
        return (*bundle, "jekyll", "serve", "--skip-initial-build", "--no-watch", "--host", "0.0.0.0", "--port", port), "Gemfile"  # noqa: S104
    if "puma" in gems and app.has("config/puma.rb"):
        return (*bundle, "puma", "-C", "config/puma.rb"), "config/puma.rb"
    if framework == "rails":
        return (*bundle, "rails", "server", "-b", "0.0.0.0", "-p", port), "Gemfile"  # noqa: S104
    if app.has("config.ru"):
        if "puma" in gems:
            return (*bundle, "puma", "-b", f"tcp://0.0.0.0:{port}"), "config.ru"
        return (*bundle, "rackup", "-o", "0.0.0.0", "-p", port), "config.ru"  # noqa: S104
    if name := app.has(*_ENTRY_FILES) or next(app.files("*.rb"), None):
        return (*bundle, "ruby", name), name
    raise BuildError(
        f"no start command found in {app.folder} (looked for Procfile, config.ru, Rails, {', '.join(_ENTRY_FILES)})",
        hint="add a Procfile with a line such as web: bundle exec ruby run.rb, or set image.build.start in service.yaml",
    )
