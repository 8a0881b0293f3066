"""Templates are compiled once by a machine, and anew as soon as their text changes; without a place to keep them they work too."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask
from jinja2 import DictLoader, bccache

from app.core.web import templates

WORDS = {"page.html": "{{ 1 + 1 }} of it"}


def rendered(words: dict[str, str] = WORDS) -> str:
    """What a fresh process makes of the page."""
    app = Flask("fresh")
    templates.init_app(app)
    app.jinja_env.loader = DictLoader(words)
    with app.app_context():
        return app.jinja_env.get_template("page.html").render()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An own place for what is compiled."""
    monkeypatch.setattr(bccache.tempfile, "gettempdir", lambda: str(tmp_path))
    return tmp_path


def compiles(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Note each template that is compiled from here on."""
    noted: list[str] = []
    compile_ = templates._Environment._compile

    def note(self: object, source: str, filename: str) -> object:
        noted.append(filename)
        return compile_(self, source, filename)  # type: ignore[arg-type]

    monkeypatch.setattr(templates._Environment, "_compile", note)
    return noted


def test_the_next_process_compiles_nothing_until_the_text_changes(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    noted = compiles(monkeypatch)

    assert rendered() == rendered() == "2 of it" and len(noted) == 1
    assert rendered({"page.html": "another"}) == "another" and len(noted) == 2
    (own,) = folder.iterdir()
    assert own.stat().st_mode & 0o777 == 0o700


def test_a_full_disk_hides_no_page(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_given: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(bccache.tempfile, "NamedTemporaryFile", full)
    assert rendered() == "2 of it"


def test_a_folder_that_others_may_change_is_not_trusted(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bccache.os, "getuid", lambda: 12_345)
    assert rendered() == "2 of it"
    app = Flask("fresh")
    templates.init_app(app)
    assert app.jinja_env.bytecode_cache is None
