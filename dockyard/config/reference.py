"""Names of images, as `docker pull` takes them.

https://github.com/distribution/reference/blob/main/reference.go
"""

import re
from dataclasses import dataclass

HUB = "docker.io"
"""Where an image is whose name has no registry."""
ECR_PUBLIC = "public.ecr.aws"

_PART = r"[a-z0-9]+(?:(?:\.|_|__|-+)[a-z0-9]+)*"
_FORM = re.compile(
    rf"(?:(?P<registry>localhost|localhost:\d+|[a-zA-Z0-9-]+(?:\.[a-zA-Z0-9-]+)+(?::\d+)?|[a-zA-Z0-9-]+:\d+)/)?"
    rf"(?P<repository>{_PART}(?:/{_PART})*)"
    r"(?::(?P<tag>\w[\w.-]{0,127}))?(?:@(?P<digest>sha256:[0-9a-f]{64}))?",
    re.ASCII,
)
# https://docs.aws.amazon.com/AmazonECR/latest/userguide/Registries.html
_ECR = re.compile(r"(?P<account>\d{12})\.dkr[.-]ecr(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?:amazonaws\.com|on\.aws)")


@dataclass(frozen=True)
class Reference:
    """An image in a registry. Without tag and digest, `latest` is meant."""

    registry: str
    repository: str
    """With `library/` for the official images of Docker Hub."""
    tag: str | None
    digest: str | None

    @classmethod
    def parse(cls, text: str) -> "Reference":
        """Read a name. Raises ValueError with what it should be."""
        match = _FORM.fullmatch(text)
        if not match:
            raise ValueError(f'should be the name of an image such as nginx:1.29 or ghcr.io/owner/app:1, got "{text}"')
        registry, repository = match["registry"] or HUB, match["repository"]
        registry = HUB if registry == f"index.{HUB}" else registry
        if registry == HUB and "/" not in repository:
            repository = f"library/{repository}"
        return cls(registry, repository, match["tag"], match["digest"])

    @property
    def version(self) -> str:
        """What a registry is asked for: the digest, else the tag."""
        return self.digest or self.tag or "latest"

    @property
    def host(self) -> str:
        """Host of the registry's API; Docker Hub's has another name."""
        return f"registry-1.{HUB}" if self.registry == HUB else self.registry

    @property
    def ecr(self) -> tuple[str, str] | None:
        """Account and region of the private registry of ECR that it is in; None for any other."""
        match = _ECR.fullmatch(self.registry)
        return (match["account"], match["region"]) if match else None

    @property
    def is_official(self) -> bool:
        """Whether it is one of Docker's official images, from Docker Hub or from where ECR Public has them."""
        registry, repository = self.registry, self.repository
        return (registry, repository.rpartition("/")[0]) in ((HUB, "library"), (ECR_PUBLIC, "docker/library"))

    def at(self, digest: str | None) -> "Reference":
        """The same image by its digest, where one is known."""
        return Reference(self.registry, self.repository, None, digest) if digest and not self.digest else self

    def __str__(self) -> str:
        where = self.repository.removeprefix("library/") if self.registry == HUB else f"{self.registry}/{self.repository}"
        return where + (f":{self.tag}" if self.tag else "") + (f"@{self.digest}" if self.digest else "")
