"""What stands in tables, as short as it can be understood; `--json` has all of it."""

import re
import sys

_NAMED = r"(?P<name>[^\s/,]+?)-[A-Z][A-Za-z0-9]*(-[A-Za-z0-9]+)?"
"""What follows the cluster in the name that CloudFormation gives a service: rest of the stack's, logical id, on AWS a suffix."""
_SERVICE = re.compile(rf"service (?P<cluster>[^\s/]+)/(?P=cluster)-{_NAMED}(?=[\s,]|$)")
_DEFINITION = re.compile(r" \([\w-]+:\d+\)")
_DIGEST_LENGTH = len("sha256:") + 12


def uses(text: str, cluster: str) -> str:
    """Who uses an image, by the project's names for its services; with the cluster where that is another than `cluster`."""

    def named(found: re.Match[str]) -> str:
        return f"service {found['name']}" + ("" if found["cluster"] == cluster else f" of {found['cluster']}")

    return _SERVICE.sub(named, _DEFINITION.sub("", text))


def service(name: str, cluster: str) -> str:
    """An ECS service of the cluster, by the project's name for it; as it is where the project does not have it."""
    found = re.fullmatch(rf"{re.escape(cluster)}-{_NAMED}", name)
    return found["name"] if found else name


def digest(value: str | None) -> str | None:
    """As much of it as tells it from others, on a terminal; elsewhere it may be wanted whole."""
    return value[:_DIGEST_LENGTH] if value and sys.stdout.isatty() else value


def counted(**numbers: int) -> str:
    """`2 images, 1 cache`: plurals with their numbers, those that are not none; `nothing` where all are none."""
    words = {name.replace("_", " "): count for name, count in numbers.items() if count}
    return ", ".join(f"{count} {name.removesuffix('s') if count == 1 else name}" for name, count in words.items()) or "nothing"
