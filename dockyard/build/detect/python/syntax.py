"""Python source as a syntax tree. Nothing of an app is ever run."""

import ast
import warnings


def parsed(text: str) -> ast.Module | None:
    """The tree; None where this Python cannot read it, as with source of Python 2."""
    try:
        with warnings.catch_warnings(action="ignore"):
            return ast.parse(text.removeprefix("\ufeff"))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
