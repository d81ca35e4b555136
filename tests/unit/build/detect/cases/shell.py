"""Shell scripts."""

from tests.unit.build.detect.cases.case import Case

CASES = [
    Case("start.sh", {"start.sh": "#!/bin/sh\necho hello\n", "README.md": ""},
         {"start": "sh start.sh", "package_manager": "none", "images": {"base": "debian:trixie-slim"}, "sources": {"start": "start.sh", "version": "default"}}),
    Case("run.sh for Bash", {"run.sh": "#!/usr/bin/env bash\necho hello\n"}, {"start": "bash run.sh"}),
    Case("main.sh", {"main.sh": "echo hello\n"}, {"start": "bash main.sh"}),
    Case("Procfile", {"start.sh": "", "Procfile": "web: bash start.sh --port $PORT\n"}, {"start": "bash start.sh --port 8080", "sources": {"start": "Procfile"}}),
    Case("a script beside an app", {"start.sh": "", "go.mod": "module x\n\ngo 1.24\n", "main.go": "package main\n\nfunc main() {\n}\n"}, {"language": "go"}),
]  # fmt: skip
NOT_RUN: dict[str, str] = {}
