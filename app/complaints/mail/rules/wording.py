"""The words of an e-mail: HTML turned to text, and what its writer wrote without quoted history and signature. Pure."""

from __future__ import annotations

import re
from html.parser import HTMLParser

MOST_SIGNS = 200_000
_SILENT = frozenset({"script", "style", "head", "title", "template", "svg"})
_BLOCKS = frozenset(
    {"p", "div", "br", "li", "tr", "table", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6", "hr", "pre"}
)
_QUOTES = frozenset({"blockquote"})
_VOID = frozenset({"br", "hr"})

# "On such a day somebody wrote:", which counts where a quote follows, or with an address or a year in it
_SAID = r"^[ \t]*(?:on|في|بتاريخ)\b[^\n]{4,200}(?:\n[^\n]{0,120})?(?:wrote|كتبت?|كتب/ت)(?:[ \t][^\n]{0,100})?[ \t]*[:：][ \t]*$"

# where the history of a conversation begins, in what mail programs write in both languages
_HISTORY = [
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"^[ \t]*-{2,}[ \t]*(?:original message|forwarded message|الرسالة الأصلية|رسالة أصلية)[ \t]*-{0,}[ \t]*$",
        _SAID + r"(?=\s*^[ \t]*>)",
        r"(?=[^\n]*\n?[^\n]*(?:@|\d{4}))" + _SAID,
        r"^[ \t]*_{10,}[ \t]*$\n?[ \t]*(?:from|من)[ \t]*:",
        r"^[ \t]*\*?(?:from|من)\*?[ \t]*:[^\n]{1,200}\n(?:[^\n]{0,200}\n){0,3}?"
        r"[ \t]*\*?(?:sent|date|تم الإرسال|التاريخ|تاريخ الإرسال)\*?[ \t]*:",
    )
]
_SIGNATURE = [
    re.compile(pattern, re.IGNORECASE | re.MULTILINE)
    for pattern in (
        r"^-- ?$",
        r"^[ \t]*(?:sent from my|get outlook for|أُ?رسلت? من|تم الإرسال من)\b[^\n]{0,80}$",
    )
]
_QUOTED = re.compile(r"^[ \t]*>.*$", re.MULTILINE)


class _Text(HTMLParser):
    """Collects what a reader would see; quoted parts are marked as mail programs mark them in plain text."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self.silent: list[str] = []
        self.quotes = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _SILENT:
            self.silent.append(tag)
        elif tag in _QUOTES:
            self.quotes += 1
            self._line()
        elif tag in _BLOCKS:
            self._line()

    def handle_endtag(self, tag: str) -> None:
        if tag in _SILENT and tag in self.silent:
            while self.silent.pop() != tag:
                pass
        elif tag in _QUOTES:
            self._line()
            self.quotes = max(self.quotes - 1, 0)
        elif tag in _BLOCKS and tag not in _VOID:
            self._line()

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.said.append(re.sub(r"[ \t\r\n]+", " ", data))

    def _line(self) -> None:
        self.said.append("\n" + "> " * min(self.quotes, 3))


def text_of_html(html: str) -> str:
    """Give the text that a reader of an HTML part would see, one line for each block; quoted blocks begin with `>`."""
    reader = _Text()
    reader.feed(html[: MOST_SIGNS * 4])
    reader.close()
    lines = (re.sub(r"[ \t\xa0]+", " ", line).strip() for line in "".join(reader.said).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(line for line in lines if line.strip("> ") or not line)).strip()


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
