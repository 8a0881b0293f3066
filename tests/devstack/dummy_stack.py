"""`python -m tests.devstack.dummy_stack [--broken-demo | --slow-demo]`: the real supervisor with processes of our own.

The web process is a small server that answers with its environment; "tick" is a process that only sleeps.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from devstack.plan import Plan
from devstack.processes import Program
from devstack.run import run
from devstack.state import State

WEB = """
import http.server, json, os, sys
class Page(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
        self.wfile.write(json.dumps({"pid": os.getpid(), "environment": dict(os.environ)}).encode())
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
LATE = """
import sys, time, urllib.request
print(urllib.request.urlopen(f"http://127.0.0.1:{sys.argv[1]}/", timeout=2).status, flush=True)
time.sleep(600)
"""
UPGRADE = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_OWNER_URL"]) as owner:
    owner.execute("CREATE TABLE IF NOT EXISTS hospitals (name text)")
    owner.execute("CREATE TABLE IF NOT EXISTS alembic_version (version_num text)")
    owner.execute("DELETE FROM alembic_version")
    owner.execute("INSERT INTO alembic_version VALUES ('newest')")
    owner.execute("CREATE TABLE IF NOT EXISTS upgrades (number serial)")
    owner.execute("INSERT INTO upgrades DEFAULT VALUES")
    owner.execute("GRANT SELECT ON hospitals TO px360_app") if "px360_app" in os.environ["DATABASE_URL"] else None
"""
DEMO = """
import os, sys, time, psycopg
with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
    owner.execute("INSERT INTO hospitals VALUES ('first half')")
    if "--broken-demo" in sys.argv: sys.exit("the demo is broken on purpose")
    if "--slow-demo" in sys.argv: time.sleep(60)
    owner.execute("INSERT INTO hospitals VALUES ('second half')")
"""


def programs(state: State) -> Sequence[Program]:
    """Three processes of our own in place of PX360's five; one of them waits for the web process."""
    return [
        Program("web", [sys.executable, "-c", WEB, str(state.web_port)]),
        Program("late", [sys.executable, "-c", LATE, str(state.web_port)], follows_web=True),
        Program("tick", [sys.executable, "-c", "import time; time.sleep(600)"]),
    ]


PLAN = Plan(
    programs=programs,
    upgrade=(sys.executable, "-c", UPGRADE),
    migrations=Path(os.environ.get("DUMMY_MIGRATIONS", "/nowhere")),
    demo=(sys.executable, "-c", DEMO, *sys.argv[1:]),
    accounts=(sys.executable, "-c", "print('nobody@demo.example')"),
    readiness="/",
)

if __name__ == "__main__":
    sys.exit(run(PLAN))
