"""`make test` itself: it stops at what fails, says what it did not run, and never goes on without a browser."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from devstack import check as checks
from devstack.binaries import Lacking
from devstack.check import STEPS, Step, check
from devstack.processes import ROOT

GOOD = (sys.executable, "-c", "pass")
BAD = (sys.executable, "-c", "raise SystemExit(3)")


@pytest.fixture(autouse=True)
def _browser(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PX360_CHROMIUM", "/a/browser")


def test_the_first_failing_step_ends_it_with_what_was_not_run(capsys: pytest.CaptureFixture[str]) -> None:
    steps = [Step("one", GOOD), Step("two", BAD), Step("three", GOOD)]
    assert check(fast=False, steps=steps) == 1
    said = capsys.readouterr().out
    assert "two FAILED (code 3). Not run: three." in said
    assert "== three" not in said
    assert "Everything holds" not in said


def test_every_step_is_named_with_its_time_when_everything_holds(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(fast=False, steps=[Step("one", GOOD), Step("two", GOOD)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split()[1:] for line in lines[-4:-1]] == [["s", "one"], ["s", "two"], ["s", "together"]]
    assert lines[-1] == "Everything holds."


def test_a_step_whose_program_is_missing_fails(capsys: pytest.CaptureFixture[str]) -> None:
    assert check(fast=True, steps=[Step("gone", ("/no/such/program",))]) == 1
    assert "/no/such/program is missing" in capsys.readouterr().out


def test_the_full_check_holds_everything_that_the_fast_one_holds() -> None:
    assert [step.name for step in STEPS if step.in_full][:-1] == [step.name for step in STEPS if step.in_fast][:-1]
    (tests,) = (step for step in STEPS if step.in_full and not step.in_fast)
    assert "pytest" in tests.command
    assert not [
        word for word in tests.command if word.startswith(("--ignore", "-k", "-m", "--deselect")) and word != "-m"
    ]
    assert all((ROOT / folder).is_dir() for folder in checks.SLOW)


def test_without_a_browser_the_full_check_says_how_to_get_one(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("PX360_CHROMIUM")
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path))
    with pytest.raises(Lacking, match="apt-get install chromium"):
        check(fast=False, steps=[Step("one", GOOD)])
    browser = tmp_path / "chromium-1/chrome-linux/chrome"
    browser.parent.mkdir(parents=True)
    browser.touch()
    assert checks.chromium() == str(browser)


def test_what_it_installs_for_ci_is_named_and_ends_in_the_documented_command() -> None:
    script = (ROOT / ".ci" / "run").read_text()
    assert script.rstrip().endswith("exec make test")
    assert all(package in script for package in ("python3-venv", "make", "git", "chromium", "fonts-"))
