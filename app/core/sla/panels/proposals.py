"""Dangerous changes show what they move before they save: the same form is sent twice, the second time confirmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Response, request

from app.core.sla.recounts import Preview
from app.core.web import Answer, page, see_other

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
        if trial.value.count:
            return _moves(trial.value, back if isinstance(back, str) else request.path)
    answer = form.submit(save)
    if not answer.ok:
        return refused(answer)
    return see_other(back if isinstance(back, str) else back(answer.value), toast=toast)


def _moves(preview: Preview, back: str) -> Response:
    fields = [
        (name, value) for name, values in request.form.lists() if name not in LEFT_OUT for value in values if value
    ]
    return page("core/clocks/moves.html", preview=preview, action=request.path, fields=fields, back=back)
