"""The words that raise red flags, declared: administrators keep those of the group and of their hospital."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.complaints.enums import RED_FLAGS
from app.complaints.flags.models import RedFlagPhrase
from app.complaints.policy import Perm
from app.complaints.rules.tokens import words_of
from app.core.errors import Invalid
from app.core.resources import Choice, Needs, Resource, Text

MOST_WORDS = 8
LANGUAGES = {"ar": "العربية", "en": "English"}


def check(values: dict[str, Any], _row: RedFlagPhrase | None) -> None:
    """Refuse what would flag every complaint (no word, one letter) and what nobody writes (a whole sentence)."""
    words = words_of(values["phrase"])
    if len("".join(words)) < 2:
        raise Invalid(phrase=_("Write at least one word of two letters."))
    if len(words) > MOST_WORDS:
        raise Invalid(phrase=_("A phrase has at most %(most)s words.", most=MOST_WORDS))


PHRASES = Resource(
    path="red_flag_phrases",
    domain="complaints",
    subject="red_flag_phrase",
    model=RedFlagPhrase,
    title=_l("Red-flag words"),
    singular=_l("Red-flag word"),
    note=_l(
        "Whole words and phrases, however they are spelled. A complaint that holds one rings for the whole office. A change "
        "takes effect within a minute."
    ),
    icon="flag",
    api="/api/complaints/red_flag_phrases/",
    needs=Needs(read=Perm.FLAG_READ, write=Perm.FLAG_WRITE),
    fields=(
        Text("phrase", _l("Word or phrase"), required=True, fixed=True, most=80),
        Choice("flag", _l("Red flag"), required=True, fixed=True, listed=True, options=RED_FLAGS),
        Choice("language", _l("Language"), required=True, listed=True, options=LANGUAGES),
    ),
    key="phrase",
    unique_with=("flag",),
    order=("phrase", "flag", "id"),
    label=lambda row: row.phrase,
    filters=("flag", "language", "hospital_id"),
    validate=check,
    imports=False,  # an import finds its rows by one key, and a phrase may raise two flags
)
