"""`make test`: everything that must hold, one table of steps, each named and timed; the first failure ends it with a summary."""

from __future__ import annotations

import base64
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from devstack.binaries import Lacking
from devstack.processes import ROOT

BIN = Path(sys.executable).parent
# the first one is Chromium without a window, which draws the same pages for less
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
# files in the order of tests/conftest.py: the slow ones first, so that no process waits for the others at the end. A story
# or a fault waits for its processes most of the time, so that a third process fills two cores
PYTEST = (sys.executable, "-m", "pytest", "-n", "3", "--dist", "loadfile", "--no-loadscope-reorder")
SLOW = ("tests/browser", "tests/faults", "tests/devstack", "tests/stories")  # a fast check leaves these folders out

# the command line wants settings, but a check of files needs no server and keeps no secret
NO_SERVERS = {
    "PX360_ENV": "test",
    "DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "PX360_SECRET_KEY": "of a check",
    **{f"PX360_{name}_KEY": base64.b64encode(bytes(32)).decode() for name in ("AUDIT", "LINK", "FIELD")},
}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that must hold: its name, its command, and in which checks it stands."""

    name: str
    command: Sequence[str]
    in_full: bool = True
    in_fast: bool = True
    environment: dict[str, str] = field(default_factory=dict)


def _tool(name: str, *arguments: str) -> tuple[str, ...]:
    return (str(BIN / name), *arguments)


STEPS = (
    Step("lint", _tool("ruff", "check", "--no-cache", ".")),
    Step("format", _tool("ruff", "format", "--no-cache", "--check", "--line-length", "120", "--quiet", ".")),
    Step("types", _tool("mypy", "app", "devstack", "simulator", "bench", "worker.py", "wsgi.py")),
    Step("import contracts", _tool("lint-imports")),
    Step("templates", _tool("djlint", "templates", "--lint", "--quiet")),
    Step("translations", _tool("flask", "--app", "wsgi", "px360", "check-translations"), environment=NO_SERVERS),
    Step("tests, browser included", PYTEST, in_fast=False),
    Step("fast tests", (*PYTEST, *(f"--ignore={folder}" for folder in SLOW)), in_full=False),
)


def check(*, fast: bool, steps: Sequence[Step] = STEPS) -> int:
    """Run every step of the full or of the fast check, until one fails. Gives the exit code.

    Raises Lacking when the full check finds no browser: it never goes on without one.
    """
    environment = dict(os.environ) if fast else {**os.environ, "PX360_CHROMIUM": chromium()}
    chosen = [step for step in steps if (step.in_fast if fast else step.in_full)]
    done: list[tuple[str, float]] = []
    for step in chosen:
        print(f"== {step.name}", flush=True)
        begun = time.monotonic()
        code = _code_of(step, environment)
        done.append((step.name, time.monotonic() - begun))
        if code != 0:
            left = ", ".join(each.name for each in chosen[len(done) :])
            return _report(done, f"{step.name} FAILED (code {code})." + (f" Not run: {left}." if left else ""), 1)
    return _report(done, "Everything holds." if not fast else "The fast part holds; `make test` says the rest.", 0)


def _code_of(step: Step, environment: dict[str, str]) -> int:
    try:
        given = {**environment, **step.environment}
        return subprocess.run(step.command, cwd=ROOT, env=given, stdin=subprocess.DEVNULL, check=False).returncode
    except FileNotFoundError as problem:
        print(f"{problem.filename} is missing: run `make venv`.", flush=True)
        return 127


def _report(done: list[tuple[str, float]], verdict: str, code: int) -> int:
    print()
    for name, seconds in (*done, ("together", sum(seconds for _, seconds in done))):
        print(f"{seconds:8.1f} s  {name}")
    print(verdict, flush=True)
    return code


def chromium() -> str:
    """Find a browser; install Debian's where this may. Raises Lacking with the remedy when there is none."""
    given = os.environ.get("PX360_CHROMIUM")
    if given:
        return given
    found = _browser()
    if found is None and os.geteuid() == 0 and shutil.which("apt-get"):
        print("== installing chromium", flush=True)
        subprocess.run(["apt-get", "update", "-qq"], check=False)
        for package in BROWSERS[:2]:  # not every system has the first
            if found is None:
                subprocess.run(["apt-get", "install", "-y", "-qq", package], check=False, stdout=subprocess.DEVNULL)
                found = _browser()
    if found is None:
        raise Lacking(
            "The browser tests need Chromium: install it (apt-get install chromium), "
            "or set PX360_CHROMIUM to the path of one."
        )
    return found


def _browser() -> str | None:
    """Look on PATH, then among the browsers that Playwright has downloaded."""
    for name in BROWSERS:
        found = shutil.which(name)
        if found:
            return found
    home = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or Path.home() / ".cache" / "ms-playwright")
    downloaded = sorted(home.glob("chromium-*/chrome-linux*/chrome"))
    return str(downloaded[-1]) if downloaded else None
