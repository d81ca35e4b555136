"""A job: it makes a report, and ends."""

import datetime

print(f"report of {datetime.datetime.now(datetime.UTC):%Y-%m-%d} is made")
