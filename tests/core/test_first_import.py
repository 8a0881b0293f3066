"""Modules of the kernel that import each other can be the first that a process imports."""

from __future__ import annotations

import subprocess
import sys

import pytest


@pytest.mark.parametrize("module", ["app.core.setup", "app.core.access.wall", "app.core.db", "app.core.db.direct"])
def test_a_process_may_begin_with_this_module(module: str) -> None:
    done = subprocess.run([sys.executable, "-c", f"import {module}"], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr[-1000:]
