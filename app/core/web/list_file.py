"""A queue as a file: exactly the rows that its filters show this reader, masked as the reader sees them, streamed in parts.

A domain declares a `ListFile` and gives it two addresses: one asks what kind of file and what for, one gives it.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from flask import Response, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import SelectField

from app.core import throttle
from app.core.access.actor import Actor, acting_as
from app.core.access.policy import can
from app.core.db import command, db
from app.core.errors import Invalid
from app.core.events import Change, record
from app.core.events.lists import ListExported
from app.core.i18n import in_language, language, select_zone
from app.core.time import clock
from app.core.web import sheets
from app.core.web.doors import current_actor
from app.core.web.forms import Form, LineField
from app.core.web.pages import page

PART = 500


@dataclass(frozen=True, slots=True)
class Column:
    """A column: its heading, what stands in the cell, and whether it tells who a patient is or what they said.

    `code` names the column of the queue in which the same stands; empty where the queue shows it nowhere.
    """

    label: Any
    value: Callable[[Any], Any]
    is_personal: bool = False
    code: str = ""


class ExportForm(Form):
    """What kind of file, with which columns, and what for."""

    kind = SelectField(_l("Kind of file"), choices=[("xlsx", "Excel (XLSX)"), ("csv", "CSV")], default="xlsx")
    columns = SelectField(
        _l("Columns"),
        choices=[("shown", _l("Those that the queue shows")), ("all", _l("All that the file has"))],
        default="all",  # of who names none; the page offers those that are shown
    )
    reason = LineField(_l("What is the file for?"), most=200)


@dataclass(frozen=True, slots=True)
class ListFile:
    """What is particular to the file of one queue; `list_page(filters, actor=, key=, limit=)` gives its pages by key."""

    name: str  # of the file and of its sheet
    title: Any  # of the page that asks
    queue: Any  # the words of the queue
    queue_endpoint: str
    take_endpoint: str
    columns: Sequence[Column]
    list_page: Callable[..., Any]
    event: type[ListExported]
    identifies: str  # the right to know who the patients are
    may_name: str = ""  # the right whose holders get texts that may name a patient; empty: `identifies` alone
    within: Callable[[], AbstractContextManager[None]] = nullcontext  # what each part of the file is written in
    # codes of what the queue shows this reader; None: it has no columns to choose from, and the file has all of its own
    shown: Callable[[Actor], Collection[str]] | None = None

    def asked(self, form: ExportForm | None = None, status: int = 200) -> Response:
        """Give the page that asks what kind of file, and what for."""
        return page(
            "core/list_file.html",
            status=status,
            file=self,
            form=form or ExportForm(formdata=None, columns="shown"),
            names_patients=self.names_patients(current_actor),
            query=request.query_string.decode(),
        )

    def names_patients(self, actor: Actor) -> bool:
        """Tell whether the file that this actor gets may name patients, so that it says so and asks what it is for."""
        return can(actor, self.may_name or self.identifies)

    def taken(self, filters: Any) -> Response:
        """Give exactly the rows that the queue shows with these filters, in its order, or the page with what is wrong."""
        throttle.hit("export.actor", str(current_actor.id))
        form = ExportForm()
        actor = current_actor._get_current_object()  # type: ignore[attr-defined]
        codes = self.shown(actor) if self.shown and form.columns.data == "shown" else None
        answer = form.submit(
            lambda: self.answer(filters, form.kind.data or "", form.reason.data or "", codes=codes, actor=actor)
        )
        if not answer.ok:
            return self.asked(form, answer.status)
        given: Response = answer.value
        return given

    def answer(
        self, filters: Any, kind: str, reason: str, *, codes: Collection[str] | None = None, actor: Actor
    ) -> Response:
        """Give the file, with the columns of these codes (None: all).

        Invalid: no such kind of file, or no `reason` where the file may name patients.
        """
        names_patients, identifies = self.names_patients(actor), can(actor, self.identifies)
        _note(self, filters, kind, reason, names_patients=names_patients, actor=actor)
        told = [each for each in self.columns if identifies or not each.is_personal]
        columns = [each for each in told if codes is None or each.code in codes]
        zone = ZoneInfo(select_zone())
        day = _cell(clock.now(), zone)
        taken = _("Taken out on %(day)s by %(name)s: %(reason)s", day=day, name=actor.name, reason=reason)
        above = [[_("Confidential: it names patients."), taken]] if names_patients else []
        header = [str(each.label) for each in columns]
        return sheets.answer(self.name, header, self.rows(filters, columns, actor, language(), zone), kind, above=above)

    def rows(
        self, filters: Any, columns: Sequence[Column], actor: Actor, code: str, zone: ZoneInfo
    ) -> Iterator[list[str]]:
        """Read on from the last row, so that memory stays small; it is sent after the request's own scope has ended."""
        key: str | None = None
        while True:
            with acting_as(actor), in_language(code), self.within():
                part = self.list_page(filters, actor=actor, key=key, limit=PART)
                lines = [[_cell(each.value(row), zone) for each in columns] for row in part.rows]
            db.session.expunge_all()
            yield from lines
            if part.next_key is None:
                return
            key = part.next_key


@command
def _note(file: ListFile, filters: Any, kind: str, reason: str, *, names_patients: bool, actor: Actor) -> None:
    """Record who takes what out and why, before a row of it leaves. Invalid."""
    wrong: dict[str, Any] = {}
    if kind not in sheets.KINDS:
        wrong["kind"] = _("Choose one of the listed codes.")
    if names_patients and not reason.strip():
        wrong["reason"] = _("Say what the file is for: it names patients.")
    if wrong:
        raise Invalid(**wrong)
    subject: UUID | None = actor.id
    assert subject is not None
    codes = tuple(f"{name}={value}" for name, value in filters.as_args().items() if name != "q")
    event = file.event(subject, actor.only_hospital_id, kind, names_patients, codes)
    record(event, actor=actor, change=Change({"reason": (None, reason.strip())}) if reason.strip() else None)


def _cell(value: Any, zone: ZoneInfo) -> str:
    if value is None:
        return ""
    return value.astimezone(zone).strftime("%Y-%m-%d %H:%M") if isinstance(value, datetime) else str(value)
