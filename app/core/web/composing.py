"""Writing on a case: one tab for each thing that can be written, each with a field and a draft of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from flask import request


@dataclass(frozen=True, slots=True)
class Tab:
    """One thing that can be written on a case."""

    code: str  # of the kind of note, or of a form of its own
    label: Any
    icon: str
    hint: Any = ""  # stands in the empty field
    help: Any = ""  # stands below it
    save: Any = ""  # on the button
    names: bool = False  # colleagues are named in it with @
    url: str = ""  # of a form of its own, which is loaded when the tab is shown


def chosen(tabs: Sequence[Tab], kind: str = "") -> str:
    """Give the code of the tab that is shown: of a text that was refused or taken (`kind`), else of the address, else the first.

    Empty where nothing can be written.
    """
    codes = [tab.code for tab in tabs]
    wanted = (each for each in (kind, request.args.get("compose", "")) if each in codes)
    return next(wanted, codes[0] if codes else "")
