"""Where an app listens, where its source has that written out and does not look at PORT."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from dockyard.build.detect.app import App
from dockyard.build.detect.settings import settings_of

_HOST = r"(?P<host>[\w.]*|\[[\w:]*\])"
_PORT = r"(?P<port>\d{2,5})\b"
_IN_LIST = r"[^\]#]{0,300}"
"""What is in an attribute of Rust, before or after the word that is looked for."""
_LIKELY_PORT = rf"(?!(?:25|465|587|1025|2525|1433|1521|1883|2379|4222|5672|9042|9092|9200|11211)\b){_PORT}"
"""Not one of mail, databases, queues and the like, where it is not said what the port is for."""
_OPTION = r"\.(?:String|Int|Uint)(?:Var)?P?\((?:&[\w.]+,\s*)?"
_SHORT = r'\s*(?:"\w?",\s*)?'
"""The short name that an option may have, too."""
_OF_ANOTHER = (
    "(?i:DB|DATABASE|SQL|POSTGRES|PG_|MONGO|REDIS|CACHE|MEMCACHE|ELASTIC|CLICKHOUSE|CASSANDRA|INFLUX|RABBIT|AMQP|KAFKA|NATS|MQTT"
    "|ETCD|CONSUL|VAULT|MINIO|LDAP|SMTP|MAIL|SSH|FTP|PROXY|CLIENT|REMOTE|TARGET|UPSTREAM|GRPC|METRICS|PROMETHEUS|STATSD|JAEGER"
    "|OTEL|PPROF|HEALTH|ADMIN|DEBUG)"
)
"""Names with ports of other servers."""
_FIELD = r"\b(?:HTTP|Http|Server|App|API|Api|Web|Listen)?Port\s+\w+\s+"
_CALLS = {
    "go": (
        rf'(?:\bListenAndServe(?:TLS)?|\.Run|\.Listen|\.Start)\(\s*"{_HOST}:{_PORT}"', rf'\bAddr:\s*"{_HOST}:{_PORT}"',
        rf'\bnet\.Listen\(\s*"tcp\d?",\s*"{_HOST}:{_PORT}"',
        rf'{_OPTION}"(?:http-?|listen-?)?(?:port|addr)",{_SHORT}(?:\w+\("\w+",\s*)?"?:?{_PORT}"?\)?,',
        rf'{_OPTION}"(?:listen|(?:listen-?|http-?|bind-?)?addr(?:ess)?|bind|http)",{_SHORT}"{_HOST}:{_PORT}",',
        rf"\b(?!\w*{_OF_ANOTHER})\w+\s+struct\s*\{{[^{{}}]*?{_FIELD}"
        rf'`(?![^`\n]*{_OF_ANOTHER})[^`\n]*\b(?:default|envDefault|env-default):"{_LIKELY_PORT}"',
        rf'[eE]nv\w{{0,30}}\(\s*"(?!\w*{_OF_ANOTHER})\w+_PORT\w{{0,30}}",\s*"?:?{_LIKELY_PORT}"?\)',
        rf'\bkingpin\.Flag\("(?:web\.)?(?:listen|bind|http|addr)[\w.-]*",[^\n]*\.Default\("{_HOST}:{_PORT}"\)',
        rf'\.AddFlags\(\s*kingpin\.\w+,\s*"{_HOST}:{_PORT}"',
    ),
    "rust": (
        rf'\b(?:bind|TcpListener::new)\(\s*&?\(?\s*"{_HOST}(?::|"\s*,\s*){_PORT}',
        rf"\(\[(?P<host>\d+(?:,\s*\d+){{3}})\],\s*{_PORT}\)",
        rf'#\[(?:arg|clap|structopt)\((?!{_IN_LIST}\benv\s*[,)]){_IN_LIST}\bdefault_value(?:_t)?\s*=\s*"?{_PORT}"?{_IN_LIST}\]\s*'
        rf"(?:pub(?:\(\w+\))?\s+)?(?:http_|listen_|server_)?port\s*:",
        rf'\bArg::new\("port"\)(?:\s*\.\w+\((?:[^()]|\([^()]*\))*\))*?\s*\.default_value\("{_PORT}"\)',
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
    "dotnet": (
        rf'(?:\bUseUrls\(|\b[aA]pp\.Run(?:Async)?\(|^\s*url)\s*"https?://(?P<host>[\w.*+]*):{_PORT}',
        rf"\bListen(?:AnyIP\(|\(\s*IPAddress\.Any\s*,)\s*{_PORT}\s*\)",
    ),
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
_EVERYWHERE = r"(?P<host>(?:0\.0\.0\.0|\[::\])?)"
_OWN_PORT = r"\b(?:(?i:web|http|server|listen|app|api|default)_?)*(?:[pP]ort|PORT)(?:Number)?"
_NAMED = {
    "go": (
        rf'\b(?!\w*{_OF_ANOTHER})\w{{0,40}}(?:[pP]ort|PORT|[aA]ddr)\w{{0,40}}(?:\s+string)?\s*:?=\s*"{_EVERYWHERE}:{_PORT}"',
        rf'{_OWN_PORT}(?:\s+\w+)?\s*:?=\s*"?{_LIKELY_PORT}"?\s*$',
    ),
    "rust": (
        rf'\blet\s+(?:mut\s+)?(?!\w*{_OF_ANOTHER})\w{{0,40}}addr\w{{0,40}}(?:\s*:[^=;\n]{{1,80}})?\s*=\s*"{_EVERYWHERE}:{_PORT}"',
        rf"\b(?:let|const|static)\s+(?:mut\s+)?{_OWN_PORT}(?:\s*:\s*\w+)?\s*=\s*{_LIKELY_PORT}\s*;",
    ),
}  # fmt: skip
"""Names that are given an address, or a port, for where no call has one."""
_DATABASES = (3306, 5432, 6379, 27017)
"""Ports that an app connects to, not where it listens."""
_ASKS, _ASKS_BY_NAME = re.compile(r"\bPORT\b"), re.compile(r"""["'`]PORT\b""")
_ASKS_BY_CLAP = re.compile(rf"#\[(?:arg|clap)\({_IN_LIST}\benv\b(?!\s*=){_IN_LIST}\]\s*(?:pub(?:\(\w+\))?\s+)?port\s*:")
"""That clap gives an option called `port` the variable of its name."""
_IS_OWN = re.compile(r'\b(?:const|static|let|var)\s+PORT\b[^=\n]{0,80}=\s*"?[\d.]*:?\d+"?\s*;?\s*$', re.MULTILINE)
"""That PORT is a name of the source itself, so that only where it is in quotes the variable is meant."""
_ASKS_FOR_ALL, _BUT_WITH_PREFIX = re.compile(r"\bAutomaticEnv\b"), re.compile(r"\bSetEnvPrefix\b")
"""That Viper looks at PORT, as it does for each of its options, unless it puts a prefix before their names."""
_OTHERS = re.compile(
    r"""(?:\bListenAndServe|\.Run|\.Listen|\.Start)\(\s*os\.Getenv\("(\w*(?:PORT|ADDR|LISTEN|BIND|HOST|URL)\w*)"\)"""
    r"""|["']((?:APP|API|HTTP|LISTEN|SERVER|SERVICE|WEB)_PORT|(?:BIND|HTTP|LISTEN|WEB)_ADDR(?:ESS)?)\b"""
)
"""Another variable that says where a server listens."""
_SETTINGS = tuple(
    f"{folder}{name}.{end}"
    for folder in ("", "config/", "configs/", "conf/", "configuration/")
    for name in ("config", "app", "application", "default", "base", "settings")
    for end in ("yaml", "yml", "json", "toml", "ini")
)
"""Files in which apps of Go and Rust say where they listen."""
_SERVES = ("server", "http", "web", "api", "app", "application", "service")
_ALL = ("", "0.0.0.0", "127.0.0.1", "localhost")  # noqa: S104
_URL = re.compile(rf"https?://(?P<host>[\w.*+]*|\[[\w:]*\]):{_PORT}")
_WHERE = re.compile(rf"(?:(?P<host>[\d.]*|localhost):)?{_LIKELY_PORT}")
_OF_DATABASE = ("user", "username", "password", "dbname", "db_name")
"""Keys beside the port of a database."""
_DEPTH = 4
"""Sections within each other; in YAML one may hold itself."""
_SAYS_WHERE = re.compile(r"(http|server|listen|web|app|api)?[_-]?(port|addr|address|listen)", re.IGNORECASE)
_LOOPBACK = re.compile(r"127[.,]|localhost$|\[::1\]$")
_LOOPBACK_OPTION = re.compile(rf'{_OPTION}"(?:listen|addr|address|bind)",{_SHORT}"(?:127\.0\.0\.1|localhost)",')


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
    found = _written(texts, _CALLS[language])
    if language in ("go", "rust") and not found:
        found = list(_in_settings(app)) or _written(texts, _NAMED[language])
    if language == "dotnet" and not found:
        found = list(_in_urls(app, texts))
    if _looks_at_port(texts.values()):
        return Listening(app.port, "service.yaml" if app.wishes.port else None)
    if not found:
        return Listening(app.port, "service.yaml" if app.wishes.port else None, _of_another_variable(app, texts))
    port, host, file = next((said for said in found if said[0] == app.port), found[0])
    warnings = []
    if _LOOPBACK.match(host) or _LOOPBACK_OPTION.search(texts.get(file, "")):
        warnings.append(f"{file} listens on 127.0.0.1, where nothing outside of its container reaches it")
    if port != app.port:
        told = f"{file} listens on {port} and does not look at PORT: listen on what it says, or set port: {port} in service.yaml"
        warnings.append(told)
    return Listening(app.wishes.port or port, "service.yaml" if app.wishes.port else file, tuple(warnings))


def _written(texts: Mapping[str, str], patterns: Iterable[str]) -> list[tuple[int, str, str]]:
    """Port, host and file of what is written out in the sources."""
    return [
        (int(match["port"]), match.groupdict().get("host") or "", file)
        for file, text in texts.items()
        for pattern in patterns
        for match in re.finditer(pattern, text, re.MULTILINE)
        if _is_port(match)
    ]


def _looks_at_port(texts: Iterable[str]) -> bool:
    whole = "\n".join(texts)
    asks = _ASKS_BY_NAME if _IS_OWN.search(whole) else _ASKS
    asked = asks.search(whole) or _ASKS_BY_CLAP.search(whole)
    return bool(asked or (_ASKS_FOR_ALL.search(whole) and not _BUT_WITH_PREFIX.search(whole)))


def _of_another_variable(app: App, texts: Mapping[str, str]) -> tuple[str, ...]:
    """What is told where the address comes from a variable that is not PORT."""
    for file, text in texts.items():
        if match := _OTHERS.search(text):
            name = match[1] or match[2]
            value = f'"0.0.0.0:{app.port}"' if match[1] or not name.endswith("PORT") else f'"{app.port}"'
            return (f"{file} listens where {name} says, not PORT: set env: {{{name}: {value}}} in service.yaml",)
    return ()


def _in_settings(app: App) -> Iterator[tuple[int, str, str]]:
    """Port, host and file, where a file of settings has them in a section of a server, or in none."""
    for file in filter(app.has, _SETTINGS):
        for match in _said_in(settings_of(app, file), _DEPTH):
            yield int(match["port"]), match["host"] or "", file


def _in_urls(app: App, files: Iterable[str]) -> Iterator[tuple[int, str, str]]:
    """Port, host and file, where the setting of ASP.NET Core that is called so has them."""
    for file in (file for file in files if file.endswith(".json")):
        for name, value in settings_of(app, file).items():
            if name.lower() == "urls" and (match := _URL.match(str(value))) and _is_port(match):
                yield int(match["port"]), match["host"], file


def _said_in(section: Mapping[str, Any], depth: int) -> Iterator[re.Match[str]]:
    """Addresses of a section, and of those in it that are a server's; none beside a database's user or another host."""
    others = section.keys() & {*_OF_DATABASE} or str(section.get("host") or "") not in _ALL
    for name, value in section.items():
        key = str(name).lower()
        if isinstance(value, Mapping) and depth and {*key.split(".")} <= {*_SERVES}:
            yield from _said_in(value, depth - 1)
        elif not others and _SAYS_WHERE.fullmatch(key) and (match := _WHERE.fullmatch(str(value))) and _is_port(match):
            yield match


def _is_port(match: re.Match[str]) -> bool:
    return int(match["port"]) < 65536 and int(match["port"]) not in _DATABASES
