"""Templates that are compiled once, as modules of Python are: compiling takes longer than rendering, and than all of a plan."""

import contextlib
import sys
from pathlib import Path

from jinja2 import BytecodeCache
from jinja2.bccache import Bucket

from dockyard.doors.files import put

_MADE_BY = f"{sys.implementation.cache_tag}.jinja"


class Compiled(BytecodeCache):
    """Keeps them in `__pycache__` beside the templates; where nobody may write there, they are compiled each time.

    Jinja2 tells by a hash of the source, and by the versions of Python and its own, whether what was kept is still good.
    """

    def __init__(self, templates: Path) -> None:
        self._folder = templates / "__pycache__"

    def load_bytecode(self, bucket: Bucket) -> None:
        """Fill the bucket, where its template is there."""
        with contextlib.suppress(OSError), self._file(bucket).open("rb") as kept:
            try:
                bucket.load_bytecode(kept)
            except Exception:  # damaged, in whichever of the ways that there are: it is compiled and written anew
                bucket.reset()

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep the template; it takes its place at once, as others may read it."""
        with contextlib.suppress(OSError):
            put(self._file(bucket), bucket.bytecode_to_string())

    def _file(self, bucket: Bucket) -> Path:
        return self._folder / f"{bucket.key}.{_MADE_BY}"
