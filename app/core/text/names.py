"""The key under which a person's name is found, beyond `fold`: it forgets what people write or leave out at will.

A function of its own and no part of `fold`: dropping the article is right for "الحربي" and wrong for a word of a
comment, and a key that drops it cannot be typed letter by letter ("الح" is not in "حربي"). So a name column for search
holds both, `px_fold(name) || ' ' || px_fold_name(name)`, and a query asks for either (`name_needles`).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from app.core.text.fold import fold, quoted


class _Rule(NamedTuple):
    """A replacement that Python and PostgreSQL read alike. It works on folded text, words parted by one blank."""

    pattern: str
    becomes: str


_START = "(?<![^ ])"
_END = "(?![^ ])"

# Given names that begin with alef and lam without having the article, folded.
_NO_ARTICLE = "هام|ياس|ماس|طاف|حان|سيا|فت"

_RULES = (
    _Rule(r"['`\u2018\u2019\u201B\u02BC\u00B4\u2032]", ""),  # Sha'rani
    _Rule(r"[-._,/()\u060C\u2010-\u2015\u2212]+", " "),
    _Rule(f" *{_START}(بن|ابن|بنت|bin|ibn|bint|ben){_END}", ""),
    # Compound names, written as one word or as two.
    _Rule(f"{_START}عبد (?=ال|رب)", "عبد"),
    _Rule(f"{_START}ابو (?=[^ ])", "ابو"),
    _Rule(f"(?<=[^ ]) الدين{_END}", "الدين"),
    _Rule(f"{_START}abd ?[aeou][lrsn] ?", "abd"),  # Abdul Rahman, Abd al-Rahman, Abdurrahman
    # The article and the house (آل), glued or apart.
    _Rule(f"{_START}(ال|al|el|aal) (?=[^ ])", ""),
    _Rule(f"{_START}ال(?!({_NO_ARTICLE}){_END})(?=[^ ][^ ][^ ])", ""),
    _Rule(f"{_START}al(?=[a-z][a-z][a-z])", ""),
    # Latin spellings of one Arabic name: Mohamed, Mohammad, Muhammad; Noor, Nour; Saeed, Said.
    _Rule(r"([bdfghjklmnpqrstvwxyz])\1", r"\1"),
    _Rule("ee", "i"),
    _Rule("o[ou]|o", "u"),
    _Rule(f"m[ae]d{_END}", "mad"),
)

_COMPILED = tuple((re.compile(rule.pattern), rule.becomes) for rule in _RULES)


def fold_name(name: str) -> str:
    """Give the search key of a person's name: `fold`, then compounds joined (عبدالله), articles and "bin" dropped.

    Latin spellings of the same name meet (Mohammed, Muhammad; Abdul Rahman, Abdulrahman). Same as SQL
    `px_fold_name(name)`. Source: domain.md 1.3.
    """
    key = fold(name)
    for pattern, becomes in _COMPILED:
        key = pattern.sub(becomes, key)
    return re.sub(" +", " ", key).strip(" ")


def name_needles(query: str) -> tuple[tuple[str, ...], ...]:
    """Give the ways to ask for what was typed: each a tuple of words that must all be in the name's search text.

    The ways are alternatives (OR), the words of one way all needed (AND). Nothing typed gives no way at all.
    """
    ways = (tuple(fold(query).split(" ")), tuple(fold_name(query).split(" ")))
    return tuple(dict.fromkeys(way for way in ways if any(way)))


def _name_sql() -> str:
    """Write px_fold_name as a pipeline over px_fold, bound when created, so that a restore finds px_fold."""
    key = "px_fold($1)"
    for rule in _RULES:
        key = f"regexp_replace({key}, {quoted(rule.pattern)}, {quoted(rule.becomes)}, 'g')"
    return (
        "CREATE OR REPLACE FUNCTION px_fold_name(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE\n"
        f"RETURN btrim(regexp_replace({key}, ' +', ' ', 'g'), ' ')"
    )


PX_FOLD_NAME_SQL = _name_sql()
"""The statement that creates `px_fold_name(text)`; needs `px_fold`. Holds no colon and no percent sign."""
