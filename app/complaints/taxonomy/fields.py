"""The fields of a class: how each is read from a file, a form and the API, and what may be wrong with it."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.core.errors import Invalid
from app.core.resources.fields import Code, Field, Text, bilingual
from app.core.resources.problems import problem_of

FIELDS: tuple[Field, ...] = (
    Code("code", _l("Code"), required=True, most=24),
    Code("domain_code", _l("Code of the domain"), required=True, most=8),
    *bilingual("domain", _l("Domain in English"), _l("Domain in Arabic"), required=True),
    *bilingual("category", _l("Category in English"), _l("Category in Arabic"), required=True),
    *bilingual("subcategory", _l("Subcategory in English"), _l("Subcategory in Arabic"), required=True),
    Text("name_ar", _l("Classification in Arabic"), required=True, aliases=("classification_ar",)),
    Text("name_en", _l("Classification in English"), required=True, aliases=("classification_en",)),
    Code("source", _l("Where its words are from"), most=12),
)
BY_NAME = {each.name: each for each in FIELDS}
ORIGINS: dict[str, Any] = {
    "found": _l("Published text"),  # the English words were read in the original
    "hcat": _l("HCAT list"),  # the concept stands in the list of Gillespie and Reader
    "expert": "PX360",
}
Facts = dict[str, str]


def origin_of(code: str) -> Any:
    """Say for readers where the words of a class are from; a code that an administrator made up says itself."""
    return ORIGINS.get(code, code)


def cleaned(given: dict[str, Any]) -> Facts:
    """Give the named facts of a class as they are stored. Invalid: one message for each field at fault."""
    clean: Facts = {}
    wrong: dict[str, Any] = {}
    for name, value in given.items():
        try:
            clean[name] = BY_NAME[name].clean(value)
        except ValueError as error:
            wrong[name] = problem_of(error)[1]
    if wrong:
        raise Invalid(**wrong)
    return clean
