"""The Makefile: every target is explained by `make help`, and calls what exists."""

from __future__ import annotations

import re
import subprocess
from importlib.util import find_spec
from pathlib import Path

import pytest

from bench.__main__ import main as bench
from bench.__main__ import names
from devstack.__main__ import COMMANDS

ROOT = Path(__file__).resolve().parents[2]
TEXT = (ROOT / "Makefile").read_text(encoding="utf-8")
PROMISED = {"run", "test", "test-fast", "bench", "shots", "demo-reset", "help"}
CALLS = re.findall(r"python -m ([\w.]+)(?: ([a-z-]+))?", TEXT)


def test_help_lists_every_target() -> None:
    told = subprocess.run(
        ["make", "--no-print-directory", "help"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    phony = set(re.search(r"^\.PHONY: (.*)$", TEXT, re.MULTILINE).group(1).split()) - {"venv"}  # type: ignore[union-attr]

    listed = set(re.findall(r"make ([a-z-]+)", told.stdout))

    assert listed >= PROMISED
    assert listed == phony


@pytest.mark.parametrize(("module", "argument"), CALLS)
def test_a_target_calls_what_exists(module: str, argument: str) -> None:
    assert module == "pip" or find_spec(module) is not None, f"{module} is missing"
    if module == "devstack":
        assert argument in COMMANDS


def test_bench_knows_its_measurements_and_refuses_others(capsys: pytest.CaptureFixture[str]) -> None:
    assert {"patient_search", "board", "live"} <= set(names())

    assert bench(["nothing-like-this"]) == 2
    assert "patient_search" in capsys.readouterr().out
