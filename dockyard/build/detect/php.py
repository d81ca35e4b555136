"""PHP apps."""

import posixpath
import re
from collections.abc import Iterator
from typing import Any

from dockyard.build.detect.app import App, sources
from dockyard.build.detect.assets import assets
from dockyard.build.detect.composer import written_for
from dockyard.build.detect.detection import Detection
from dockyard.build.detect.looks import first_named, number, version_of
from dockyard.build.detect.php_extensions import extensions_of
from dockyard.build.detect.versions import pinned
from dockyard.errors import BuildError

VERSION = "8.4"
"""Where the app does not say which."""
LOOKED_FOR = "composer.json, index.php, public/index.php, artisan"

APACHE = ("apache2-foreground",)
_ENTRY_FILES = (
    "index.php",
    "public/index.php",
    "web/index.php",
    "web/app.php",
    "htdocs/index.php",
    "www/index.php",
    "webroot/index.php",
)
_FRAMEWORKS = {
    "laravel/framework": "laravel", "laravel/lumen-framework": "lumen", "symfony/framework-bundle": "symfony",
    "symfony/symfony": "symfony",
    "slim/slim": "slim", "cakephp/cakephp": "cakephp", "codeigniter4/framework": "codeigniter", "yiisoft/yii2": "yii",
    "yiisoft/yii-http": "yii", "laminas/laminas-mvc": "laminas", "mezzio/mezzio": "mezzio", "drupal/core": "drupal",
    "drupal/core-recommended": "drupal", "craftcms/cms": "craft", "statamic/cms": "statamic",
    "roots/wordpress": "wordpress", "johnpbloch/wordpress": "wordpress",
}  # fmt: skip
_WRITABLE = {
    "laravel": ("storage", "bootstrap/cache", "database"), "lumen": ("storage",), "symfony": ("var",), "cakephp": ("logs", "tmp"),
    "codeigniter": ("writable",), "craft": ("storage", "web/cpresources"), "yii": ("runtime", "web/assets"),
    "wordpress": ("wp-content",),
}  # fmt: skip
_ENVIRONMENTS = {
    "laravel": {"APP_ENV": "production", "LOG_CHANNEL": "stderr"}, "lumen": {"APP_ENV": "production", "LOG_CHANNEL": "stderr"},
    "symfony": {"APP_ENV": "prod", "APP_DEBUG": "0"},
}  # fmt: skip
_SECRETS = {"laravel": "APP_KEY", "lumen": "APP_KEY", "symfony": "APP_SECRET"}
_FUNCTIONS = "google/cloud-functions-framework"


def marks(app: App) -> tuple[str, ...]:
    """Files that make it a PHP app."""
    return tuple(filter(app.has, ("composer.json", "artisan", *_ENTRY_FILES)))


def find(app: App) -> Detection:
    """A PHP app, served by Apache. Its template needs these details:

    - `root`: the folder with what is served; `front`: its file that gets what is no other, empty where there is none;
    - `vendor`: whether Composer installs something; `locked`: whether there is a composer.lock;
    - `extensions`, by `dockyard.build.detect.php_extensions`; `writable`: folders that the app writes to; `env`: variables of a
      framework; `assets`: what Node.js makes.
    """
    required = _required(app)
    framework = first_named(_FRAMEWORKS, required)
    by_composer = framework is not None
    framework = framework or ("wordpress" if app.has("wp-load.php", "wp-config-sample.php") else None)
    version, version_file = version_of(
        app, VERSION, number(pinned(app, "php")), number(_platform(app), 2), _constraint(app, required),
        *((app.text(file).strip(), file) for file in filter(app.has, (".php-version",))),
    )  # fmt: skip
    said = app.said_start()
    if _FUNCTIONS in required and not said:
        raise BuildError(
            f"the app in {app.folder} is a function, which Apache does not call (composer.json requires {_FUNCTIONS})",
            hint=f"set image.build.start in service.yaml: php -S 0.0.0.0:{app.port} vendor/{_FUNCTIONS}/router.php, "
            "and FUNCTION_TARGET, the function's name, in env",
        )
    wants_apache = said and re.search(r"heroku-(php|hhvm)-(apache2|nginx)(.*)", " ".join(said[0]))
    root, root_file = _root(app, wants_apache[3] if wants_apache else "", framework)
    start, start_file = said if said and not wants_apache else (APACHE, said[1] if said else root_file)
    found, unknown = extensions_of({name.removeprefix("ext-") for name in _extensions(app, required)}, framework)
    made, lock = assets(app), app.has("composer.lock")
    vendor = any("/" in name for name in required)
    return Detection(
        language="php", version=version, package_manager="composer" if app.has("composer.json") else "none", start=start,
        images={
            "base": f"php:{version}-apache", **({"composer": "composer:2"} if vendor else {}),
            **({"node": made["image"]} if made else {}),
        },
        framework=framework, port=app.port, build=_build(app, framework),
        details={
            "root": root, "front": posixpath.basename(app.has(f"{root}/index.php", f"{root}/app.php") or ""), "vendor": vendor,
            "locked": bool(lock),
            "extensions": found,
            "env": _ENVIRONMENTS.get(framework or "", {}), "assets": made,
            "writable": () if framework == "wordpress" and by_composer else _WRITABLE.get(framework or "", ()),
        },
        sources=sources(
            version=version_file, package_manager=lock or app.has("composer.json"), start=start_file,
            framework="composer.json" if by_composer else "wp-load.php",
        ),
        warnings=tuple(_warnings(app, framework, root, vendor and not lock, unknown)),
    )  # fmt: skip


def _required(app: App) -> dict[str, Any]:
    return app.manifest("composer.json").mapping("require") if app.has("composer.json") else {}


def _platform(app: App) -> tuple[str, str] | None:
    """The release that packages are chosen for: its patch is the least one, of which there need not be an image."""
    version = app.manifest("composer.json").mapping("config", "platform").get("php") if app.has("composer.json") else None
    return (str(version), "composer.json config.platform.php") if version else None


def _constraint(app: App, required: dict[str, Any]) -> tuple[str, str] | None:
    wanted = (str(asked["php"]) for asked in _asked_by_packages(app) if "php" in asked)
    version = written_for(str(required.get("php", "")), wanted, VERSION)
    return (version, "composer.json require.php") if version else None


def _extensions(app: App, required: dict[str, Any]) -> Iterator[str]:
    """Those that the app or one of its locked packages asks for."""
    yield from (name for name in required if name.startswith("ext-"))
    yield from (name for asked in _asked_by_packages(app) for name in asked if name.startswith("ext-"))


def _asked_by_packages(app: App) -> Iterator[dict[str, Any]]:
    """What each locked package requires."""
    packages = app.manifest("composer.lock").content.get("packages") if app.has("composer.lock") else None
    for package in packages if isinstance(packages, list) else ():
        asked = package.get("require") if isinstance(package, dict) else None
        yield asked if isinstance(asked, dict) else {}


def _root(app: App, said: str, framework: str | None) -> tuple[str, str]:
    """The folder that is served: that which a Procfile of Heroku names, else the one with index.php."""
    named = [word for word in said.split() if not word.startswith("-") and (app.folder / word).is_dir()]
    if named:
        return named[-1].strip("/") or ".", "Procfile"
    if framework == "drupal" and (web := _scaffolded(app)):  # Composer puts index.php there
        folder = posixpath.normpath(web)
        return (folder if re.fullmatch(r"\w[\w./-]*", folder) else "."), "composer.json extra.drupal-scaffold"
    if (
        framework in ("laravel", "symfony", "slim", "lumen", "codeigniter", "laminas", "mezzio", "statamic")
        and (app.folder / "public").is_dir()
    ):
        return "public", "public/index.php"
    for file in filter(app.has, ("public/index.php", "web/index.php", "web/app.php", "webroot/index.php", *_ENTRY_FILES)):
        return posixpath.dirname(file) or ".", file
    return ("public", "public") if (app.folder / "public").is_dir() else (".", "default")


def _scaffolded(app: App) -> str:
    """The folder that composer.json gives Drupal; empty where it gives none. PHP writes an empty mapping as a list."""
    found: Any = app.manifest("composer.json").content if app.has("composer.json") else {}
    for key in ("extra", "drupal-scaffold", "locations", "web-root"):
        found = found.get(key) if isinstance(found, dict) else None
    return found if isinstance(found, str) else ""


def _build(app: App, framework: str | None) -> tuple[str, ...]:
    if framework == "symfony" and app.has("importmap.php") and app.has("bin/console"):
        return ("php bin/console importmap:install", "php bin/console asset-map:compile")
    return ()


def _warnings(app: App, framework: str | None, root: str, unlocked: bool, unknown: list[str]) -> Iterator[str]:
    if unlocked:
        yield f"{app.folder} has no composer.lock: without it two builds may differ; run: composer update"
    if unknown:
        yield f"it is not known how to build the extensions {', '.join(unknown)}: the app runs without them"
    if secret := _SECRETS.get(framework or ""):
        yield f"{(framework or '').capitalize()} needs {secret} where it runs: give it under secrets in service.yaml"
    if (framework != "drupal" or root == ".") and not app.has(*_ENTRY_FILES) and not app.said_start():
        yield (
            f"{app.folder} has no index.php in it, public or web: Apache serves what files there are; name the folder that is "
            "to be served in a Procfile: web: heroku-php-apache2 FOLDER/"
        )
