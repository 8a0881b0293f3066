"""Filling a text module with the facts of a case, in the language of who reads it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from flask_babel import gettext as _
from sqlalchemy import select

from app.accounts import queries as accounts
from app.complaints.casework.kinds import CASES
from app.complaints.texts.models import TextModule
from app.complaints.texts.purposes import PLACEHOLDERS, PURPOSES
from app.core.access.actor import Actor
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotFound
from app.core.i18n import language as readers_language
from app.core.i18n import named
from app.notifications import placeholders
from app.organizations.models import Department, Hospital, Patient


@dataclass(frozen=True, slots=True)
class Filled:
    """A module as it would be written on a case; `text` is empty where it lacks the language that is needed."""

    module: TextModule
    text: str
    language: str


def offered(case: str, case_id: UUID, *, actor: Actor) -> tuple[Any, list[Filled]]:
    """Give a case and every text module that may be written on it, filled; at most five statements. NotFound outside the scope."""
    row = CASES[case].load(case_id, actor=actor)
    fitting = [code for code, purpose in PURPOSES.items() if case in purpose.cases]
    modules = _modules(row.hospital_id, TextModule.purpose.in_(fitting))
    facts = _Facts(row, actor)
    return row, [facts.fill(module) for module in modules]


def filled(case: str, case_id: UUID, module_id: UUID, *, actor: Actor) -> Filled:
    """Fill one module for a case. NotFound: no such case or module there. Conflict (`language`): it lacks the language."""
    row = CASES[case].load(case_id, actor=actor)
    found = _modules(row.hospital_id, TextModule.id == module_id)
    if not found or case not in PURPOSES[found[0].purpose].cases:
        raise NotFound()
    result = _Facts(row, actor).fill(found[0])
    if not result.text:
        raise Conflict(lacking(result.language), code="language")
    return result


def lacking(language: str) -> str:
    """Say that a module does not speak a language."""
    if language == "ar":
        return _("This text has no Arabic version. Write it yourself, or ask an administrator to add it.")
    return _("This text has no English version. Write it yourself, or ask an administrator to add it.")


def refuse_unfilled(text: str, field: str) -> None:
    """Refuse a text for a patient in which a placeholder still stands. Raises Invalid for `field`."""
    left = sorted(placeholders.names_in(text) & set(PLACEHOLDERS))
    if left:
        raise Invalid(**{field: _("Fill in or remove: %(names)s", names=" ".join(f"{{{name}}}" for name in left))})


def _modules(hospital_id: UUID, *where: Any) -> Sequence[TextModule]:
    here = TextModule.holds_in(hospital_id)
    query = select(TextModule).where(here, TextModule.archived_at.is_(None), *where)
    return db.session.execute(query.order_by(TextModule.purpose, TextModule.name_en, TextModule.id)).scalars().all()


class _Facts:
    """What placeholders stand for on one case, in either language."""

    def __init__(self, row: Any, actor: Actor) -> None:
        self.row = row
        self.officer = accounts.get(actor.id) if actor.id else None
        self.hospital = db.session.get(Hospital, row.hospital_id)
        self.department = db.session.get(Department, row.department_id) if row.department_id else None
        self.patient = db.session.get(Patient, row.patient_id) if row.patient_id and not row.contact_name else None

    def fill(self, module: TextModule) -> Filled:
        language = self.row.language if PURPOSES[module.purpose].is_for_patient else readers_language()
        sides = {"en": module.text_en, "ar": module.text_ar}
        text = sides[language]
        if not text and not PURPOSES[module.purpose].is_for_patient:
            text = module.text_en or module.text_ar
        return Filled(module, placeholders.render(text, self._values(language)), language)

    def _values(self, language: str) -> dict[str, str]:
        """What is not known stays as it stands, so that the writer sees it."""
        known = {
            "reference": self.row.reference,
            "name": self.row.contact_name or named(self.patient, code=language),
            "hospital": named(self.hospital, code=language),
            "department": named(self.department, code=language),
            "officer": named(self.officer, code=language),
        }
        return {name: known[name] or f"{{{name}}}" for name in PLACEHOLDERS}
