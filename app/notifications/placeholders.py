"""Placeholders of message texts: plain `{name}` and nothing else, checked on both sides; values are never markup or code."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping

_NAME = re.compile(r"\{([a-z][a-z_]*)\}")


def names_in(text: str) -> frozenset[str]:
    """Give the placeholders of a text."""
    return frozenset(_NAME.findall(text))


def render(text: str, values: Mapping[str, object]) -> str:
    """Fill a text; a placeholder without a value becomes nothing. Values are put in as they are, once."""
    return _NAME.sub(lambda match: str(values.get(match.group(1), "")), text)


def problems(text_en: str, text_ar: str, allowed: Collection[str]) -> list[tuple[str, str]]:
    """Give what is wrong with a pair of texts, as (code, about): unknown or missing names, stray braces."""
    found: list[tuple[str, str]] = []
    for text in (text_en, text_ar):
        found += [("unknown", name) for name in sorted(names_in(text) - set(allowed))]
        if re.search(r"[{}]", _NAME.sub("", text)):
            found.append(("brace", text[:20]))
    found += [("one_side", name) for name in sorted(names_in(text_en) ^ names_in(text_ar))]
    return found
