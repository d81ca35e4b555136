"""What Node.js, Bun and static apps have in common: package.json, package managers, scripts, frameworks, workspaces."""
