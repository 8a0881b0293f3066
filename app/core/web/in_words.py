"""The values of a form's fields as people read them: words of choices, names of ids, dates."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from wtforms import Field, SelectFieldBase

from app.core.i18n import day, moment, select_zone
from app.core.web import names

SORTS = {"assignee": "user", "assignee_id": "user"}  # whose names the ids of a field are, where its name does not say


def sort_of(name: str) -> str:
    """Give whose names the ids of a field are, as `names.of` knows them."""
    return SORTS.get(name, name.removesuffix("_id"))


def said(field: Field | None, value: Any, name: str = "") -> str:
    """Give a value as people read it; `field` gives the words of its choices, its name (or `name`) whose id a value is."""
    if value is None or value == "":
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, (list, tuple, set, frozenset)):
        return ", ".join(said(field, each, name) for each in value)
    if isinstance(field, SelectFieldBase) and not isinstance(value, UUID):
        return str(_labels(field).get(str(value), value))
    if isinstance(value, UUID):
        return names.of(sort_of(name or getattr(field, "name", "")), [value]).get(value, _("another choice"))
    if isinstance(value, datetime):
        return moment(value if value.tzinfo else value.replace(tzinfo=ZoneInfo(select_zone())))
    if isinstance(value, date):
        return day(value)
    if isinstance(value, float):
        return f"{value:g}"
    return str(value).replace("\r\n", "\n").strip()


def _labels(field: Any) -> Mapping[str, Any]:
    return {str(choice[0]): choice[1] for choice in field.iter_choices()}
