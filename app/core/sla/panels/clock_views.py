"""The page that explains one clock, whatever the domain of its case."""

from __future__ import annotations

from uuid import UUID

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from flask_babel import lazy_pgettext
from sqlalchemy import select
from sqlalchemy.orm import contains_eager

from app.core.db.base import db
from app.core.errors import NotFound
from app.core.sla import extensions
from app.core.sla.explain import trace_of
from app.core.sla.kinds import KINDS
from app.core.sla.models import SlaClock, SlaExtension, SlaPause, SlaPolicy, WorkingCalendar
from app.core.sla.panels.extension_forms import VERBS, DecideForm, MoreTimeForm
from app.core.web import Answer, current_actor, names, page, see_other, signed_in

STATES = {
    "open": lazy_pgettext("more time", "Waits"),
    "granted": lazy_pgettext("more time", "Granted"),
    "refused": lazy_pgettext("more time", "Refused"),
    "withdrawn": lazy_pgettext("more time", "Taken back"),
}
TONES = {"open": "warning", "granted": "success", "refused": "danger", "withdrawn": "neutral"}

bp = Blueprint("clocks", __name__, url_prefix="/clocks")


@bp.get("/<uuid:clock_id>")
@signed_in
def show(clock_id: UUID) -> Response:
    """Explain a deadline to who may see its case; everybody else gets the answer of the case itself."""
    found = db.session.execute(  # with rule and calendar, which are at hand as long as the row is held
        select(SlaClock, SlaPolicy, WorkingCalendar)
        .outerjoin(SlaPolicy, SlaPolicy.id == SlaClock.policy_id)
        .outerjoin(WorkingCalendar, WorkingCalendar.id == SlaClock.calendar_id)
        .outerjoin(SlaClock.pauses)
        .where(SlaClock.id == clock_id)
        .order_by(SlaPause.from_at)
        .options(contains_eager(SlaClock.pauses))
    )
    row = found.unique().one_or_none()
    if row is None or row[0].kind not in KINDS:
        raise NotFound()
    clock: SlaClock = row[0]
    return _shown(clock)


def _shown(clock: SlaClock, answer: Answer | None = None) -> Response:
    kind = KINDS[clock.kind]
    case = kind.find(clock.subject_id, current_actor)
    asked = extensions.of_clock(clock.id)
    form = answer.form if answer else None
    return page(
        "core/clocks/show.html",
        status=answer.status if answer else 200,
        answer=answer,
        trace=trace_of(clock),
        case=kind.names([clock.subject_id]).get(clock.subject_id),
        kind_label=kind.label,
        asked=asked,
        may=extensions.may(clock, case, asked, current_actor),
        people=names.of("user", {each for row in asked for each in (row.asked_by_id, row.decided_by_id) if each}),
        states=STATES,
        tones=TONES,
        ask_form=form if isinstance(form, MoreTimeForm) else MoreTimeForm(formdata=None),
        decide_form=form if isinstance(form, DecideForm) else DecideForm(formdata=None),
    )


@bp.post("/<uuid:clock_id>/extensions")
@signed_in
def ask(clock_id: UUID) -> Response:
    """Ask for a later due time."""
    form = MoreTimeForm()
    answer = form.submit(lambda: extensions.ask(clock_id, form.instant(), form.reason.data or "", actor=current_actor))
    return _answered(clock_id, answer, _("Asked. A second person decides."))


@bp.post("/extensions/<uuid:extension_id>")
@signed_in
def decide(extension_id: UUID) -> Response:
    """Grant, refuse, or take one's own request back."""
    form = DecideForm()
    version, verb = form.version.data or 0, form.verb.data
    if verb not in VERBS:
        raise NotFound()

    def act() -> SlaExtension:
        if verb == "withdraw":
            return extensions.withdraw(extension_id, version=version, actor=current_actor)
        said = form.answer.data or ""
        return extensions.decide(
            extension_id, is_granted=verb == "grant", answer=said, version=version, actor=current_actor
        )

    row = db.session.get(SlaExtension, extension_id)
    if row is None:
        raise NotFound()
    return _answered(row.clock_id, form.submit(act), _("Saved."))


def _answered(clock_id: UUID, answer: Answer, toast: str) -> Response:
    if answer.ok:
        return see_other(url_for("clocks.show", clock_id=clock_id), toast=toast)
    clock = db.session.get(SlaClock, clock_id)
    if clock is None or clock.kind not in KINDS:
        raise NotFound()
    return _shown(clock, answer)
