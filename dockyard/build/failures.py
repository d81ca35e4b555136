"""Why a build failed, and what to do about it."""

import re
from pathlib import Path

from dockyard.build.bases import Bases
from dockyard.build.steps import Steps
from dockyard.doors.engine_faults import ENGINE_GONE, START_ENGINE, PushError, disk_hint
from dockyard.errors import BuildError

SHOWN_LINES = 20

_UNTRUSTED = re.compile(
    r"SELF_SIGNED_CERT_IN_CHAIN|CERTIFICATE_VERIFY_FAILED|certificate verify failed|UNABLE_TO_GET_ISSUER_CERT|unknown authority"
    r"|unable to get local issuer certificate"
)
"""What tools print where they do not know the certificates of a proxy that re-signs TLS."""
_CERTIFICATES = (
    "this machine's certificates are the build secret `ca`: RUN --mount=type=secret,id=ca NODE_EXTRA_CA_CERTS=/run/secrets/ca "
    "npm ci (for pip: PIP_CERT, for curl: CURL_CA_BUNDLE)"
)

_FOREIGN = "exec format error"
"""What the kernel says of a program for another processor."""
_EMULATE = (
    "its programs are for another processor than this machine's: sudo apt-get install qemu-user-static, or build on a machine of "
    "that kind (--builder)"
)
_SCANNER = "docker/buildkit-syft-scanner"
_NO_SCANNER = (
    "it is the scanner that lists what is in an image: build without --sbom (in a pipeline, pipeline: {sbom: false} in "
    "dockyard.yaml; where service.yaml has sbom: true, take that away), or let the builder reach Docker Hub"
)
_PASSING = re.compile(r": (429|5\d\d) |connection reset|broken pipe|EOF$")
"""What BuildKit says of a registry that may answer the next time. Not of one that is not there, or that took all its time."""


class PassingError(BuildError):
    """Another attempt may work."""


class MissingBaseError(BuildError):
    """A base image cannot be had."""


def failure(service: str, steps: Steps, fault: str, log: Path, bases: Bases) -> BuildError:
    """The step that failed, its last lines, and the next thing to do; a PushError where that was the builder's push.

    :param fault: the builder's last word.
    """
    failed = steps.failed
    if failed.push_fault:
        return PushError(failed.push_fault)
    said = failed.error or fault
    if base := steps.missing_base:
        return _missing_base(service, base, said, bases)
    printed = "\n".join([said, *failed.output])
    no_scanner = _SCANNER in failed.name
    helpful = (
        _NO_SCANNER if no_scanner else None,
        disk_hint(printed),
        _CERTIFICATES if _UNTRUSTED.search(printed) else None,
        _EMULATE if _FOREIGN in printed else None,
        f"whole log: {log}",
    )
    shown = "".join(f"\n  | {line}" for line in failed.output[-SHOWN_LINES:])
    kind = PassingError if no_scanner and _PASSING.search(said) else BuildError
    return kind(f"failed to build {service} at {failed.name}: {said}{shown}", hint="; ".join(filter(None, helpful)))


def engine_gone(service: str, steps: Steps) -> BuildError:
    """The engine ended in the middle of it."""
    return BuildError(f"failed to build {service} at {steps.failed.name}: {ENGINE_GONE}", hint=START_ENGINE)


def no_room(service: str, folder: Path) -> BuildError:
    """Our own disk is full: of the copy of the build's files, or of its log."""
    return BuildError(
        f"failed to build {service}: no space left for {folder}", hint=f"make room on that disk, where {folder.parent} is"
    )


def _missing_base(service: str, base: str, said: str, bases: Bases) -> BuildError:
    kind = PassingError if _PASSING.search(said) else MissingBaseError
    hints = (
        "run: dockyard local up, which makes the stand-ins that are missing" if bases.makes_stand_ins else None,
        "check the name",
        "set base_images in dockyard.yaml to a registry that can be reached",
        f"start from a stand-in: {', '.join(bases.stand_ins)}" if bases.stand_ins else None,
    )
    return kind(
        f"failed to build {service}: base image {base} cannot be had: {said} (tried: this engine's "
        f"images, the registry that its name says, stand-ins of the local AWS)",
        hint="; or ".join(filter(None, hints)),
    )
