"""Names and defaults that commands tell before anything else is imported."""

PROJECT_FILE = "dockyard.yaml"
FOLDER = ".dockyard"
"""What Dockyard keeps of a project: nothing that could not be made again."""
JOBS = 4
"""How many images are built at once, and how many pushed."""
ENGINE = "default"
"""Name that buildx gives the engine's own builder."""
