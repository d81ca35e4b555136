"""What an installation reads of the app's files, and what it needs of Debian's packages."""

import re
from collections.abc import Iterator

from dockyard.build.detect.app import App
from dockyard.build.detect.javascript.managers import Manager
from dockyard.build.detect.javascript.package import Package
from dockyard.build.detect.javascript.site import Site
from dockyard.build.detect.javascript.workspace import PNPM_FILE, Workspace

_SETTINGS = (".npmrc", ".yarnrc", ".yarnrc.yml", ".pnpmfile.cjs", ".pnpmfile.mjs", PNPM_FILE, "bunfig.toml", "lerna.json")
_READ = (
    ".yarn/releases/*", ".yarn/plugins/*.cjs", ".yarn/plugins/*/*.cjs", ".yarn/patches/*", "patches/*", "prisma/schema.prisma",
    "prisma/schema/*.prisma", "prisma.config.*",
)  # fmt: skip
_HOOKS = ("preinstall", "install", "postinstall", "prepublish", "prepare")
_NEEDS_NO_SOURCE = re.compile(
    r"(npx\s+)?(--yes\s+|-y\s+)?(husky( install)?|patch-package|prisma generate|only-allow \w+|simple-git-hooks|lefthook install"
    r"|is-ci|node -v|true|exit 0|echo [^&|;]*|ngcc[^&|;]*)(\s*(\|\||&&|;)\s*|$)"
)
_COMPILED = frozenset(
    [
        "bcrypt",
        "sqlite3",
        "better-sqlite3",
        "canvas",
        "node-sass",
        "argon2",
        "zeromq",
        "serialport",
        "usb",
        "couchbase",
        "re2",
        "node-pty",
        "libxmljs",
        "libxmljs2",
        "leveldown",
        "kerberos",
        "deasync",
        "farmhash",
        "node-rdkafka",
        "cpu-features",
        "isolated-vm",
        "robotjs",
        "gl",
        "tree-sitter",
        "ffi-napi",
        "ref-napi",
        "microtime",
        "heapdump",
        "node-gyp",
        "node-addon-api",
        "nan",
        "ibm_db",
        "odbc",
        "pg-native",
        "libpq",
        "integer",
        "sodium-native",
        "bigint-buffer",
        "mmmagic",
        "node-expat",
        "iconv",
        "hiredis",
        "i2c-bus",
        "pigpio",
        "epoll",
        "bluetooth-hci-socket",
        "modern-syslog",
        "posix",
        "raw-socket",
        "pcap",
        "unix-dgram",
        "msgpackr-extract",
    ]
)
"""Packages that are compiled where no finished build of them can be fetched, and theirs are not at npm."""
_COMPILERS = ("g++", "make", "python3")
_RUNTIME = {"@prisma/client": ("openssl",), "prisma": ("openssl",)}
"""What packages need of the system when they run."""
_BROWSERS = ("puppeteer", "playwright", "playwright-chromium", "@playwright/browser-chromium")

_CHECKS = ("@t3-oss/env-nextjs", "@t3-oss/env-nuxt", "@t3-oss/env-core")
_CONFIGS = ("next.config", "nuxt.config", "vite.config", "astro.config")
_WEBPACK_5 = {
    "webpack": 5, "react-scripts": 5, "@vue/cli-service": 5, "@angular-devkit/build-angular": 13, "nuxt": 3, "next": 11,
    "gatsby": 3, "laravel-mix": 6,
}  # fmt: skip
"""The first major release of each that needs nothing of OpenSSL that version 3 leaves out."""


def hashes_as_before(site: Site, version: str) -> str | None:
    """The package whose webpack hashes by MD4, which OpenSSL 3, and so Node.js from 17 on, has in its legacy provider alone."""
    major = re.match(r"\d+", version)
    if major and int(major[0]) < 17:
        return None
    majors = ((name, site.major(name), first) for name, first in _WEBPACK_5.items())
    return next((name for name, major, first in majors if major is not None and major < first), None)


def checks_variables(site: Site) -> str | None:
    """What stops a build that lacks the variables of the app, unless SKIP_ENV_VALIDATION is set.

    https://create.t3.gg/en/usage/env-variables
    """
    packages = (site.package, site.package.root, *site.workspace.needed_by(site.package))
    if found := next((name for name in _CHECKS for package in packages if name in package.all_dependencies), None):
        return found
    stems = (*_CONFIGS, "env", "src/env")
    return next((stem for stem in stems if "SKIP_ENV_VALIDATION" in site.settings(stem)), None)


def files_of_install(workspace: Workspace, manager: Manager) -> tuple[str, ...]:
    """The files that an installation reads; `.`, all, where a script of it may read any."""
    packages = [workspace.root, *workspace.members.values()]
    if any(_reads_any(package) for package in packages):
        return (".",)
    app = workspace.app
    return tuple(
        dict.fromkeys((*(package.path for package in packages), *manager.locks, *filter(app.has, _SETTINGS), *app.files(*_READ)))
    )


def runs_hooks(workspace: Workspace) -> bool:
    """Whether an installation runs scripts of the app, which may need what only the build has."""
    return any(set(_HOOKS) & set(package.scripts) for package in (workspace.root, *workspace.members.values()))


def _reads_any(package: Package) -> bool:
    scripts = (package.scripts.get(hook) for hook in _HOOKS)
    local = any(str(version).startswith(("file:", "link:", "portal:", "./")) for version in _versions(package))
    return local or any(script and not _harmless(script) for script in scripts)


def _harmless(script: str) -> bool:
    return _NEEDS_NO_SOURCE.sub("", script.strip()).strip() == ""


def _versions(package: Package) -> Iterator[object]:
    yield from (package.dependencies | package.dev_dependencies).values()


def debian_packages(app: App, packages: list[Package]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that the build needs, and those that the app needs when it runs."""
    names = {name for package in packages for name in package.dependencies | package.dev_dependencies}
    from_git = any(re.match(r"git|[\w-]+/[\w.-]+(#|$)", str(version)) for package in packages for version in _versions(package))
    compiled = bool(names & _COMPILED) or bool(app.has("binding.gyp"))
    running = {need for name in names for need in _RUNTIME.get(name, ())}
    building = {*(_COMPILERS if compiled else ()), *(("ca-certificates", "git") if from_git else ()), *running}
    return tuple(sorted(building)), tuple(sorted(running))


def needs_browser(package: Package) -> str | None:
    """The package that drives a browser, which no image has."""
    return next((name for name in _BROWSERS if name in package.dependencies), None)
