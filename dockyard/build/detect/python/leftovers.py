"""What the tools of a Python app left in its folder: CI has none of it, and it is no source."""

import re

from dockyard.build.detect.app import App
from dockyard.build.detect.python.manifests import Manifests

LEFT_OUT = ("**/*.egg-info", "htmlcov", ".coverage", ".coverage.*", ".tox", ".nox")
_PACKED = ("dist/*.whl", "dist/*.tar.gz", "build/lib", "build/lib.*", "build/bdist.*", "build/temp.*")
"""What `build` and setuptools make of a package; a site in `dist` is something else."""
_FROM_DIST = re.compile(r"\bdist/\S|find[-_]links|^\s*-f\s", re.MULTILINE)


def packed(app: App, manifests: Manifests, start: tuple[str, ...]) -> tuple[str, ...]:
    """Patterns, as in a .dockerignore, of packages that were made of the app; none where it may be installed from them."""
    files = ["pyproject.toml", "Pipfile", *manifests.requirements.files]
    texts = [*start, *(app.source(file) for file in files if app.has(file))]
    needed = any(_FROM_DIST.search(text) for text in texts) or app.has("build/__init__.py")
    return _PACKED if manifests.is_package and not needed else ()
