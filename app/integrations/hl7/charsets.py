"""Bytes to text: the charset that the message names, else the one of its link. Never mojibake, never a guess."""

from __future__ import annotations

from app.integrations.hl7.problems import Unreadable

# HL7 table 0211, and how sites spell it; ASCII says nothing of the Arabic that may follow, so the link's charset rules
NAMED = {
    "UNICODE UTF-8": "utf-8",
    "UNICODE": "utf-8",
    "UTF-8": "utf-8",
    "UTF8": "utf-8",
    "8859/1": "iso-8859-1",
    "8859/6": "iso-8859-6",
    "ISO-8859-6": "iso-8859-6",
    "ISO8859-6": "iso-8859-6",
    "WINDOWS-1256": "cp1256",
    "CP1256": "cp1256",
    "1256": "cp1256",
}
UNSAID = frozenset({"", '""', "ASCII", "US-ASCII", "ISO IR6"})
OF_LINK = {"utf-8": "utf-8", "windows-1256": "cp1256", "iso-8859-6": "iso-8859-6", "iso-8859-1": "iso-8859-1"}
PLACE = "MSH-18"


def charset_of(said: str, link: str) -> str:
    """Give the codec for what MSH-18 says (`said`, its first repetition) and the link's charset. Raises Unreadable."""
    name = said.strip().upper()
    if name in UNSAID:
        return OF_LINK.get(link.lower(), "utf-8")
    if name not in NAMED:
        raise Unreadable(PLACE)
    return NAMED[name]


def text_of(raw: bytes, charset: str) -> str:
    """Decode, or raise Unreadable: bytes that are not of the charset would be stored as nonsense."""
    try:
        return raw.decode(charset)
    except UnicodeDecodeError as problem:
        raise Unreadable(PLACE) from problem
