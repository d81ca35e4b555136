"""The program that runs a CDK app in Python time and again: what takes long, imports and the start of Node, is done once.

A line of standard input asks for a run, a line of standard output answers: null, or what went wrong, with what the app printed.
It ends with its input.
"""

import contextlib
import gc
import io
import json
import os
import runpy
import sys
import traceback


def run(script: str) -> str | None:
    """Run it once; what it printed, and why, where it failed."""
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        try:
            runpy.run_path(script, run_name="__main__")
        except SystemExit as error:
            if error.code:
                return f"{printed.getvalue()}{error.code}"
        except Exception:  # of whatever kind: it is told to who asks
            return f"{printed.getvalue()}{traceback.format_exc()}"
    return None


def main() -> None:
    """Answer until nobody asks any more."""
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what Node prints is no answer
    for _ in sys.stdin:
        answers.write(json.dumps(run(sys.argv[1])) + "\n")
        gc.collect()  # which app.py leaves to who runs it more than once


if __name__ == "__main__":
    main()
