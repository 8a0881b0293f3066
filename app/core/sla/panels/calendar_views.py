"""The control panel of working calendars under /admin/calendars/."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _

from app.core.access.policy import can, can_on, can_reach_hospital
from app.core.errors import NotFound
from app.core.events import timeline
from app.core.sla import calendar_changes as changes
from app.core.sla import calendar_edits as edits
from app.core.sla.calendars import parsed
from app.core.sla.models import WorkingCalendar
from app.core.sla.panels.calendar_forms import (
    CalendarForm,
    EntryForm,
    NewCalendarForm,
    ProposalForm,
    WeekForm,
    YearForm,
    typed_windows,
)
from app.core.sla.panels.proposals import propose
from app.core.sla.panels.week_grid import form_rows, grid_of
from app.core.sla.policy import Perm
from app.core.time import clock
from app.core.web import Answer, current_actor, names, page, requires, see_other

bp = Blueprint("calendars", __name__, url_prefix="/admin/calendars")

PART = "any(holidays, periods)"


@bp.get("/")
@requires(Perm.CALENDAR_READ)
def listed() -> Response:
    """List the calendars of the group and of the reader's hospitals."""
    rows = changes.listed(actor=current_actor)
    return page(
        "core/calendars/list.html",
        rows=[(row, parsed(row), grid_of(parsed(row).week)) for row in rows],
        hospitals=names.of("hospital", [row.hospital_id for row in rows]),
        may_write=can(current_actor, Perm.CALENDAR_WRITE),
    )


@bp.get("/new")
@requires(Perm.CALENDAR_WRITE)
def new() -> Response:
    """Show the form of a new calendar."""
    return _new(NewCalendarForm())


@bp.post("/")
@requires(Perm.CALENDAR_WRITE)
def create() -> Response:
    """Make a calendar, which begins as a copy of the one that holds so far."""
    form = NewCalendarForm()
    answer = form.submit(
        lambda: changes.create(hospital_id=form.hospital_id.data, facts=form.facts(), actor=current_actor)
    )
    if not answer.ok:
        return _new(form, answer.status)
    return see_other(_address(answer.value.id), toast=_("Calendar made."))


def _new(form: NewCalendarForm, status: int = 200) -> Response:
    return page(
        "core/calendars/new.html",
        form=form,
        hospitals=names.options("hospital", current_actor),
        may_write_group=can_reach_hospital(current_actor, Perm.CALENDAR_WRITE, None),
        status=status,
    )


@bp.get("/<uuid:calendar_id>")
@requires(Perm.CALENDAR_READ)
def show(calendar_id: UUID) -> Response:
    """Show a calendar: its week, holidays, periods, and what happened to it."""
    return _show(calendar_id)


@bp.post("/<uuid:calendar_id>")
@requires(Perm.CALENDAR_WRITE)
def save(calendar_id: UUID) -> Response:
    """Rename a calendar, or make it the default."""
    form = CalendarForm()
    given: dict[str, Any] = {"version": form.version.data or 0, "actor": current_actor}
    return propose(
        form,
        preview=lambda: changes.preview_facts(calendar_id, form.facts(), **given),
        save=lambda: changes.rename(calendar_id, form.facts(), **given),
        back=_address(calendar_id),
        toast=_("Calendar saved."),
        refused=lambda answer: _show(calendar_id, form, answer),
    )


@bp.get("/<uuid:calendar_id>/week")
@requires(Perm.CALENDAR_WRITE)
def week(calendar_id: UUID) -> Response:
    """Show the form of the weekly hours."""
    row = changes.get(calendar_id, actor=current_actor)
    hours = parsed(row)
    form = WeekForm(version=row.version, zone=hours.zone, is_always_open=hours.is_always_open)
    return _week(row, form, hours.week)


@bp.post("/<uuid:calendar_id>/week")
@requires(Perm.CALENDAR_WRITE)
def save_week(calendar_id: UUID) -> Response:
    """Save the weekly hours."""
    form = WeekForm()

    def edit(hours: Any) -> Any:
        return edits.with_week(hours, form.week(), is_always_open=bool(form.is_always_open.data), zone=form.zone.data)

    def refused(answer: Answer) -> Response:
        return _week(changes.get(calendar_id, actor=current_actor), form, typed_windows(), answer)

    return _propose(calendar_id, form, edit, "week", _("Hours saved."), refused)


@bp.get(f"/<uuid:calendar_id>/<{PART}:part>/new")
@requires(Perm.CALENDAR_WRITE)
def new_entry(calendar_id: UUID, part: str) -> Response:
    """Show the form of a new holiday or period."""
    row = changes.get(calendar_id, actor=current_actor)
    return _entry(row, part, None, EntryForm(version=row.version), parsed(row).week)


@bp.post(f"/<uuid:calendar_id>/<{PART}:part>/")
@requires(Perm.CALENDAR_WRITE)
def add_entry(calendar_id: UUID, part: str) -> Response:
    """Add a holiday or a period."""
    form = EntryForm()

    def edit(hours: Any) -> Any:
        if part == "holidays":
            return edits.with_day(hours, form.span())
        return edits.with_period(hours, form.span(), form.week())

    return _propose(calendar_id, form, edit, part, _("Days added."), _entry_refused(calendar_id, part, None, form))


@bp.get(f"/<uuid:calendar_id>/<{PART}:part>/<int:place>")
@requires(Perm.CALENDAR_WRITE)
def entry(calendar_id: UUID, part: str, place: int) -> Response:
    """Show the form of a holiday or period."""
    row = changes.get(calendar_id, actor=current_actor)
    found = _at(row, part, place)
    form = EntryForm(
        version=row.version, name_en=found.name_en, name_ar=found.name_ar, first=found.first, last=found.last
    )
    return _entry(row, part, place, form, getattr(found, "week", {}))


@bp.post(f"/<uuid:calendar_id>/<{PART}:part>/<int:place>")
@requires(Perm.CALENDAR_WRITE)
def save_entry(calendar_id: UUID, part: str, place: int) -> Response:
    """Move or rename a holiday or period, which confirms it."""
    form = EntryForm()

    def edit(hours: Any) -> Any:
        if part == "holidays":
            return edits.with_changed_day(hours, place, form.span())
        return edits.with_changed_period(hours, place, form.span(), form.week())

    return _propose(calendar_id, form, edit, part, _("Days saved."), _entry_refused(calendar_id, part, place, form))


@bp.post(f"/<uuid:calendar_id>/<{PART}:part>/<int:place>/confirmation")
@requires(Perm.CALENDAR_WRITE)
def confirm(calendar_id: UUID, part: str, place: int) -> Response:
    """Confirm a computed date as it stands."""
    return _propose_on_page(
        calendar_id,
        lambda hours: edits.confirmed(hours, part, place),
        part,
        _("Confirmed: these days are certain now."),
    )


@bp.post(f"/<uuid:calendar_id>/<{PART}:part>/<int:place>/removal")
@requires(Perm.CALENDAR_WRITE)
def remove(calendar_id: UUID, part: str, place: int) -> Response:
    """Remove a holiday or a period."""
    return _propose_on_page(calendar_id, lambda hours: edits.without(hours, part, place), part, _("Days removed."))


@bp.post("/<uuid:calendar_id>/years")
@requires(Perm.CALENDAR_WRITE)
def add_year(calendar_id: UUID) -> Response:
    """Add the Saudi holidays and Ramadan of a year, as provisional."""
    form = YearForm()
    year = form.year.data or 0
    return _propose(
        calendar_id,
        form,
        lambda hours: edits.with_saudi_year(hours, year),
        "year",
        _("The days of %(year)s were added. Confirm them when they are announced.", year=year),
        lambda answer: _show(calendar_id, None, answer),
    )


@bp.post("/<uuid:calendar_id>/archive")
@requires(Perm.CALENDAR_WRITE)
def archive(calendar_id: UUID) -> Response:
    """Take a calendar out of use."""
    form = ProposalForm()
    answer = form.submit(lambda: changes.archive(calendar_id, version=form.version.data, actor=current_actor))
    if not answer.ok:
        return _show(calendar_id, None, answer)
    return see_other(url_for("calendars.listed"), toast=_("Calendar archived."))


def _address(calendar_id: UUID) -> str:
    return url_for("calendars.show", calendar_id=calendar_id)


def _at(row: WorkingCalendar, part: str, place: int) -> Any:
    listed = getattr(parsed(row), part)
    if not 0 <= place < len(listed):
        raise NotFound()
    return listed[place]


def _propose_on_page(calendar_id: UUID, edit: changes.Edit, part: str, toast: str) -> Response:
    return _propose(calendar_id, ProposalForm(), edit, part, toast, lambda answer: _show(calendar_id, None, answer))


def _propose(calendar_id: UUID, form: Any, edit: changes.Edit, what: str, toast: str, refused: Any) -> Response:
    given: dict[str, Any] = {"version": form.version.data or 0, "actor": current_actor}
    return propose(
        form,
        preview=lambda: changes.preview_edit(calendar_id, edit, **given),
        save=lambda: changes.change(calendar_id, edit, what=what, **given),
        back=_address(calendar_id),
        toast=toast,
        refused=refused,
    )


def _entry_refused(calendar_id: UUID, part: str, place: int | None, form: EntryForm) -> Any:
    def refused(answer: Answer) -> Response:
        return _entry(changes.get(calendar_id, actor=current_actor), part, place, form, typed_windows(), answer)

    return refused


def _show(calendar_id: UUID, form: Any = None, answer: Answer | None = None) -> Response:
    row = changes.get(calendar_id, actor=current_actor)
    hours = parsed(row)
    return page(
        "core/calendars/show.html",
        calendar=row,
        hours=hours,
        grid=grid_of(hours.week),
        periods=[(each, grid_of(each.week)) for each in hours.periods],
        form=form or CalendarForm(obj=row, formdata=None),
        answer=answer,
        may_write=can_on(current_actor, Perm.CALENDAR_WRITE, row),
        hospital=names.of("hospital", [row.hospital_id]).get(row.hospital_id) if row.hospital_id else None,
        next_year=max([each.first.year for each in hours.holidays] or [clock.now().year - 1]) + 1,
        today=clock.local_day(clock.now(), hours.zone),
        entries=timeline.of_subject(row.id, actor=current_actor)[:10],
        status=answer.status if answer else 200,
    )


def _week(row: WorkingCalendar, form: WeekForm, typed: Any, answer: Answer | None = None) -> Response:
    return page(
        "core/calendars/week.html",
        calendar=row,
        form=form,
        days=form_rows(typed),
        status=answer.status if answer else 200,
    )


def _entry(
    row: WorkingCalendar, part: str, place: int | None, form: EntryForm, typed: Any, answer: Answer | None = None
) -> Response:
    return page(
        "core/calendars/entry.html",
        calendar=row,
        sort=part,
        place=place,
        form=form,
        days=form_rows(typed) if part == "periods" else [],
        status=answer.status if answer else 200,
    )
