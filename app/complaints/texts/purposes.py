"""Where a text module is written, and what it may be filled with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import lazy_gettext as _l


@dataclass(frozen=True, slots=True)
class Purpose:
    """A place for texts: whether the patient reads it, and on which kinds of case it stands."""

    label: Any
    is_for_patient: bool
    cases: frozenset[str]


PURPOSES: Mapping[str, Purpose] = {
    "note": Purpose(_l("Note for colleagues"), False, frozenset({"complaint", "inquiry"})),
    "message": Purpose(_l("Message to the complainant"), True, frozenset({"complaint"})),
    "resolution": Purpose(_l("Answer to a complaint"), True, frozenset({"complaint"})),
    "answer": Purpose(_l("Answer to an inquiry"), True, frozenset({"inquiry"})),
    "question": Purpose(_l("Question to who shall explain"), False, frozenset({"complaint"})),
}
PLACEHOLDERS: Mapping[str, Any] = {
    "reference": _l("number of the case"),
    "name": _l("name of who turned to us"),
    "hospital": _l("name of the hospital"),
    "department": _l("department that leads"),
    "officer": _l("name of who writes"),
}
