"""Packages of the programs that a start command names."""

import re
import shlex

from dockyard.build.detect.javascript.site import Site

_PACKAGES = {
    "ng": "@angular/cli", "nest": "@nestjs/cli", "babel-node": "@babel/node", "react-router-serve": "@react-router/serve",
    "remix-serve": "@remix-run/serve", "tsc": "typescript", "pm2-runtime": "pm2", "sucrase-node": "sucrase",
    "strapi": "@strapi/strapi",
    "run-s": "npm-run-all", "run-p": "npm-run-all", "nuxi": "nuxt", "dotenv": "dotenv-cli", "keystone": "@keystone-6/core",
    "medusa": "@medusajs/medusa", "esno": "tsx", "swc-node": "@swc-node/register", "vite-node": "vite-node",
}  # fmt: skip
"""Program to package, where they have different names."""


def kept_for_start(site: Site, start: tuple[str, ...]) -> str | None:
    """The package for development only that the start command names; without it the app would not start."""
    words = [word for text in start for word in _words(text)]
    named = [name for word in words for name in (_PACKAGES.get(word, word), *_package_of(word))]
    package = site.package
    development = (package.root.dev_dependencies if package.above else {}) | package.dev_dependencies
    running = package.root.dependencies | package.dependencies
    return next((name for name in named if name in development and name not in running), None)


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text)
    except ValueError:
        return text.split()


def _package_of(word: str) -> list[str]:
    """`ts-node/register` and `--import=tsx` name a package."""
    match = re.match(r"(?:--[\w-]+=)?((?:@[\w.-]+/)?[\w.-]+)", word)
    return [match[1]] if match else []
