"""Search folding: one form for all spellings of the same word, in Python and in SQL (architecture.md section 7).

`fold` and `px_fold` give the same text for every string; a test on PostgreSQL holds them together. Stored generated
columns depend on `px_fold`: when its rules change, a migration must write these columns anew.
"""

from __future__ import annotations

import re

from app.core.text.fold_table import BLANK_CLASS, COMMON, DELETED_CLASS, LONGER, SELDOM

_BLANKS = re.compile(f"[{BLANK_CLASS}]+")
_DELETED = re.compile(f"[{DELETED_CLASS}\x00]")
_LETTERS = str.maketrans(
    {**{chr(code): chr(code + 32) for code in range(ord("A"), ord("Z") + 1)}, **SELDOM, **LONGER, **COMMON}
)


def fold(text: str) -> str:
    """Give `text` as search compares it.

    Alef, ya, ta marbuta and hamza-on-waw forms are one letter, tashkeel and tatweel are gone, digits are 0-9, Latin is
    small and without accents, every run of blanks is one. A hamza of its own stays. Same as SQL `px_fold(text)`.
    """
    return _BLANKS.sub(" ", _DELETED.sub("", text).translate(_LETTERS)).strip(" ")


def quoted(text: str) -> str:
    """Give `text` as an SQL string constant in ASCII, so that no client or editor can change a mark in it."""
    plain = "".join(char if " " <= char <= "~" and char not in "\\'" else f"\\{ord(char):04X}" for char in text)
    return f"U&'{plain}'"


def _seldom_sql(source: str) -> str:
    """Write what is met seldom: first what is deleted, then letter for letter, then letters that become two."""
    folded = f"translate(regexp_replace({source}, '[{DELETED_CLASS}]', '', 'g'), {_pair(SELDOM)})"
    for longer in sorted(set(LONGER.values())):
        letters = "".join(sorted(letter for letter, value in LONGER.items() if value == longer))
        folded = f"regexp_replace({folded}, {quoted(f'[{letters}]')}, {quoted(longer)}, 'g')"
    return folded


def _pair(table: dict[str, str]) -> str:
    return f"{quoted(''.join(table))}, {quoted(''.join(table.values()))}"


def _ranges(letters: str) -> str:
    r"""Give the inside of a bracket expression for `letters`, runs written as \uXXXX-\uXXXX."""
    codes = sorted({ord(letter) for letter in letters})
    runs: list[list[int]] = []
    for code in codes:
        if runs and code == runs[-1][1] + 1:
            runs[-1][1] = code
        else:
            runs.append([code, code])
    return "".join(f"\\u{low:04X}" if low == high else f"\\u{low:04X}-\\u{high:04X}" for low, high in runs)


def _fold_sql() -> str:
    """Write px_fold.

    A SQL-standard body with built-ins only, so it is safe under any search_path (restore) and is inlined into the
    statement. Collation "C" everywhere: the same answer whatever the locale of the database. The long tables are asked
    only for a text that holds one of their letters.
    """
    seldom = f"[{DELETED_CLASS}{_ranges(''.join([*SELDOM, *LONGER]))}]"
    text = '($1 COLLATE "C")'
    chosen = f"CASE WHEN {text} ~ '{seldom}' THEN {_seldom_sql(text)} ELSE {text} END"
    letters = f"translate(lower({chosen}), {_pair(COMMON)})"
    return (
        "CREATE OR REPLACE FUNCTION px_fold(text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE\n"
        f"RETURN btrim(regexp_replace({letters}, '[{BLANK_CLASS}]+', ' ', 'g'), ' ')"
    )


PX_FOLD_SQL = _fold_sql()
"""The statement that creates `px_fold(text)`. NULL gives NULL. Holds no colon and no percent sign."""
