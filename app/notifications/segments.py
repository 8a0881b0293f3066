"""How many SMS parts a text takes: GSM-7 160/153, UCS-2 70/67; extension characters count two; nothing is cut in the middle."""

from __future__ import annotations

from dataclasses import dataclass

GSM = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§"
    "¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("^{}\\[~]|€\f")


@dataclass(frozen=True, slots=True)
class Segments:
    """The encoding, its units, and the parts."""

    encoding: str  # GSM-7 or UCS-2
    units: int
    parts: int


def count(text: str) -> Segments:
    """Count the parts of a text as the network will."""
    is_gsm = all(char in GSM or char in EXTENSION for char in text)
    sizes = [_size(char, is_gsm) for char in text]
    single, several = (160, 153) if is_gsm else (70, 67)
    units = sum(sizes)
    if units <= single:
        return Segments("GSM-7" if is_gsm else "UCS-2", units, 1 if text else 0)
    parts, room = 1, several
    for size in sizes:
        if size > room:
            parts, room = parts + 1, several
        room -= size
    return Segments("GSM-7" if is_gsm else "UCS-2", units, parts)


def _size(char: str, is_gsm: bool) -> int:
    if is_gsm:
        return 2 if char in EXTENSION else 1
    return 2 if ord(char) > 0xFFFF else 1
