"""The words of an e-mail: HTML turned to text, and what its writer wrote without quoted history and signature. Pure."""

from __future__ import annotations

import re
from html import unescape

MOST_SIGNS = 200_000
_SILENT = frozenset({"script", "style", "head", "title", "template", "svg"})
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"}
)
_QUOTES = frozenset({"blockquote"})
_TAG = re.compile(r"<(/?)([A-Za-z][A-Za-z0-9]{0,20})[^<>]*>")

# where the history of a conversation begins, in what mail programs write in both languages
_HISTORY = [
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"^[ \t]*-{2,}[ \t]*(?:original message|forwarded message|الرسالة الأصلية|رسالة أصلية)[ \t]*-{0,}[ \t]*$",
        r"^[ \t]*_{10,}[ \t]*$\n?[ \t]*(?:from|من)[ \t]*:",
        r"^[ \t]*\*?(?:from|من)\*?[ \t]*:[^\n]{1,200}\n(?:[^\n]{0,200}\n){0,3}?"
        r"[ \t]*\*?(?:sent|date|تم الإرسال|التاريخ|تاريخ الإرسال)\*?[ \t]*:",
    )
]
# "On such a day somebody wrote:" of both languages, part by part, so that no text makes the search slow
_BEGINS = re.compile(r"[ \t]{0,20}(?:on|في|بتاريخ)\b", re.IGNORECASE)
_ENDS = re.compile(r"\b(?:wrote|كتبت?|كتب/ت)(?: [^\n]{0,100})? ?[:：]$|\b(?:wrote|كتبت?) ?[:：] *$", re.IGNORECASE)
_NAMES = re.compile(r"@|\d{4}")
_SIGNATURE = [
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"^-- ?$",
        r"^[ \t]*(?:sent from my|get outlook for|أُ?رسلت? من|تم الإرسال من)\b[^\n]{0,80}$",
    )
]
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


def text_of_html(markup: str) -> str:
    """Give the text that a reader of an HTML part would see, one line for each block; quoted blocks begin with `>`.

    In one pass over at most 400,000 signs: Python's own parser takes hours for some broken pages.
    """
    page = _without_comments(markup[: MOST_SIGNS * 2])
    small = page.lower()
    said: list[str] = []
    place, quotes, unclosed = 0, 0, set[str]()
    while (found := _TAG.search(page, place)) is not None:
        said.append(_shown(page[place : found.start()]))
        place, closes, tag = found.end(), bool(found[1]), found[2].lower()
        if tag in _SILENT and not closes and tag not in unclosed:
            end = small.find(f"</{tag}", place)
            unclosed |= {tag} if end < 0 else set()
            place = max(end, place)
        elif tag in _QUOTES:
            quotes = max(quotes + (-1 if closes else 1), 0)
        if tag in _BLOCKS or tag in _QUOTES:
            said.append("\n" + "> " * min(quotes, 3))
    said.append(_shown(page[place:]))
    lines = (" ".join(line.split()) for line in "".join(said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line.strip("> ") or not line)).strip()


def _shown(text: str) -> str:
    return " ".join(unescape(text).replace("\n", " ").split(" ")) if text else ""


def _without_comments(markup: str) -> str:
    kept, place = [], 0
    while (begin := markup.find("<!--", place)) >= 0:
        kept.append(markup[place:begin])
        end = markup.find("-->", begin)
        if end < 0:
            return "".join(kept)
        place = end + 3
    return "".join([*kept, markup[place:]])


def _said_by(text: str) -> int | None:
    """Find "On such a day somebody wrote:", in one line or two, before a quote, or with an address or a year in it."""
    lines = text.split("\n")
    place = 0
    for number, line in enumerate(lines):
        if len(line) < 300 and _BEGINS.match(line):
            for span in (1, 2):
                said = " ".join(lines[number : number + span])
                rest = next((each for each in lines[number + span : number + span + 4] if each.strip()), "")
                is_quoted = rest.lstrip().startswith(">")
                if len(said) < 500 and _ENDS.search(said) and (is_quoted or _NAMES.search(said)):
                    return place
        place += len(line) + 1
    return None


def own_words(text: str) -> str:
    """Give what the writer wrote: without the quoted history and the signature at the end.

    Where nothing would be left (somebody forwards a letter without a word of their own) the whole text is theirs.
    """
    whole = text.strip()
    kept = whole
    for mark in (*_HISTORY, *_SIGNATURE):
        found = mark.search(kept)
        if found is not None:
            kept = kept[: found.start()]
    said = _said_by(kept)
    kept = kept if said is None else kept[:said]
    kept = re.sub(r"\n{3,}", "\n\n", _QUOTED.sub("", kept)).strip()
    return kept or whole


def title_of(subject: str) -> str:
    """Give a subject without the marks of answers and forwards."""
    plain = subject.strip()
    while True:
        shorter = re.sub(r"^(?:re|fw|fwd|رد|إعادة توجيه)\s*[:：]\s*", "", plain, flags=re.IGNORECASE)
        if shorter == plain:
            return plain
        plain = shorter
