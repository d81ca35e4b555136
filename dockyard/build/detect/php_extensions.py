"""PHP's extensions: which the official image has, and how the others get into it.

https://hub.docker.com/_/php, "How to install more PHP extensions"
"""

from collections.abc import Iterable
from dataclasses import dataclass

_THERE = frozenset(
    [
        "core",
        "ctype",
        "curl",
        "date",
        "dom",
        "fileinfo",
        "filter",
        "ftp",
        "hash",
        "iconv",
        "json",
        "libxml",
        "mbstring",
        "mysqlnd",
        "openssl",
        "pcre",
        "pdo",
        "pdo_sqlite",
        "phar",
        "posix",
        "random",
        "readline",
        "reflection",
        "session",
        "simplexml",
        "sodium",
        "spl",
        "sqlite3",
        "standard",
        "tokenizer",
        "xml",
        "xmlreader",
        "xmlwriter",
        "zlib",
        "opcache",
        "zend-opcache",
    ]
)
_PACKAGES = {
    "bcmath": "", "calendar": "", "exif": "", "gettext": "", "mysqli": "", "pcntl": "", "pdo_mysql": "", "shmop": "",
    "sockets": "",
    "sysvmsg": "", "sysvsem": "", "sysvshm": "", "dba": "", "bz2": "libbz2-dev", "ffi": "libffi-dev",
    "gd": "libpng-dev libjpeg62-turbo-dev libfreetype-dev libwebp-dev", "gmp": "libgmp-dev", "intl": "libicu-dev",
    "ldap": "libldap2-dev",
    "pdo_pgsql": "libpq-dev", "pgsql": "libpq-dev", "snmp": "libsnmp-dev", "soap": "libxml2-dev", "tidy": "libtidy-dev",
    "xsl": "libxslt1-dev", "zip": "libzip-dev",
}  # fmt: skip
_PECL_PACKAGES = {
    "amqp": "librabbitmq-dev", "apcu": "", "ds": "", "grpc": "", "igbinary": "", "imagick": "libmagickwand-dev", "mailparse": "",
    "memcached": "libmemcached-dev zlib1g-dev libssl-dev", "mongodb": "libssl-dev", "msgpack": "", "rdkafka": "librdkafka-dev",
    "redis": "", "swoole": "", "uuid": "uuid-dev", "yaml": "libyaml-dev",
}  # fmt: skip
_OF_FRAMEWORKS = {
    "laravel": ("pcntl", "pdo_mysql", "pdo_pgsql"), "symfony": ("intl", "pdo_mysql", "pdo_pgsql"),
    "wordpress": ("mysqli", "exif", "gd", "zip"),
    "drupal": ("gd", "pdo_mysql", "pdo_pgsql"), "cakephp": ("intl", "pdo_mysql"), "codeigniter": ("intl", "mysqli"),
    "yii": ("intl", "pdo_mysql"),
    "craft": ("bcmath", "gd", "intl", "pdo_mysql", "zip"),
}  # fmt: skip


@dataclass(frozen=True)
class Extensions:
    """What is built into the image."""

    own: tuple[str, ...]
    """Extensions that come with PHP's source."""
    pecl: tuple[str, ...]
    packages: tuple[str, ...]
    """Debian's packages that they are built with."""


def extensions_of(asked: Iterable[str], framework: str | None) -> tuple[Extensions, list[str]]:
    """What is built for these extensions and those that apps of the framework use unasked; and those that are not known."""
    names = ({name.lower() for name in asked} | set(_OF_FRAMEWORKS.get(framework or "", ()))) - _THERE - {"xdebug", "pcov"}
    own, pecl = sorted(names & _PACKAGES.keys()), sorted(names & _PECL_PACKAGES.keys())
    packages = {package for name in own for package in _PACKAGES[name].split()}
    packages |= {package for name in pecl for package in _PECL_PACKAGES[name].split()}
    return Extensions(tuple(own), tuple(pecl), tuple(sorted(packages))), sorted(names - _PACKAGES.keys() - _PECL_PACKAGES.keys())
