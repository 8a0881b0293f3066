"""200 open live pages against a real web process: the share of one core that their polls take (aim: at most a fifth).

Every page asks `GET /live?since=` each ten seconds with jitter, as static/js/live.js does; nothing changes, which is
what pages meet nearly always. The processor time of the web process and its children is read from /proc; what it
takes at rest is taken off.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

PAGES = 200
SECONDS = 30.0
EVERY = 10.0
AIM = 0.2
START_SECONDS = 300.0
TICK = os.sysconf("SC_CLK_TCK")


def main() -> int:
    """Measure and print; the exit code says whether the aim was met."""
    from bench.board import furnish, signed_in
    from bench.database import application

    with application() as app:
        with app.app_context():
            furnish()
            browser = signed_in(app)
            cookie = browser.get_cookie("px360")
        assert cookie is not None
        with web_process(app) as (address, process):
            before = _quiet(process.pid)
            asked, spent = _poll(address, cookie.value, process.pid)
    share = spent / SECONDS - before
    print(f"{asked} polls in {SECONDS:.0f} s, at rest {before:.3f} of a core")
    print(f"{PAGES} open live pages: {share:.3f} of one core (aim {AIM})")
    return 0 if share <= AIM and asked >= PAGES * SECONDS / EVERY * 0.8 else 1


@contextmanager
def web_process(app: Any) -> Iterator[tuple[str, subprocess.Popen[bytes]]]:
    """Run the web process as production does, on the application's own database."""
    from devstack.processes import ROOT
    from devstack.servers import free_port

    port = free_port()
    with tempfile.TemporaryFile() as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "-k", "gthread", "-w", "2", "--threads", "8", "--no-control-socket",
             "-b", f"127.0.0.1:{port}", "wsgi:app"],
            cwd=ROOT, env={**os.environ, **app.config["BENCH_ENVIRONMENT"]}, stdout=log, stderr=log,
        )  # fmt: skip
        try:
            address = f"http://127.0.0.1:{port}"
            _wait_for(address)
            yield address, process
        finally:
            process.kill()  # nothing of it is kept; its workers end with it
            process.wait()


def _wait_for(address: str) -> None:
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline:
        try:
            if httpx.get(f"{address}/health/ready/", timeout=5).status_code == 200:
                return
        except httpx.HTTPError:
            time.sleep(0.3)
    raise RuntimeError("the web process did not start")


def _quiet(pid: int) -> float:
    """Give the share of a core that the process takes when nobody asks."""
    begun = _processor_seconds(pid)
    time.sleep(3)
    return (_processor_seconds(pid) - begun) / 3


def _processor_seconds(pid: int) -> float:
    """Give user and system time of a process and its children, in seconds."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    total = 0.0
    for each in (str(pid), *children):
        fields = Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()
        total += (int(fields[11]) + int(fields[12])) / TICK
    return total


def _poll(address: str, cookie: str, pid: int) -> tuple[int, float]:
    """Let the pages poll; gives how often they asked, and the processor seconds that it took."""
    asked: list[int] = []
    end = time.monotonic() + SECONDS
    threads = [threading.Thread(target=_page, args=(address, cookie, end, number, asked)) for number in range(PAGES)]
    begun = _processor_seconds(pid)
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    bad = sorted({status for status in asked if status not in (200, 204)})
    assert not bad, f"polls were answered with {bad}"
    return len(asked), _processor_seconds(pid) - begun


def _page(address: str, cookie: str, end: float, number: int, asked: list[int]) -> None:
    rng = random.Random(number)
    with httpx.Client(base_url=address, cookies={"px360": cookie}, timeout=60) as client:
        since = ""
        time.sleep(rng.uniform(0, EVERY))
        while time.monotonic() < end:
            answer = client.get("/live", params={"since": since} if since else {})
            asked.append(answer.status_code)
            since = str(answer.json()["stamp"]) if answer.status_code == 200 else since
            time.sleep(max(0.0, min(EVERY * rng.uniform(0.85, 1.15), end - time.monotonic())))


if __name__ == "__main__":
    raise SystemExit(main())
