"""What GitHub Actions runs: its workflows, and what their jobs need that is no deploy."""
