"""Where an app listens, where its source has that written out and does not look at PORT."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from dockyard.build.detect.app import App

_HOST = r"(?P<host>[\w.]*)"
_PORT = r"(?P<port>\d{2,5})\b"
_CALLS = {
    "go": (
        rf'(?:\bListenAndServe(?:TLS)?|\.Run|\.Listen|\.Start)\(\s*"{_HOST}:{_PORT}"', rf'\bAddr:\s*"{_HOST}:{_PORT}"',
        rf'\bnet\.Listen\(\s*"tcp\d?",\s*"{_HOST}:{_PORT}"',
        rf'\.(?:String|Int|Uint)(?:Var)?\((?:&[\w.]+,\s*)?"(?:http-?|listen-?)?(?:port|addr)",\s*"?:?{_PORT}"?,',
    ),
    "rust": (
        rf'\bbind\(\s*&?\(?\s*"{_HOST}(?::|"\s*,\s*){_PORT}', rf"\(\[(?P<host>\d+(?:,\s*\d+){{3}})\],\s*{_PORT}\)",
    ),
    "java": (
        rf"(?:\.start|\.listen|(?<![\w.])port|\b(?:Netty|Jetty|Undertow))\(\s*{_PORT}\s*[,)]",
        rf"\bembeddedServer\(\s*\w+,\s*(?:port\s*=\s*)?{_PORT}",
    ),
    "cpp": (
        rf'\bbindaddr\("{_HOST}"\)(?:\s*\.\w+\([^()]*\))*\s*\.port\(\s*{_PORT}', rf"\.port\(\s*{_PORT}",
        rf'\b(?:listen|addListener)\(\s*"{_HOST}"\s*,\s*{_PORT}',
    ),
    "zig": (rf"\.port\s*=\s*{_PORT}", rf'\bparseIp4?\(\s*"{_HOST}"\s*,\s*{_PORT}'),
    "haskell": (rf"\b(?:scotty|run)\s+{_PORT}",),
    "dotnet": (rf'(?:\bUseUrls|\b[aA]pp\.Run(?:Async)?)\(\s*"https?://(?P<host>[\w.*+]*):{_PORT}',),
    "ruby": (rf"^\s*set\s+:port,\s*{_PORT}",),
    "crystal": (
        rf"\bKemal\.run\(?\s*(?:port:\s*)?{_PORT}", rf"\bKemal\.config\.port\s*=\s*{_PORT}",
        rf'\bbind_tcp\(?\s*"{_HOST}",\s*{_PORT}',
    ),
    "clojure": (rf"\{{:port\s+{_PORT}",),
    "dart": (rf"\b(?:serve|bind)\([^;]*?,\s*{_PORT}\s*[,)]",),
    "deno": (rf"(?:\.listen|\bDeno\.(?:serve|listen))\(\s*\{{[^{{}}]*?\bport\s*:\s*{_PORT}", rf"\.listen\(\s*{_PORT}"),
    "gleam": (rf"\bmist\.port\(\s*{_PORT}", rf"\bmist\.port\(_,\s*{_PORT}"),
}  # fmt: skip
"""How a language's servers are told an address: patterns with a group `port`, and `host` where it comes along."""
_DATABASES = (3306, 5432, 6379, 27017)
"""Ports that an app connects to, not where it listens."""
_ASKS = r"\bPORT\b|\bAutomaticEnv\b"
"""That a source looks at PORT: by its name, or as Viper does for each of its options."""
_LOOPBACK = re.compile(r"127[.,]|localhost$")


@dataclass(frozen=True)
class Listening:
    """Where an app listens."""

    port: int
    file: str | None = None
    """Where the port was read; None where it is the one that PORT tells."""
    warnings: tuple[str, ...] = ()


def listening(app: App, language: str, files: Iterable[str]) -> Listening:
    """The port in the source, unless that looks at PORT anywhere, or service.yaml says another."""
    texts = {file: re.sub(r"(?<!:)//[^\n]*", "", app.source(file)) for file in files}
    found = [
        (int(match["port"]), match.groupdict().get("host") or "", file)
        for file, text in texts.items()
        for pattern in _CALLS[language]
        for match in re.finditer(pattern, text, re.MULTILINE)
        if int(match["port"]) not in _DATABASES
    ]
    if not found or any(re.search(_ASKS, text) for text in texts.values()):
        return Listening(app.port, "service.yaml" if app.wishes.port else None)
    port, host, file = next((said for said in found if said[0] == app.port), found[0])
    warnings = []
    if _LOOPBACK.match(host):
        warnings.append(f"{file} listens on 127.0.0.1, where nothing outside of its container reaches it")
    if port != app.port:
        told = f"{file} listens on {port} and does not look at PORT: listen on what it says, or set port: {port} in service.yaml"
        warnings.append(told)
    return Listening(app.wishes.port or port, "service.yaml" if app.wishes.port else file, tuple(warnings))
