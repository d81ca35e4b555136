"""Base images where no registry can be reached: made here, from Debian's packages.

A stand-in has the paths of the official image that it stands for (`dockyard.local.systems`) and is tagged with the versions
that are really inside. It is made when a build first asks for it, and uploaded to the local ECR under the path that an ECR
pull-through cache for Docker Hub would use. https://docs.aws.amazon.com/AmazonECR/latest/userguide/pull-through-cache.html
"""

import json
import re
import shutil
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from dockyard.build.bases import StandIn, listed_stand_ins
from dockyard.doors.aws import Aws
from dockyard.doors.docker import Docker
from dockyard.doors.files import content, put
from dockyard.doors.lock import alone
from dockyard.doors.process import Processes
from dockyard.errors import DockyardError
from dockyard.local.archive import Archive, make_archive
from dockyard.local.systems import PATH, SUITE, SYSTEMS, System
from dockyard.progress import Progress, Silent

CACHE_PREFIX = "docker-hub/library"

_DROPPED = (
    "usr/share/doc", "usr/share/man", "usr/share/locale", "usr/share/info", "var/lib/apt/lists", "var/cache/apt", "var/log",
)  # fmt: skip
_REFERENCE = re.compile(rf"(?:.*/)?(?P<name>{'|'.join(SYSTEMS)}):(?P<tag>[\w.-]+)$")
_BY_NAME = {"debian": SUITE, "nginx": "stable"}
"""Tags without a number that a stand-in may take: Debian's nginx is a stable one."""
_CHROOT = 'mount -t proc proc "$1/proc" && root=$1 && shift && exec chroot "$root" "$@"'
"""Run in a mount namespace of its own: programs of Go and Java want /proc, and it goes with them."""
_INSTALL = 'apt-get -q update && exec apt-get -qy -o APT::Sandbox::User=root install --no-install-recommends "$@"'
_WANTED = ("var/log", "var/cache/apt/archives/partial", "var/lib/apt/lists/partial")
"""Folders that programs expect to be there."""

Say = Callable[[str], None]


@dataclass(frozen=True)
class StandIns:
    """The stand-ins of one project: made once a machine, uploaded when needed, listed in a file."""

    file: Path
    docker: Docker
    processes: Processes
    say: Say
    progress: Progress = field(default_factory=Silent)

    def known(self) -> dict[str, StandIn]:
        """Those that are listed: reference to stand-in."""
        if not self.file.is_file():
            return {}
        return listed_stand_ins(self.file)

    def ensure(self, references: Iterable[str], aws: Aws) -> dict[str, StandIn]:
        """See that each base image can be had: pull it, or make its stand-in. Those that remain are told by the build.

        One that was listed stays as long as it is asked for, so that tags do not change from one run to the next.
        """
        known, found = self.known(), {}
        for reference in references:
            match = _REFERENCE.match(reference)
            if match and (reference in known or not self._can_be_had(reference)):
                stand_in = self._stand_in(reference, match["name"], match["tag"], aws)
                found.update({reference: stand_in} if stand_in else {})
        listed = json.dumps({reference: asdict(entry) for reference, entry in found.items()}, indent=2).encode() + b"\n"
        if content(self.file) != listed:  # by its time a deploy knows that nothing is another
            put(self.file, listed)
        return found

    def _can_be_had(self, reference: str) -> bool:
        if self.docker.image_id(reference):
            return True
        subject = f"base image {reference}"
        self.progress.update(subject, "pulling it")
        fault = self.docker.pull(reference)
        if not fault:
            self.progress.done(subject, "pulled")
        else:
            self.progress.update(subject, "cannot be pulled, and gets a stand-in")
            reason = fault.strip().splitlines()[-1].rsplit(": ", 1)[-1]
            self.say(f"base image {reference} cannot be pulled ({reason}); using a stand-in, on this machine only")
        return fault is None

    def _stand_in(self, reference: str, name: str, tag: str, aws: Aws) -> StandIn | None:
        archive = self._archive(name)
        version = str(archive.facts["version"])
        wanted = re.match(r"\d+(\.\d+)*", tag)
        named = _BY_NAME.get(name)
        if not (f"{version}.".startswith(f"{wanted[0]}.") if wanted else named and tag.startswith(named)):
            self.say(f"the stand-in for {name} is version {version}, and {reference} is asked for: no stand-in")
            return None
        stand_in = StandIn(f"{CACHE_PREFIX}/{name}", tag, archive.digest)
        _upload(archive, stand_in, aws)
        return stand_in

    def _archive(self, name: str) -> Archive:
        made = archive_of(name, self.processes.environment.get("XDG_CACHE_HOME"))
        if made.is_there:
            return made
        if not shutil.which("debootstrap", path=self.processes.environment.get("PATH")):
            raise DockyardError(
                f"no stand-in for {name} can be made: no debootstrap on PATH",
                hint="as root: apt-get install -y debootstrap; or set base_images to a registry that can be reached",
            )
        waiting = f"the stand-in for {name} is being made by another command; waiting for it"
        with alone(made.folder.with_name(f"{made.folder.name}.lock"), lambda: self.say(waiting)):
            if made.is_there:
                return made
            self.say(f"making the stand-in for {name} from Debian {SUITE}: one to five minutes, once on this machine")
            begun = time.monotonic()
            with tempfile.TemporaryDirectory(prefix=f"{name}-", dir=made.folder.parent) as room:
                archive = self._make(name, Path(room), made.folder)
            self.progress.done(_subject(name), f"made in {time.monotonic() - begun:.0f} s")
            return archive

    def _make(self, name: str, room: Path, folder: Path) -> Archive:
        """Debian's minimal system with the language."""
        root, system = room / "root", SYSTEMS[name]
        if name != "debian":
            self._install(name, system, root)
        else:
            self._run(name, "debootstrap", "--variant=minbase", f"--include={','.join(system.packages)}", SUITE, str(root))
        for path in _DROPPED:
            shutil.rmtree(root / path, ignore_errors=True)
        for path in _WANTED:
            (root / path).mkdir(parents=True, exist_ok=True)
        system.finish(root)
        found = re.search(r"\d+(\.\d+)*", self._inside(name, root, *system.version))
        version = found[0] if found else ""
        self._run(name, "tar", "-C", str(root), "--numeric-owner", "--sort=name", "-cf", str(room / "root.tar"), ".")
        variables = {"PATH": PATH, "LANG": "C.UTF-8", **system.environment}
        config = {"Env": [f"{key}={value}" for key, value in variables.items()], "Cmd": list(system.command)}
        return make_archive(room / "root.tar", folder, config, {"version": version})

    def _install(self, name: str, system: System, root: Path) -> None:
        """The stand-in for debian, with the packages."""
        debian = self._archive("debian")
        root.mkdir()
        self._run(name, "tar", "-C", str(root), "-xzf", str(debian.folder / "layer.tar.gz"))
        shutil.copy2("/etc/resolv.conf", root / "etc/resolv.conf")
        (root / "usr/share/man/man1").mkdir(parents=True, exist_ok=True)  # the installation of Java wants it
        self._inside(name, root, "sh", "-c", _INSTALL, "sh", *system.packages)

    def _inside(self, name: str, root: Path, *command: str) -> str:
        """Run a program of a root folder there."""
        return self._run(
            name, "unshare", "--mount", "sh", "-c", _CHROOT, "sh", str(root), "/usr/bin/env", f"PATH={PATH}", *command
        )

    def _run(self, name: str, *arguments: str) -> str:
        path = f"{self.processes.environment['PATH']}:/usr/sbin:/sbin"
        self.progress.update(_subject(name), f"{arguments[0]} begins")
        ended = self.processes.with_environment(PATH=path, DEBIAN_FRONTEND="noninteractive").run(
            arguments, on_line=lambda line: self.progress.update(_subject(name), line.strip())
        )
        if ended.code != 0:
            raise DockyardError(f"failed to make the stand-in for {name}: {arguments[0]}: {ended.output[-2000:].strip()}")
        return ended.output


def _subject(name: str) -> str:
    return f"stand-in for {name}"


def archive_of(name: str, cache: str | None = None) -> Archive:
    """Where the stand-in of this name is kept for all projects of this user; `cache` is XDG_CACHE_HOME."""
    kept = f"{name}-{SUITE}-{SYSTEMS[name].revision}"
    return Archive(Path(cache or Path.home() / ".cache") / "dockyard" / "stand-ins" / kept)


def upload_missing(stand_ins: Mapping[str, StandIn], aws: Aws, cache: str | None) -> None:
    """Upload those that the local ECR lacks, as in an account that was emptied."""
    for stand_in in stand_ins.values():
        archive = archive_of(stand_in.repository.rsplit("/", 1)[-1], cache)
        if archive.is_there and archive.digest == stand_in.digest:
            _upload(archive, stand_in, aws)


def _upload(archive: Archive, stand_in: StandIn, aws: Aws) -> None:
    if aws.image_digest(stand_in.repository, stand_in.tag) != stand_in.digest:
        aws.make_repository(stand_in.repository)
        archive.upload(aws.registry(), stand_in.repository, stand_in.tag)
