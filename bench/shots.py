"""`make shots`: pictures of every page, both languages, both themes, wide and narrow, into shots/ with an index.

    python -m bench.shots                                    every page, every look
    python -m bench.shots journeys admin_patients            pages whose endpoint begins so
    python -m bench.shots --languages ar --themes dark --widths 360 --sheet 9

The stack of this checkout is looked at if it runs; otherwise one is started for as long as it takes.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import httpx
from apiflask import APIFlask

from bench import album
from bench.camera import NOBODY, TALLEST, Camera, Look, camera
from devstack import state as states
from devstack.binaries import Lacking
from devstack.pages import PATIENT_PAGES, Answer, walk
from devstack.processes import ROOT

FOLDER = ROOT / "shots"
WIDE, NARROW, PHONE = 1280, 360, 320
EXTRA = {
    "errors.404": "/nowhere",
    "portal.search_found": "/search?q=%D9%85%D8%AD%D9%85%D8%AF",
    "actions.queue_all": "/actions/?tab=all",
}
START_SECONDS = 600


def main(arguments: Sequence[str] | None = None) -> int:
    """Take the pictures; says which pages could not be found. Exit code 1 when a page answers with a fault."""
    asked = _options().parse_args(arguments)
    FOLDER.mkdir(exist_ok=True)
    with running_stack() as app, camera(app.config["BASE_URL"]) as eye:
        pages, missing = find_pages(app, eye)
        chosen = {
            name: where for name, where in pages.items() if not asked.names or name.startswith(tuple(asked.names))
        }
        files = take(eye, chosen, _looks(asked))
        album.write_index(FOLDER, {name: f"{name}  {address}" for name, (_, address) in chosen.items()})
        for number in range(0, len(files), asked.sheet or len(files) or 1):
            if asked.sheet:
                album.take_sheet(eye.browser, files[number : number + asked.sheet], FOLDER / f"sheet-{number:04}.png")
    print(f"{len(files)} pictures of {len(chosen)} pages: {FOLDER / 'index.html'}")
    for endpoint, why in sorted(missing.items()):
        print(f"no picture of {endpoint}: {why}")
    return 1 if any(why.startswith("5") for why in missing.values()) else 0


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.shots", description="Pictures of every page.")
    parser.add_argument("names", nargs="*", help="only pages whose endpoint begins so")
    parser.add_argument("--languages", nargs="*", default=["ar", "en"])
    parser.add_argument("--themes", nargs="*", default=["light", "dark"])
    parser.add_argument("--widths", nargs="*", type=int, default=[WIDE, NARROW])
    parser.add_argument("--tallest", type=int, default=TALLEST, help="pixels of a page that a picture keeps at most")
    parser.add_argument("--sheet", type=int, default=0, help="also contact sheets of so many pictures each")
    return parser


def _looks(asked: argparse.Namespace) -> list[Look]:
    return [Look(*each, asked.tallest) for each in _product(asked.languages, asked.themes, asked.widths)]


def _product(languages: list[str], themes: list[str], widths: list[int]) -> Iterator[tuple[str, str, int]]:
    for width in widths:
        for theme in themes:
            for language in languages:
                yield language, theme, width


def find_pages(app: APIFlask, eye: Camera) -> tuple[dict[str, tuple[str, str]], dict[str, str]]:
    """Give endpoint -> (who sees it, address), and endpoint -> why there is no page."""
    from app.portal.demo.organization import ACCOUNTS, PASSWORD
    from devstack.links import token_addresses

    for email, _ in ACCOUNTS:
        eye.sign_in(email, PASSWORD)
    seen_by: dict[str, str] = {}

    def open_address(address: str) -> Answer:
        answer = Answer(0, "", "")
        people = [person for person in eye.people if person != NOBODY]
        for person in [NOBODY, *people] if address.startswith((*PATIENT_PAGES, "/login", "/reset", "/inv")) else people:
            answer = eye.open(person, address)
            if answer.status == 200:
                seen_by[address] = person
                break
        return answer

    with app.app_context():
        starts = token_addresses()
    found = walk(app, open_address, starts)
    pages = {name: (seen_by[address], address) for name, address in found.pages.items()}
    pages |= {name: (ACCOUNTS[0][0], address) for name, address in EXTRA.items()}
    for address in starts:
        if address.endswith("?p=1"):
            pages["survey_form.questions"] = (NOBODY, address)
    missing = {name: f"{answer.status} {answer.content_type}" for name, answer in found.others.items()}
    return pages, missing | dict.fromkeys(found.unseen, "nothing links to it here")


def take(eye: Camera, pages: dict[str, tuple[str, str]], looks: list[Look]) -> list[Path]:
    """Take each page in each look; patients' pages are as narrow as a small phone when narrow."""
    files = []
    for look in looks:
        for name, (person, address) in sorted(pages.items()):
            width = PHONE if name.startswith("survey_form") and look.width == NARROW else look.width
            taken = replace(look, width=width)
            file = FOLDER / f"{name}.{taken.name}.png"
            eye.take(person, address, taken, file)
            files.append(file)
    return files


@contextmanager
def running_stack() -> Iterator[APIFlask]:
    """Give the application of this checkout's stack, which runs for the block at least."""
    from app import create_app
    from app.settings import from_environment

    folder = states.data_dir()
    started = None if _answers(folder) else _start(folder)
    try:
        yield create_app(from_environment(states.environment(folder, states.load(folder))))
    finally:
        if started is not None:
            started.send_signal(signal.SIGINT)
            started.wait(60)


def _start(folder: Path) -> subprocess.Popen[bytes]:
    print("Starting the stack ...", flush=True)
    process = subprocess.Popen(
        [sys.executable, "-m", "devstack", "run"], cwd=ROOT, stdout=subprocess.DEVNULL, start_new_session=True
    )
    deadline = time.monotonic() + START_SECONDS
    while not _answers(folder):
        if process.poll() is not None or time.monotonic() > deadline:
            with contextlib.suppress(ProcessLookupError):
                process.send_signal(signal.SIGINT)
            raise Lacking("The stack did not start: `make run` says why.")
        time.sleep(0.5)
    return process


def _answers(folder: Path) -> bool:
    """Whether this checkout's own web process answers, with the demo loaded."""
    if not (folder / "state.json").exists():
        return False
    state = states.load(folder)
    try:
        address = states.environment(folder, state)["PX360_BASE_URL"]
        return bool(state.pids) and httpx.get(f"{address}/health/ready/", timeout=5).status_code == 200
    except (httpx.HTTPError, KeyError):
        return False


if __name__ == "__main__":
    os.chdir(ROOT)
    try:
        sys.exit(main())
    except Lacking as problem:
        sys.exit(str(problem))
