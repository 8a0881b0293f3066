"""`python -m devstack COMMAND`: what the Makefile calls."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable

from devstack import state as states
from devstack.binaries import Lacking, postgres_bin
from devstack.check import check, chromium
from devstack.plan import SERVERS_ONLY, Plan
from devstack.processes import ROOT
from devstack.run import end_leftovers, holding, run

SHOWN = ("PX360_", "DATABASE_", "REDIS_", "SIMULATOR_")


def reset() -> int:
    """Remove this checkout's data, so that the next start loads the demo anew."""
    folder = states.data_dir()
    if not (folder / "state.json").exists():
        print(f"There is no data at {folder}.")
        return 0
    with holding(folder):
        end_leftovers(folder, states.load(folder))
        for path in {states.servers_dir(folder), folder}:
            shutil.rmtree(path)
    print(f"Removed {folder}.")
    return 0


def env() -> int:
    """Print the environment of the running stack, for tools at another terminal: `eval "$(python -m devstack env)"`."""
    for name, value in sorted(_environment().items()):
        if name.startswith(SHOWN):
            print(f"export {name}={shlex.quote(value)}")
    return 0


def _environment() -> dict[str, str]:
    folder = states.data_dir()
    state = states.load(folder)
    if not state.ports:
        raise Lacking(f"Nothing was started yet on {folder}: `make run` first.")
    return states.environment(folder, state)


def deploy_script(name: str, *arguments: str) -> int:
    """Run deploy/<name>.sh against the running stack, with the PostgreSQL programs of the packages."""
    programs = postgres_bin(states.servers_dir(states.data_dir()) / "binaries")
    environment = {"PX360_PG_BIN": str(programs), **_environment()}
    return subprocess.run([str(ROOT / "deploy" / f"{name}.sh"), *arguments], env=environment, check=False).returncode


def _print_chromium() -> int:
    print(chromium())
    return 0


COMMANDS: dict[str, Callable[..., int]] = {
    "run": lambda: run(Plan()),
    "start-servers": lambda: run(SERVERS_ONLY),
    "check": lambda: check(fast=False),
    "check-fast": lambda: check(fast=True),
    "reset": reset,
    "env": env,
    "chromium": _print_chromium,
    "backup": lambda *arguments: deploy_script("backup", *arguments),
    "restore": lambda *arguments: deploy_script("restore", *arguments),
}

if __name__ == "__main__":
    os.chdir(ROOT)
    if len(sys.argv) < 2 or sys.argv[1] not in COMMANDS:
        sys.exit(f"usage: python -m devstack {' | '.join(COMMANDS)}")
    try:
        sys.exit(COMMANDS[sys.argv[1]](*sys.argv[2:]))
    except Lacking as problem:
        sys.exit(str(problem))
