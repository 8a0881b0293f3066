"""Text modules, declared: administrators keep those of the group and of their hospital."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.policy import Perm
from app.complaints.texts.models import TextModule
from app.complaints.texts.purposes import PLACEHOLDERS, PURPOSES
from app.core.errors import Invalid
from app.core.resources import Choice, Code, LongText, Needs, Resource, bilingual
from app.notifications import placeholders

WRONG = {
    "unknown": lambda about: _("There is no placeholder {%(name)s}.", name=about),
    "brace": lambda about: _("A brace stands alone: %(text)s", text=about),
    "one_side": lambda about: _("{%(name)s} stands in one language only.", name=about),
}


def check(values: dict[str, Any], _row: TextModule | None) -> None:
    """Refuse a module without any text, with braces that mean nothing, or whose two sides name different facts."""
    english, arabic = values.get("text_en") or "", values.get("text_ar") or ""
    if not english and not arabic:
        raise Invalid(text_ar=_("Write the text in at least one language."))
    found = placeholders.problems(english or arabic, arabic or english, PLACEHOLDERS)
    if found:
        said = " ".join(dict.fromkeys(WRONG[code](about) for code, about in found))
        raise Invalid(**{"text_en" if english else "text_ar": said})


TEXTS = Resource(
    path="text_modules",
    domain="complaints",
    subject="text_module",
    model=TextModule,
    title=_l("Text modules"),
    singular=_l("Text module"),
    note=_l("What the office writes again and again. One language may stay empty; who needs that one is then told so."),
    icon="template",
    api="/api/complaints/text_modules/",
    needs=Needs(read=Perm.TEXT_READ, write=Perm.TEXT_WRITE),
    fields=(
        Code("code", _l("Code"), required=True, listed=True),
        *bilingual("name", _l("Name in English"), _l("Name in Arabic"), required=True),
        Choice(
            "purpose",
            _l("Where it is written"),
            required=True,
            listed=True,
            options={code: purpose.label for code, purpose in PURPOSES.items()},
        ),
        LongText(
            "text_en",
            _l("Text in English"),
            help=_l("{reference}, {name}, {hospital}, {department} and {officer} are filled in."),
        ),
        LongText("text_ar", _l("Text in Arabic")),
    ),
    key="code",
    order=("name_en", "name_ar", "code"),
    filters=("purpose", "hospital_id"),
    validate=check,
)
