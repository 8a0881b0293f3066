"""The docs say what the code says: generated pages, settings, commands, and links that lead somewhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from flask import Flask

from app.core import tables

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "docs" / "generated"
OPERATIONS = ROOT / "docs" / "operations.md"


@pytest.mark.parametrize("name", list(tables.PAGES))
def test_the_generated_page_is_up_to_date(app: Flask, name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == tables.PAGES[name](), "run `flask px360 docs`"


PAGES_OF_DOCS = sorted([*FOLDER.parent.rglob("*.md"), ROOT / "README.md", ROOT / "CHANGELOG.md"])


@pytest.mark.parametrize("path", PAGES_OF_DOCS, ids=lambda path: str(path.relative_to(ROOT)))
def test_links_of_the_docs_lead_somewhere(path: Path) -> None:
    links = re.findall(r"\]\(([^)\s]+)\)", path.read_text(encoding="utf-8"))

    lost = [each for each in links if "://" not in each and not (path.parent / each.partition("#")[0]).exists()]

    assert lost == []


def test_the_table_of_settings_names_what_the_code_reads() -> None:
    told = set(re.findall(r"^\| `((?:PX360|DATABASE|REDIS|SIMULATOR)_\w+)`", OPERATIONS.read_text(), re.MULTILINE))

    read = set(
        re.findall(r'"((?:PX360|DATABASE|REDIS|SIMULATOR)_[A-Z_]+)"', (ROOT / "app" / "settings.py").read_text())
    )

    assert told == read, "docs/operations.md and app/settings.py differ"


def test_the_table_of_commands_names_every_command(app: Flask) -> None:
    told = set(re.findall(r"`([a-z-]+)`", OPERATIONS.read_text().partition("## Commands")[2].partition("## Logs")[0]))

    commands = set(app.cli.commands["px360"].commands)  # type: ignore[attr-defined]

    assert commands - told == set(), "say in docs/operations.md what they do"


def test_the_readme_names_every_folder_of_the_tree() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and (path / "__init__.py").exists()}

    assert {name for name in folders if f"`{name}`" not in text and f"`{name}/" not in text} == set()
