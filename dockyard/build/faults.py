"""What is told of a build that failed: the step, its last lines, where the whole log is, and what may help."""

import re
from collections.abc import Collection
from pathlib import Path

from dockyard.build.steps import Steps
from dockyard.errors import BuildError

SHOWN_LINES = 20

_UNTRUSTED = re.compile(
    r"SELF_SIGNED_CERT_IN_CHAIN|CERTIFICATE_VERIFY_FAILED|certificate verify failed|UNABLE_TO_GET_ISSUER_CERT|unknown authority"
    r"|unable to get local issuer certificate"
)
"""What tools print where they do not know the certificates of a proxy that re-signs TLS."""


_FOREIGN = "exec format error"
"""What the kernel says of a program for another processor."""


def explained(service: str, steps: Steps, fault: str, log: Path, stand_ins: Collection[str]) -> BuildError:
    """The error of a build. `fault` is the builder's last word; `stand_ins` are the bases that could be had instead."""
    failed = steps.failed
    hint = f"whole log: {log}"
    if _UNTRUSTED.search("\n".join(failed.output)):
        hint = (
            f"this machine's certificates are the build secret `ca`: RUN --mount=type=secret,id=ca "
            f"NODE_EXTRA_CA_CERTS=/run/secrets/ca npm ci (for pip: PIP_CERT, for curl: CURL_CA_BUNDLE); {hint}"
        )
    if _FOREIGN in "\n".join([*failed.output, failed.error or ""]):
        hint = (
            f"its programs are for another processor than this machine's: sudo apt-get install qemu-user-static, or build on a "
            f"machine of that kind (--builder); {hint}"
        )
    if base := steps.missing_base:
        return BuildError(
            f"failed to build {service}: base image {base} cannot be had: {failed.error} (tried: this engine's "
            f"images, the registry that its name says, stand-ins of the local AWS)",
            hint="check the name; or set base_images in dockyard.yaml to a registry that can be reached"
            + (f"; or start from a stand-in: {', '.join(stand_ins)}" if stand_ins else ""),
        )
    shown = "".join(f"\n  | {line}" for line in failed.output[-SHOWN_LINES:])
    return BuildError(f"failed to build {service} at {failed.name}: {failed.error or fault}{shown}", hint=hint)
