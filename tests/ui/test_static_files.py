"""The shipped files: what we took is unchanged, what we wrote keeps the budgets and the content security policy."""

from __future__ import annotations

import gzip
import hashlib
import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
STATIC = ROOT / "static"
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
OWN_STYLES = sorted((STATIC / "css").glob("*.css"))
OWN_SCRIPTS = sorted((STATIC / "js").glob("*.js"))

PHYSICAL = re.compile(
    r"(?<![\w-])(margin|padding|border)-(left|right)\b|(?<![\w-])(left|right)\s*:|text-align:\s*(left|right)|float:\s*(left|right)"
)


def packed(*paths: str) -> int:
    """Give the compressed size of static files together, in bytes."""
    return sum(len(gzip.compress((STATIC / path).read_bytes(), 9)) for path in paths)


def test_vendored_files_are_those_of_the_manifest() -> None:
    manifest = json.loads((STATIC / "vendor" / "manifest.json").read_text())
    found = {
        str(path.relative_to(STATIC / "vendor"))
        for path in (STATIC / "vendor").rglob("*")
        if path.is_file() and path.name != "manifest.json"
    }
    assert found == {name for name in manifest if not name.startswith("../")}
    for name, checksum in manifest.items():
        assert hashlib.sha256((STATIC / "vendor" / name).read_bytes()).hexdigest() == checksum, name


def test_every_vendored_file_is_named_with_version_and_licence() -> None:
    table = (STATIC / "VENDORED.md").read_text()
    for name, checksum in json.loads((STATIC / "vendor" / "manifest.json").read_text()).items():
        shown = "`img/icons.svg`" if name.startswith("../") else f"`vendor/{name}`"
        line = next(line for line in table.splitlines() if checksum in line and shown in line)
        assert re.search(r"\| \d+\.\d+\.\d+ \| (MIT|0BSD|OFL-1\.1|Apache-2\.0) \|", line)


def test_no_file_points_to_a_source_map_or_another_address() -> None:
    for path in [*(STATIC / "vendor").rglob("*.css"), *(STATIC / "vendor").rglob("*.js"), *OWN_STYLES, *OWN_SCRIPTS]:
        assert "sourceMappingURL" not in path.read_text()[-400:], path
    for path in OWN_STYLES:
        assert not re.search(r"url\(\s*['\"]?(https?:)?//", path.read_text()), path


def test_first_visit_of_staff_fits_in_400_kb_compressed() -> None:
    base = (ROOT / "templates" / "layouts" / "base.html").read_text()
    named = set(re.findall(r"[\"'](vendor/[\w./-]+|js/[\w./-]+|css/[\w./-]+|img/[\w./-]+)[\"']", base))
    assert {"vendor/htmx/htmx.min.js", "css/tokens.css"} <= named
    fonts = sorted(f"vendor/plex/{path.name}" for path in (STATIC / "vendor" / "plex").glob("*.woff2"))
    # a page loads one of the two directions
    assert packed(*(named - {"vendor/tabler/tabler.min.css"}), "img/icons.svg", *fonts) <= 400_000


def test_patient_page_without_font_fits_in_60_kb_compressed() -> None:
    assert packed("css/public.css", "css/fonts.css", "js/public.js", "img/mark.svg") <= 12_000


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: str(path.relative_to(ROOT / "templates")))
def test_template_obeys_the_content_security_policy(path: Path) -> None:
    text = path.read_text()
    assert not re.search(r"\sstyle\s*=", text), "inline style"
    assert not re.search(r"\son[a-z]+\s*=\s*[\"']", text), "inline handler"
    assert not re.search(r"<style\b", text) and not re.search(r"<script(?![^>]*\bsrc=)", text), "inline script or style"
    assert "hx-on" not in text and "js:" not in text, "needs eval"


def test_every_icon_that_a_template_or_workflow_names_is_in_the_sprite() -> None:
    symbols = set(re.findall(r'<symbol id="([\w-]+)"', (STATIC / "img" / "icons.svg").read_text()))
    for path in TEMPLATES:
        for name in re.findall(r"\bicon\(\s*\"([\w-]+)\"|icon_name=\"([\w-]+)\"", path.read_text()):
            assert next(filter(None, name)) in symbols, (path, name)
    for path in (ROOT / "app").rglob("*.py"):
        for name in re.findall(r"\bicon=\"([\w-]+)\"", path.read_text()):
            assert name in symbols, (path, name)


def test_every_macro_that_a_template_imports_exists() -> None:
    for path in TEMPLATES:
        for source, names in re.findall(
            r'{%-?\s*from "([\w/.-]+)" import ([\w, ]+?)(?:\s+with context)?\s*-?%}', path.read_text()
        ):
            known = set(re.findall(r"(?:macro|set) (\w+)", (ROOT / "templates" / source).read_text()))
            wanted = {name.split(" as ")[0].strip() for name in names.split(",")}
            assert wanted <= known, (path, source, wanted - known)


@pytest.mark.parametrize("path", OWN_STYLES, ids=lambda path: path.name)
def test_own_style_knows_no_left_and_right(path: Path) -> None:
    text = re.sub(r"background-position:[^;}]*", "", path.read_text())
    assert not PHYSICAL.search(text)


@pytest.mark.parametrize("path", OWN_SCRIPTS, ids=lambda path: path.name)
def test_own_script_is_short_and_needs_no_eval(path: Path) -> None:
    text = path.read_text()
    assert len(text.splitlines()) <= 200
    assert not re.search(r"\beval\(|new Function|innerHTML\s*=|insertAdjacentHTML|document\.write", text)
