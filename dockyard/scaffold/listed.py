"""Which files of Dockyard's repository a new project begins with. It imports nothing, as the build of a wheel reads it, too."""

APP = ("app.py", "cdk.json", "stacks")
"""The CDK app. A newer Dockyard may have another; who changed theirs merges."""
NODE = "package.json"
LOCK = "package-lock.json"
AROUND = ("app.py", "cdk.json", "stacks/**/*.py", NODE, LOCK, ".gitignore")
"""Patterns. What else lies about in these folders, as a .env does, is nobody's business."""
SAMPLE = tuple(f"services/hello-python/{name}" for name in ("main.py", "requirements.in", "requirements.txt", "service.yaml"))
"""The first service."""
