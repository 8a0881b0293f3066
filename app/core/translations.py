"""The Arabic catalogue: compiled when it is newer than its binary, and checked against the source."""

from __future__ import annotations

import contextlib
import io
import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "translations"
KEYWORDS: dict[str, Any] = {
    "_": None,
    "_l": None,
    "gettext": None,
    "lazy_gettext": None,
    "ngettext": (1, 2),
    "lazy_ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
    "lazy_pgettext": ((1, "c"), 2),
    "system_actor": (1,),  # why PX360 acted by itself, as the audit trail tells it
    "token_actor": (3,),
    "npgettext": ((1, "c"), 2, 3),
}
METHODS = [("app/**.py", "python"), ("templates/**.html", "jinja2")]
PLACEHOLDER = re.compile(r"%\((\w+)\)[sd]|\{(\w+)\}")
FORMS = 6
WIDTH = 110


def compile_catalogues(folder: Path = FOLDER) -> None:
    """Write each `.mo` that is missing or older than its `.po`; two processes at once, or a read-only tree, do no harm."""
    for po in folder.glob("*/LC_MESSAGES/*.po"):
        mo = po.with_suffix(".mo")
        if mo.exists() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with contextlib.suppress(PermissionError), po.open("rb") as source:
            catalogue = read_po(source, locale=po.parts[-3])
            with tempfile.NamedTemporaryFile(dir=po.parent, suffix=".new", delete=False) as fresh:
                write_mo(fresh, catalogue)
            Path(fresh.name).replace(mo)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something wrong with one message."""

    what: str
    message: str


def catalogue() -> Catalog:
    """Read the Arabic catalogue."""
    with (FOLDER / "ar" / "LC_MESSAGES" / "messages.po").open("rb") as source:
        return read_po(source, locale="ar")


def source_messages() -> Catalog:
    """Extract every message of the code and the templates."""
    found = Catalog(locale="ar")
    extracted = extract_from_dir(
        ROOT,
        METHODS,
        {"**": {"encoding": "utf-8", "silent": "false"}},
        KEYWORDS,
        strip_comment_tags=True,
        directory_filter=lambda path: Path(path).name not in (".venv", ".git", "node_modules", "var", "tests"),
    )
    for _file, _line, message, _comments, context in extracted:
        found.add(message, context=context)
    return found


def update() -> tuple[list[str], list[str]]:
    """Bring the catalogue to the source: new messages wait empty, left-over ones go. Gives both lists, in English."""
    arabic, source = catalogue(), source_messages()
    known = {(message.context, message.id) for message in arabic if message.id}
    wanted = {(message.context, message.id) for message in source if message.id}
    for context, text in known - wanted:
        arabic.delete(text, context)
    for context, text in wanted - known:
        arabic.add(text, context=context)
    write(arabic)
    return sorted(str(each[1]) for each in wanted - known), sorted(str(each[1]) for each in known - wanted)


def write(arabic: Catalog) -> None:
    """Write the catalogue in its one order and width, so that two branches differ only where their words do."""
    path = FOLDER / "ar" / "LC_MESSAGES" / "messages.po"
    header = path.read_text(encoding="utf-8").split("\n\n", 1)[0]
    body = io.BytesIO()
    write_po(body, arabic, sort_output=True, no_location=True, omit_header=True, width=WIDTH)
    path.write_text(f"{header}\n\n{body.getvalue().decode().strip()}\n", encoding="utf-8")


def problems() -> Iterator[Problem]:
    """Tell what is missing, left over, empty, fuzzy, or has other placeholders than the English."""
    arabic, source = catalogue(), source_messages()
    known = {(message.context, message.id) for message in arabic if message.id}
    wanted = {(message.context, message.id) for message in source if message.id}
    yield from (Problem("missing", str(each[1])) for each in sorted(wanted - known, key=str))
    yield from (Problem("left over", str(each[1])) for each in sorted(known - wanted, key=str))
    for message in arabic:
        if message.id:
            yield from _problems_of(message)


def _problems_of(message: Message) -> Iterator[Problem]:
    english = message.id if isinstance(message.id, str) else message.id[1]
    texts = [message.string] if isinstance(message.string, str) else list(message.string or ())
    if message.fuzzy:
        yield Problem("fuzzy", english)
    if not all(texts):
        yield Problem("empty", english)
        return
    if message.pluralizable and len(texts) != FORMS:
        yield Problem("not six forms", english)
    wanted = set(PLACEHOLDER.findall(english))
    for text in texts:
        found = set(PLACEHOLDER.findall(text))
        if found != wanted and not (message.pluralizable and found <= wanted):
            yield Problem("other placeholders", english)
        if text == english and len(english.split()) > 1:
            yield Problem("not translated", english)
