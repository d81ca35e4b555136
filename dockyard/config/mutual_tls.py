"""`load_balancer.mutual_tls` of dockyard.yaml: which clients may connect at all, by certificates that they show."""

import os
import re
import ssl
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, Discriminator, Field, Tag, model_validator

from dockyard.config.model import Model, words
from dockyard.config.problems import Problem

_AT = ("load_balancer", "mutual_tls")
_CERTIFICATE = re.compile(r"-----BEGIN CERTIFICATE-----.+?-----END CERTIFICATE-----", re.DOTALL)
_OF_VERIFY = ("ca_bundle", "ignore_client_certificate_expiry", "advertise_trust_store_ca_names")


def _relative(value: str) -> str:
    if not value or value.startswith(("/", "~")) or "\0" in value:
        raise ValueError(f'should be the path of a file from the folder of dockyard.yaml, such as ca.pem, got "{value}"')
    return value


class BundleInS3(Model):
    """A file in S3, in the region of the load balancer."""

    bucket: Annotated[str, words("the name of a bucket such as my-authorities", r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")]
    """The bucket. Who deploys, or CloudFormation's role, must be allowed to read the file (`s3:GetObject`)."""
    key: str = Field(min_length=1, max_length=1024)
    """Name of the file there. It is read when what is written here changes: other certificates need another name or version."""
    version: str | None = Field(default=None, min_length=1)
    """Its version, in a bucket that has them (`s3:GetObjectVersion`). Default: the latest."""


def _form(value: object) -> str:
    return "<mapping>" if isinstance(value, dict | BundleInS3) else "<file>"


Bundle = Annotated[
    Annotated[str, AfterValidator(_relative), Tag("<file>")] | Annotated[BundleInS3, Tag("<mapping>")], Discriminator(_form)
]


class MutualTls(Model):
    """Clients show certificates of their own when they connect, to whichever domain.

    https://docs.aws.amazon.com/elasticloadbalancing/latest/application/mutual-authentication.html
    """

    mode: Literal["verify", "passthrough"] = "verify"
    """Clients without a certificate of these authorities cannot connect (`verify`), or everybody can, and services get the
    certificate in a header and must look at it themselves (`passthrough`)."""
    ca_bundle: Bundle | None = None
    """Certificates of the authorities that issue those of clients: the path of a PEM file from the folder of dockyard.yaml, or a
    file in S3."""
    ignore_client_certificate_expiry: bool = False
    """Whether certificates of clients are good after their last day."""
    advertise_trust_store_ca_names: bool = False
    """Whether clients are told the names of the authorities, by which those with several certificates choose one."""

    @model_validator(mode="after")
    def _has_what_its_mode_needs(self) -> "MutualTls":
        if self.mode == "verify" and self.ca_bundle is None:
            raise ValueError(
                "should have ca_bundle, by which certificates of clients are checked, or mode: passthrough; got neither"
            )
        if self.mode == "passthrough" and (used := [key for key in _OF_VERIFY if getattr(self, key)]):
            raise ValueError(f"{used[0]} is of mode verify, and with passthrough nothing is checked: remove it")
        return self

    @property
    def verifies(self) -> bool:
        """Whether clients without a certificate cannot connect."""
        return self.mode == "verify"

    @property
    def file(self) -> str | None:
        """The file of the project with the authorities' certificates, as it is written."""
        return self.ca_bundle if isinstance(self.ca_bundle, str) else None


def ca_bundle_path(root: Path, settings: MutualTls | None) -> Path | None:
    """Where that file is."""
    return Path(os.path.normpath(root / settings.file)) if settings and settings.file else None


def mutual_tls_problems(root: Path, settings: MutualTls | None, *, https: bool) -> Iterator[Problem]:
    """Where there is no TLS, and why that file cannot be what clients are checked by: read here, so that no deploy meets it."""
    if settings and not https:
        yield Problem(_AT, "needs HTTPS: give dockyard.yaml a domain (domains)")
    path = ca_bundle_path(root, settings)
    if path and (fault := _place_fault(root, path) or _fault(path)):
        yield Problem((*_AT, "ca_bundle"), fault)


def _place_fault(root: Path, path: Path) -> str | None:
    if not Path(os.path.realpath(path)).is_relative_to(os.path.realpath(root)):
        return f"should be inside {root}, got {os.path.relpath(path, root)}"
    if os.path.isdir(path):  # noqa: PTH112  # Path's own raises for names that no file can have
        return "should be a file, got a folder"
    return None if os.path.isfile(path) else f"no file at {path}"  # noqa: PTH113  # as above


def _fault(path: Path) -> str | None:
    try:
        text = path.read_bytes().decode("latin-1")  # only what is between the marks counts, and that is ASCII
    except OSError as error:
        return f"{path} should be a file that can be read, got: {(error.strerror or str(error)).lower()}"
    if "PRIVATE KEY-----" in text:
        return f"{path} holds a private key, which nobody but its owner should have: leave certificates alone there"
    found = _CERTIFICATE.findall(text)
    if not found:
        return f"{path} should hold certificates as PEM (-----BEGIN CERTIFICATE-----), got none"
    for number, one in enumerate(found, 1):
        try:
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).load_verify_locations(cadata=one)
        except (ssl.SSLError, ValueError, TypeError):
            return f"{path} should hold certificates as PEM, and certificate {number} of {len(found)} is none that can be read"
    return None
