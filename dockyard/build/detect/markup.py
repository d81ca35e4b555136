"""XML files of build tools: pom.xml, *.csproj."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from dockyard.build.detect.app import App
from dockyard.errors import BuildError

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element


def read_xml(app: App, file: str) -> "Element":
    """The root of an XML file, with names as they are without their namespaces. Raises BuildError."""
    from xml.etree import ElementTree  # noqa: PLC0415  # most apps have none

    try:
        root = ElementTree.fromstring(app.text(file).lstrip())  # noqa: S314  # expat limits what entities grow to
    except (ElementTree.ParseError, ValueError) as error:
        raise BuildError(f"{app.folder / file}: not valid XML: {error}", hint="mend the file") from error
    for element in root.iter():
        if isinstance(element.tag, str):
            element.tag = element.tag.rpartition("}")[2]
    return root


def texts(root: "Element", path: str) -> Iterator[str]:
    """What the elements at a path hold, where that is something."""
    for element in root.iterfind(path):
        if element.text and element.text.strip():
            yield element.text.strip()


def text(root: "Element", *paths: str) -> str | None:
    """The first text at the first of these paths that has one."""
    return next((found for path in paths for found in texts(root, path)), None)
