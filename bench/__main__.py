"""`make bench`: every claim of speed, measured one after the other, with a table at the end.

    python -m bench                        all
    python -m bench patient_search board   some

A measurement is a module of this folder with a `main()` that prints its figures, the last line naming ratio and aim,
and gives 0 when the aim was met. Each runs in a process of its own, so that none meets the caches of another.
"""

from __future__ import annotations

import ast
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

FOLDER = Path(__file__).resolve().parent
NO_MEASUREMENTS = {"__main__", "shots", "other_desk"}


def names() -> list[str]:
    """List the measurements: the modules with a `main()`."""
    found = []
    for path in sorted(FOLDER.glob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(isinstance(each, ast.FunctionDef) and each.name == "main" for each in tree.body):
            found.append(path.stem)
    return [name for name in found if name not in NO_MEASUREMENTS]


def main(arguments: Sequence[str]) -> int:
    """Run the named measurements, or all; exit code 1 when an aim was missed, 2 when a name is not known."""
    known = names()
    unknown = [name for name in arguments if name not in known]
    if unknown:
        print(f"There is no measurement {', '.join(unknown)}. There are: {', '.join(known)}.")
        return 2
    lines = [_run(name) for name in arguments or known]
    print()
    for name, code, seconds, said in lines:
        print(f"{'ok    ' if code == 0 else 'MISSED'} {seconds:7.1f} s  {name:16} {said}")
    return 1 if any(code != 0 for _, code, _, _ in lines) else 0


def _run(name: str) -> tuple[str, int, float, str]:
    """Run one; gives its name, exit code, seconds and last line."""
    print(f"== {name}", flush=True)
    begun = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-m", f"bench.{name}"], cwd=FOLDER.parent, stdout=subprocess.PIPE, text=True
    )
    last = ""
    assert process.stdout is not None
    for line in process.stdout:
        print(line, end="", flush=True)
        last = line.strip() or last
    return name, process.wait(), time.monotonic() - begun, last


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
