"""A form that was too late: what stands there now beside what was written, and one button to send it anew or to leave it.

`Form.submit` raises `StaleEdit` for every form that carries a version; this page answers it once for all of them. Nothing typed
is lost: texts can still be changed beside the other's, everything else travels along hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from flask import Flask, Response, make_response, render_template, request
from sqlalchemy import inspect
from wtforms import BooleanField, Field, StringField, TextAreaField
from wtforms.widgets import HiddenInput

from app.core.web import missed
from app.core.web.forms import StaleEdit, UuidField
from app.core.web.in_words import said
from app.core.web.pages import is_fragment_request, safe_target

BACK = "px_back"  # where the form stood; travels along where it is late twice
NOT_MINE = frozenset({"csrf_token", "version", BACK})


@dataclass(frozen=True, slots=True)
class Side:
    """One field: what stands there now (None: it is no fact of the record), and what was written."""

    name: str
    label: Any
    theirs: str | None
    mine: str
    is_text: bool
    is_long: bool


def sides_of(form: Any, current: Any) -> list[Side]:
    """Give the fields in which the form and the record as it is now differ, in the form's order."""
    now, found = _now(form, current), []
    for field in _asked(form, now):
        there = now.get(field.name)
        mine, theirs = said(field, field.data), said(field, there)
        if (mine == theirs and not isinstance(there, UUID)) or field.data == there:
            continue
        is_text = isinstance(field, StringField) and not isinstance(field, UuidField)
        is_long = isinstance(field, TextAreaField)
        known = theirs if field.name in now else None
        found.append(Side(field.name, field.label.text, known, mine, is_text, is_long))
    return found


def _now(form: Any, current: Any) -> Mapping[str, Any]:
    """Give what stands in the record, by the names of the form's fields, as far as it has them."""
    if form.stands_there is not None:
        return dict(form.stands_there(current))
    columns = {each.key for each in inspect(type(current)).column_attrs}
    named = {
        field.name: next((each for each in (field.name, f"{field.name}_id") if each in columns), "") for field in form
    }
    return {name: getattr(current, column) for name, column in named.items() if column}


def _asked(form: Any, now: Mapping[str, Any]) -> Iterable[Field]:
    """Only the fields that were sent; what is ticked or not is never sent where it is not."""
    for field in form:
        if field.name in NOT_MINE or isinstance(field.widget, HiddenInput):
            continue
        if field.name in request.form or (isinstance(field, BooleanField) and field.name in now):
            yield field


def _fields_to_keep(sides: Iterable[Side]) -> list[tuple[str, str]]:
    """What travels along hidden: all that was sent but the texts, which stand on the page."""
    shown = {side.name for side in sides if side.is_text}
    return [
        (name, value)
        for name, values in request.form.lists()
        if name not in NOT_MINE and name not in shown
        for value in values
    ]


def answered(problem: StaleEdit) -> Response:
    """Show both versions (409)."""
    current, form = problem.current, problem.form
    sides = sides_of(form, current)
    back = request.form.get(BACK) or urlsplit(request.referrer or "").path
    context = {
        "sides": sides,
        "kept": _fields_to_keep(sides),
        "version": current.version,
        "acts": missed.acts_of(form, current, form.version.data or 0),
        "action": request.full_path.rstrip("?"),
        "back": safe_target(back),
    }
    if is_fragment_request():
        response = make_response(render_template("errors/_stale.html", **context), 409)
        response.headers["HX-Retarget"], response.headers["HX-Reswap"] = "#main", "innerHTML"
    else:
        response = make_response(render_template("errors/stale.html", **context), 409)
    response.vary.add("HX-Request")
    return response


def init_app(app: Flask) -> None:
    """Answer forms that were too late."""
    app.register_error_handler(StaleEdit, answered)
