"""Where an app listens, where its source says so and does not look at PORT."""

import posixpath
import re
from collections.abc import Iterator

from dockyard.build.detect.javascript.site import Site

_FIXED = re.compile(
    r"\.listen\(\s*\{?\s*(?:port\s*:\s*)?(\d{2,5})\b|\b(?:port|PORT)\s*[:=]\s*(\d{2,5})\b|Deno\.serve\(\s*\{\s*port\s*:\s*(\d{2,5})"
)
_FROM_PORT = re.compile(
    r"env\W{1,8}PORT\b|\bPORT\b[^\n]*\benv\b|env\.get\(\s*['\"]PORT|config\.get|[{,]\s*PORT\b[^}]*\}\s*=\s*(process|Bun|import)"
)
_OTHER = re.compile(
    r"env(?:\.|\[['\"])((?:APP|API|BACKEND|HTTP|LISTEN|SERVER|SERVICE|WEB)_PORT)\b['\"\]]*(?:\s*(?:\|\||\?\?)\s*['\"]?(\d{2,5}))?"
)
"""Another variable, and what is taken where that is not set."""
_WRITTEN_OUT = re.compile(r"\.listen\(\s*(?:\{\s*port\s*:\s*)?\d{2,5}\b|\b(?:const|let|var)\s+(?:port|PORT)\s*=\s*\d{2,5}\b")
"""Where that is, the other variable is one of another server."""
_IS_PORT = re.compile(r"env\W{1,8}PORT\b|env\.get\(\s*['\"]PORT|[{,]\s*PORT\b[^}]*\}\s*=\s*(process|Bun|import)")
_LOADED = re.compile(r"(?:\brequire\(|\bimport\b[^'\"\n;]*)\s*['\"](\./[\w./-]+)['\"]")
_BUNDLES = re.compile(r"\b(?:esbuild|tsup|tsdown|rollup|rolldown|webpack|parcel|ncc|swc|babel|bun build|deno bundle)\b")
_SOURCES = (".ts", ".tsx", ".js", ".mjs", ".mts")


def listening(site: Site, start: tuple[str, ...]) -> tuple[int | None, tuple[str, ...]]:
    """The port that the entry file has in it, and what to say of it; None where it is PORT's, or service.yaml's, or not told."""
    file, text = next(
        ((file, text) for file, text in sources_of(site, start) if ".listen(" in text or "serve(" in text), ("", "")
    )
    if not file:
        return None, ()
    warnings = []
    if re.search(r"fastify|Fastify", text) and not re.search(r"\bhost\b|0\.0\.0\.0|\blisten\(\s*\w+\s*,\s*['\"]", text):
        warnings.append(f"{site.path(file)}: Fastify listens on localhost alone: give listen host: '0.0.0.0'")
    other = None if _IS_PORT.search(text) or _WRITTEN_OUT.search(text) else _OTHER.search(text)
    match = None if other or _FROM_PORT.search(text) else _FIXED.search(text)
    port = int(next(filter(None, match.groups()))) if match else int(other[2]) if other and other[2] else None
    if other and not port:
        told = f'set env: {{{other[1]}: "{site.app.port}"}} in service.yaml'
        warnings.append(f"{site.path(file)} listens where {other[1]} says, not PORT: {told}")
    if port and other and port == site.app.port:
        return None, tuple(warnings)
    if port and 0 < port < 65536 and port != site.app.wishes.port:
        warnings.append(
            f"{site.path(file)} listens on {port} and does not look at PORT: listen on process.env.PORT, "
            f"or set port: {port} in service.yaml"
        )
        return port, tuple(warnings)
    return None, tuple(warnings)


def sources_of(site: Site, start: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """The source of what is started, and those that it loads itself, each with its text."""
    entry = _entry(site, start)
    if entry is None:
        return
    text = site.app.source(site.path(entry))
    yield entry, text
    for loaded in _LOADED.findall(text):
        stem = posixpath.normpath(posixpath.join(posixpath.dirname(entry), loaded))
        if not stem.startswith("..") and (file := site.has(stem, *(f"{stem}{suffix}" for suffix in _SOURCES))):
            yield file, site.app.source(site.path(file))


def _bundled(site: Site, made: str) -> str | None:
    """The source that a script makes this file of: `esbuild web/server.ts --outfile=dist/api.js`."""
    scripts = (text.split() for text in site.scripts.values() if made.removeprefix("./") in text and _BUNDLES.search(text))
    named = (word.removeprefix("./") for words in scripts for word in words if word.endswith(_SOURCES))
    return next((word for word in named if not word.startswith(("/", "..")) and site.has(word)), None)


def _entry(site: Site, start: tuple[str, ...]) -> str | None:
    """The source of what is started: of dist/main.js it is src/main.ts."""
    for word in reversed(start):
        if re.search(r"\.[cm]?[jt]sx?$", word):
            stem = posixpath.basename(word).split(".")[0]
            if not site.has(word) and (source := _bundled(site, word)):
                return source
            return site.has(word, *(f"src/{stem}{suffix}" for suffix in _SOURCES), *(f"{stem}{suffix}" for suffix in _SOURCES))
        if file := site.has(f"{word}.js", *((word, f"{word.rstrip('/')}/index.js") if start[0] == "node" else ())):
            return file
    return None
