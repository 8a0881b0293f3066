"""Dangerous changes show what they move before they save: the same form is sent twice, the second time confirmed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any
from uuid import UUID

from flask import Response, request
from flask_babel import gettext as _

from app.core.sla.recounts import Move, Preview
from app.core.sla.words import people_of, rung_label
from app.core.web import Answer, names, page, see_other

LEFT_OUT = frozenset({"csrf_token", "confirmed"})


def propose(
    form: Any,
    *,
    preview: Callable[[], Preview],
    save: Callable[[], Any],
    back: str | Callable[[Any], str],
    toast: Any,
    refused: Callable[[Answer], Response],
) -> Response:
    """Show the open clocks that would move; save at once when there are none, or when the person has confirmed."""
    if not form.confirmed.data:
        trial = form.submit(preview)
        if not trial.ok:
            return refused(trial)
        if trial.value.count or trial.value.ladders:
            return _moves(trial.value, back if isinstance(back, str) else request.path)
    answer = form.submit(save)
    if not answer.ok:
        return refused(answer)
    return see_other(back if isinstance(back, str) else back(answer.value), toast=toast)


def _moves(preview: Preview, back: str) -> Response:
    fields = [
        (name, value) for name, values in request.form.lists() if name not in LEFT_OUT for value in values if value
    ]
    people = names.of("user", people_of(rung["to"] for each in preview.moves for rung in _rungs_of(each)))
    told = [
        tuple(
            _(", ").join(_rung(rung, people) for rung in rungs) or "–"
            for rungs in (each.rungs_before, each.rungs_after)
        )
        for each in preview.moves
    ]
    return page("core/clocks/moves.html", preview=preview, told=told, action=request.path, fields=fields, back=back)


def _rungs_of(move: Move) -> Iterable[dict[str, Any]]:
    return (*move.rungs_before, *move.rungs_after)


def _rung(rung: dict[str, Any], people: Mapping[UUID, str]) -> str:
    who = rung_label(rung["to"], people)
    if not rung["after_minutes"]:
        return who
    hours = _("%(count)s h", count=f"{rung['after_minutes'] / 60:g}")
    if rung["in"]:
        return _("%(who)s after %(hours)s of working time", who=who, hours=hours)
    return _("%(who)s after %(hours)s", who=who, hours=hours)
