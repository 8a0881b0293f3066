"""Promises on the page of a case: what was promised, what became of it, and promising more."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, abort
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.complaints.casework.kinds import CASES
from app.complaints.policy import Perm
from app.complaints.promises import queries, services
from app.complaints.promises.enums import TONES, PromiseState
from app.complaints.promises.forms import PromiseForm, SettleForm
from app.core.web import Answer, current_actor, page, requires, see_other
from app.core.web.panels import panel

bp = Blueprint("promises", __name__, url_prefix="/promises")

panel("complaint", 1, _l("Promises"), "promises.panel_of_complaint", Perm.PROMISE)
panel("inquiry", 1, _l("Promises"), "promises.panel_of_inquiry", Perm.PROMISE)


@bp.get("/complaint/<uuid:subject_id>")
@requires(Perm.PROMISE)
def panel_of_complaint(subject_id: UUID) -> Response:
    """Show what was promised on a complaint, and promise more."""
    return _shown("complaint", subject_id)


@bp.get("/inquiry/<uuid:subject_id>")
@requires(Perm.PROMISE)
def panel_of_inquiry(subject_id: UUID) -> Response:
    """Show what was promised on an inquiry, and promise more."""
    return _shown("inquiry", subject_id)


def _shown(case: str, case_id: UUID, answer: Answer | None = None) -> Response:
    row, promises = queries.of_case(case, case_id, actor=current_actor)
    form = answer.form if answer and isinstance(answer.form, PromiseForm) else PromiseForm(formdata=None)
    return page(
        "complaints/promises/page.html",
        part="complaints/promises/_promises.html",
        status=answer.status if answer else 200,
        case=case,
        row=row,
        promises=promises,
        answer=answer,
        form=form,
        is_open=row.status not in CASES[case].final,
        people=accounts.options_people(row.hospital_id),
        states=PromiseState,
        tones=TONES,
        case_url=f"{CASES[case].pages}{row.id}",
    )


@bp.post("/<any(complaint, inquiry):case>/<uuid:case_id>")
@requires(Perm.PROMISE)
def make(case: str, case_id: UUID) -> Response:
    """Write a promise down."""
    form = PromiseForm()
    answer = form.submit(lambda: services.make(case, case_id, form.facts(), actor=current_actor))
    if not answer.ok:
        return _shown(case, case_id, answer)
    return see_other(f"{CASES[case].pages}{case_id}", toast=_("Promise saved."))


@bp.post("/<uuid:promise_id>/end")
@requires(Perm.PROMISE)
def settle(promise_id: UUID) -> Response:
    """Say that it was done, or take it back."""
    form = SettleForm()
    if form.verb.data not in ("done", "withdraw"):
        abort(404)
    answer = form.submit(
        lambda: services.settle(
            promise_id, is_done=form.verb.data == "done", version=form.version.data or 0, actor=current_actor
        )
    )
    promise = answer.value if answer.ok else services.find(promise_id, actor=current_actor)
    if not answer.ok:
        return _shown(promise.case, promise.case_id, answer)
    return see_other(f"{CASES[promise.case].pages}{promise.case_id}", toast=_("Saved."))
