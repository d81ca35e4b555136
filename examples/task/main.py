"""A task: it brings a database up to date, and ends."""

print("the database is up to date")
