"""PHP."""

from tests.unit.build.detect.cases.case import Case

INDEX = "<?php echo 'hello';\n"


def composer(required: dict[str, str], **more: object) -> dict:
    return {"require": required, **more}


LOCK = {"packages": [{"name": "a/b", "require": {"php": ">=8.1", "ext-gd": "*", "ext-json": "*"}}]}
LARAVEL = {
    "composer.json": composer({"php": "^8.2", "laravel/framework": "^12.0"}), "composer.lock": {"packages": []}, "artisan": "", "public/index.php": INDEX,
}  # fmt: skip
KEY = ("Laravel needs APP_KEY",)

CASES = [
    Case(
        "a lock that wants a newer PHP than the app",
        {"composer.json": composer({"php": "^8.0", "a/b": "1"}), "composer.lock": {"packages": [{"require": {"php": "^8.1 || ~8.2.0"}}]}, "index.php": INDEX},
        {"version": "8.1", "sources": {"version": "composer.json require.php"}},
    ),
    Case(
        "index.php", {"index.php": INDEX},
        {"version": "8.4", "package_manager": "none", "start": "apache2-foreground", "framework": None, "warnings": (),
         "details": {"root": ".", "front": "index.php", "vendor": False}, "images": {"base": "php:8.4-apache"},
         "sources": {"version": "default", "package_manager": "default", "start": "index.php"}},
    ),
    Case("Drupal, whose index.php Composer makes", {"composer.json": composer({"drupal/core-recommended": "^11"}, extra={"drupal-scaffold": {"locations": {"web-root": "docroot/"}}}), "composer.lock": {"packages": []}},
         {"framework": "drupal", "details": {"root": "docroot"}, "warnings": (), "sources": {"start": "composer.json extra.drupal-scaffold"}}),
    Case("nothing extra, as PHP writes it", {"composer.json": composer({"php": "^8.4"}, extra=[]), "composer.lock": {"packages": []}, "public/index.php": INDEX}, {"details": {"root": "public"}, "warnings": ()}),
    Case("Drupal that says nothing of its folder", {"composer.json": composer({"drupal/core": "^11"}, extra={"drupal-scaffold": {"locations": []}}), "composer.lock": {"packages": []}, "web/index.php": INDEX}, {"framework": "drupal", "details": {"root": "web"}}),
    Case("no index.php where it is looked for", {"composer.json": composer({"php": "^8.4"}), "site/web/index.php": INDEX}, {"details": {"root": "."}, "warnings": ("name the folder that is to be served in a Procfile",)}),
    Case("WordPress by Composer", {"composer.json": composer({"php": ">=8.1", "roots/wordpress": "6.8"}), "composer.lock": {"packages": []}, "web/index.php": INDEX, "web/wp-config.php": "<?php\n"},
         {"framework": "wordpress", "details": {"root": "web", "writable": ()}, "warnings": (), "sources": {"framework": "composer.json"}}),
    Case("index.php in public", {"public/index.php": INDEX}, {"details": {"root": "public"}, "sources": {"start": "public/index.php"}}),
    Case("index.php in web", {"composer.json": composer({"php": "^8.3"}), "web/index.php": INDEX}, {"details": {"root": "web"}, "version": "8.3"}),
    Case(
        "Laravel", LARAVEL,
        {"framework": "laravel", "version": "8.2", "package_manager": "composer", "start": "apache2-foreground", "warnings": KEY,
         "details": {"root": "public", "vendor": True, "locked": True, "writable": ("storage", "bootstrap/cache", "database")},
         "sources": {"version": "composer.json require.php", "package_manager": "composer.lock", "framework": "composer.json"},
         "images": {"base": "php:8.2-apache", "composer": "composer:2"}},
    ),
    Case("Laravel with Vite", {**LARAVEL, "package.json": {"scripts": {"build": "vite build"}}, "package-lock.json": {}}, {"images": {"node": "node:24-slim"}, "warnings": KEY}),
    Case("Symfony", {"composer.json": composer({"php": ">=8.2", "ext-ctype": "*", "ext-iconv": "*", "symfony/framework-bundle": "7.2.*"}), "composer.lock": LOCK,
                     "public/index.php": INDEX, "bin/console": "", "importmap.php": "<?php"},
         {"framework": "symfony", "version": "8.4", "build": ("php bin/console importmap:install", "php bin/console asset-map:compile"),
          "warnings": ("Symfony needs APP_SECRET",), "details": {"root": "public", "writable": ("var",)}}),
    Case("Slim", {"composer.json": composer({"php": "^7.4 || ^8.0", "slim/slim": "4.*"}), "composer.lock": {}, "public/index.php": INDEX},
         {"framework": "slim", "version": "8.0", "details": {"root": "public"}, "warnings": ()}),
    Case("WordPress", {"index.php": INDEX, "wp-load.php": "", "wp-config-sample.php": ""}, {"framework": "wordpress", "sources": {"framework": "wp-load.php"}}),
    Case("no composer.lock", {"composer.json": composer({"slim/slim": "4.*"}), "public/index.php": INDEX}, {"warnings": ("has no composer.lock",)}),
    Case("a composer.json that installs nothing", {"composer.json": composer({"php": "^8.3", "ext-mbstring": "*"}), "index.php": INDEX}, {"details": {"vendor": False}, "warnings": ()}),
    Case("version of the platform", {"composer.json": composer({"php": ">=7.4"}, config={"platform": {"php": "8.1.2"}}), "index.php": INDEX},
         {"version": "8.1", "sources": {"version": "composer.json config.platform.php"}}),
    Case("version of asdf", {"index.php": INDEX, ".tool-versions": "php 8.3.10\n"}, {"version": "8.3.10"}),
    Case("version of .php-version", {"index.php": INDEX, ".php-version": "8.2\n"}, {"version": "8.2", "sources": {"version": ".php-version"}}),
    Case("extensions of the app and of its packages", {"composer.json": composer({"ext-intl": "*", "ext-redis": "*", "a/b": "1"}), "composer.lock": LOCK, "index.php": INDEX},
         {"warnings": ()}),
    Case("an extension that is not known", {"composer.json": composer({"ext-strange": "*"}), "index.php": INDEX}, {"warnings": ("the extensions strange",)}),
    Case("Procfile of Heroku", {"composer.json": composer({"php": "^8.3"}), "web/index.php": INDEX, "Procfile": "web: heroku-php-apache2 web/\n"},
         {"start": "apache2-foreground", "details": {"root": "web"}, "sources": {"start": "Procfile"}}),
    Case("Procfile with PHP's own server", {"index.php": INDEX, "Procfile": "web: php -S 0.0.0.0:$PORT\n"}, {"start": "php -S 0.0.0.0:8080"}),
    Case("the front of an old Symfony", {"composer.json": composer({"php": "^7.4", "symfony/symfony": "3.4.*"}), "composer.lock": {}, "web/app.php": INDEX, "web/app_dev.php": INDEX},
         {"framework": "symfony", "details": {"root": "web", "front": "app.php"}, "warnings": ("Symfony needs",), "sources": {"start": "web/app.php"}}),
]  # fmt: skip
NOT_RUN = {
    "Laravel": "packages of Composer cannot be had where the tests run; index.php is run",
    "Symfony": "as Laravel",
    "Slim": "as Laravel",
    "extensions of the app and of its packages": "Debian's PHP has no docker-php-ext-install",
}
