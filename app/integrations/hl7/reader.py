"""Taking a message apart: separators and escapes from its own MSH, CR, LF or CRLF between segments.

Values: an empty field is None (say nothing), `""` is DELETED (take away), anything else is text without escapes.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from app.integrations.hl7.charsets import charset_of, text_of
from app.integrations.hl7.frames import unframed
from app.integrations.hl7.problems import NotHl7, Unreadable

DELETED: Final = '""'
UNUSED: Final = "\0"  # stands for a separator that the message does not use; never in a text
_BREAKS = re.compile(r"\r\n|\r|\n")
_SEGMENT = re.compile(r"[A-Z][A-Z0-9]{2}$")
_HEX = re.compile(r"(?:[0-9A-Fa-f]{2})+$")
_LINE_BREAKS = frozenset({".br", ".sp", ".ce"})
_SPACES = re.compile(r"\s+")
_CONTROLS = dict.fromkeys([*range(9), *range(14, 32), 127])


@dataclass(frozen=True, slots=True)
class Marks:
    """The separators of one message."""

    field: str
    component: str
    repetition: str
    escape: str
    subcomponent: str


@dataclass(frozen=True, slots=True)
class Segment:
    """One segment: its name and its fields by HL7's numbers, still with their separators."""

    name: str
    fields: tuple[str, ...]
    marks: Marks
    charset: str

    def raw(self, number: int) -> str:
        """Give a field as it stands, empty when it is not there."""
        return self.fields[number] if number < len(self.fields) else ""

    def repeats(self, number: int) -> list[Field]:
        """Give the repetitions of a field that say something."""
        parts = self.raw(number).split(self.marks.repetition)
        return [Field(part, self.marks, self.charset) for part in parts if part.strip()]

    def value(self, number: int, component: int = 1) -> str | None:
        """Give a component of the first repetition: text, DELETED, or None when nothing is said."""
        raw = self.raw(number)
        if self.marks.repetition in raw:
            found = self.repeats(number)
            return found[0].value(component) if found else None
        return Field(raw, self.marks, self.charset).value(component) if raw else None

    def text(self, number: int, component: int = 1) -> str:
        """Give a component as text; empty when nothing is said or when it is deleted."""
        value = self.value(number, component)
        return "" if value is None or value == DELETED else value


@dataclass(frozen=True, slots=True)
class Field:
    """One repetition of a field."""

    raw: str
    marks: Marks
    charset: str

    @property
    def is_deleted(self) -> bool:
        """Whether the whole field is taken away."""
        return self.raw.strip() == DELETED

    def value(self, component: int = 1) -> str | None:
        """Give the first subcomponent of a component: text, DELETED, or None."""
        parts = self.raw.split(self.marks.component)
        if component > len(parts):
            return None
        part = parts[component - 1].split(self.marks.subcomponent)[0].strip()
        if not part or part == DELETED:
            return part or None
        return _plain(part, self.marks, self.charset) or None

    def text(self, component: int = 1) -> str:
        """Give a component as text; empty when nothing is said or when it is deleted."""
        value = self.value(component)
        return "" if value is None or value == DELETED else value


@dataclass(frozen=True, slots=True)
class Message:
    """A message: its segments in order."""

    segments: tuple[Segment, ...]
    charset: str

    @property
    def header(self) -> Segment:
        """The MSH segment."""
        return self.segments[0]

    @property
    def control_id(self) -> str:
        """MSH-10."""
        return self.header.text(10)

    @property
    def kind(self) -> str:
        """Message type and trigger of MSH-9, as ADT^A03."""
        return "^".join(part for part in (self.header.text(9), self.header.text(9, 2)) if part).upper()

    def all(self, name: str) -> Iterator[Segment]:
        """Give the segments of a name, in order."""
        return (each for each in self.segments if each.name == name)

    def first(self, name: str) -> Segment | None:
        """Give the first segment of a name, or None."""
        return next(self.all(name), None)


def read(raw: bytes, *, link_charset: str) -> Message:
    """Take a message apart. Raises NotHl7, and Unreadable (MSH-18) for bytes that are not of the charset they claim."""
    header = header_of(raw)
    charset = charset_of(header.text(18), link_charset)
    segments = _segments(text_of(unframed(raw), charset).replace(UNUSED, ""), header.marks, charset)
    if any(each.name == "MSH" for each in segments[1:]):
        raise NotHl7("one message at a time")
    return Message(tuple(segments), charset)


def header_of(raw: bytes) -> Segment:
    """Give the MSH segment alone, read byte by byte: it is needed to answer whatever the rest holds. Raises NotHl7."""
    text = unframed(raw).decode("latin-1")
    if not text:
        raise NotHl7("empty message")
    if not text.startswith("MSH"):
        raise NotHl7("no MSH segment")
    line = _BREAKS.split(text, maxsplit=1)[0]
    return _header(line, _marks(line), "latin-1")


def _marks(line: str) -> Marks:
    field = line[3:4]
    signs = line[4:].split(field, 1)[0] if field else ""
    # a fifth sign (2.7: truncation) is allowed, a missing one at the end means that it is not used
    component, repetition, escape, subcomponent = (*signs[:4], *UNUSED * 4)[:4]
    used = [sign for sign in (field, *signs[:4]) if sign]
    if len(signs) < 1 or len(set(used)) != len(used) or any(sign.isalnum() or not "!" <= sign <= "~" for sign in used):
        raise NotHl7("unusable separators in MSH-1 and MSH-2")
    return Marks(field, component, repetition, escape, subcomponent)


def _header(line: str, marks: Marks, charset: str) -> Segment:
    signs, _, rest = line[4:].partition(marks.field)
    return Segment("MSH", ("MSH", marks.field, signs, *rest.split(marks.field)), marks, charset)


def _segments(text: str, marks: Marks, charset: str) -> list[Segment]:
    lines = joined(_BREAKS.split(text), marks.field)
    found = [_header(lines[0], marks, charset)]
    for line in lines[1:]:
        fields = line.split(marks.field)
        found.append(Segment(fields[0], tuple(fields), marks, charset))
    return found


def joined(lines: Sequence[str], field_mark: str) -> list[str]:
    """Join lines that do not begin a segment to the one before: text fields with bare line breaks in them."""
    found: list[str] = []
    for line in lines:
        if not line.strip():
            continue
        if not found or _SEGMENT.match(line.split(field_mark, 1)[0]):
            found.append(line)
        else:
            found[-1] += " " + line
    return found


def _plain(text: str, marks: Marks, charset: str) -> str:
    """Undo escapes; marks of emphasis go, unknown ones and those of other charsets too: they are not text."""
    escape = marks.escape
    if escape in text:
        text = _unescaped(text, escape, marks, charset)
    elif text.isprintable() and "  " not in text:  # no control sign and no other blank: nothing to make plain
        return text.strip()
    return _SPACES.sub(" ", text.translate(_CONTROLS)).strip()


def _unescaped(text: str, escape: str, marks: Marks, charset: str) -> str:
    signs = {
        "F": marks.field,
        "S": marks.component,
        "T": marks.subcomponent,
        "R": marks.repetition,
        "E": marks.escape,
    }
    parts = text.split(escape)
    if len(parts) % 2 == 0:  # an escape that never ends: the last sign is a plain one
        parts[-2:] = [parts[-2] + escape + parts[-1]]
    for place in range(1, len(parts), 2):
        parts[place] = signs.get(parts[place]) or _special(parts[place], charset)
    return "".join(parts)


def _special(code: str, charset: str) -> str:
    if code[:1] == "X" and _HEX.match(code[1:]):
        try:
            return bytes.fromhex(code[1:]).decode(charset)
        except UnicodeDecodeError as problem:
            raise Unreadable("MSH-18") from problem
    return " " if code[:3] in _LINE_BREAKS else ""
