"""Pages of administrators over the event log: the audit trail and the deliveries that are stuck."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Flask, Response, request, stream_with_context, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app.core.access.actor import ActorKind, acting_as
from app.core.events import audit, deliveries
from app.core.events.models import EventLog
from app.core.events.subjects import SUBJECTS, label_of, url_of
from app.core.events.timeline import ICONS, LABELS
from app.core.health import Perm
from app.core.i18n import in_language, language
from app.core.time import clock
from app.core.web import current_actor, menu, names, page, requires, see_other
from app.core.web.sheets import guarded

bp = Blueprint("audit", __name__, url_prefix="/admin")

ARGUMENTS = ("actor", "kind", "subject_type", "subject", "hospital", "first", "last")
HEADINGS = ("at", "kind", "subject_type", "subject_id", "hospital_id", "actor_kind", "actor_id", "actor", "request_id")


@bp.get("/audit/")
@requires(Perm.AUDIT)
def listed() -> Response:
    """List what happened, newest first, narrowed by the address."""
    filters = filters_of(request.args)
    found = audit.list_page(filters, actor=current_actor, key=request.args.get("after"))
    kept: dict[str, Any] = {name: value for name in ARGUMENTS if (value := request.args.get(name))}
    return page(
        "core/audit/list.html",
        part="core/audit/_rows.html",
        rows=found.rows,
        people=names.of("user", [row.actor_id for row in found.rows]),
        hospitals=names.of("hospital", [row.hospital_id for row in found.rows]),
        labels=LABELS,
        icons=ICONS,
        label_of=label_of,
        next_url=f"{request.path}?{urlencode({**kept, 'after': found.next_key})}" if found.next_key else None,
        filters=filters,
        kept=kept,
        chips=_chips(filters, kept),
        kinds=audit.kinds(),
        subject_types=[(each.code, each.label) for each in SUBJECTS.values()],
        hospital_options=names.options("hospital", current_actor),
        chain=audit.chain_state(),
        export_url=url_for("audit.export", **kept),
    )


def filters_of(given: Any) -> audit.Filters:
    """Read the filters of an address; what is none narrows nothing."""
    return audit.Filters(
        actor_id=_uuid(given.get("actor")),
        kind=(given.get("kind") or "")[:80],
        subject_type=(given.get("subject_type") or "")[:40],
        subject_id=_uuid(given.get("subject")),
        hospital_id=_uuid(given.get("hospital")),
        first=_date(given.get("first")),
        last=_date(given.get("last")),
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None


def _date(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def _chips(filters: audit.Filters, kept: dict[str, str]) -> list[dict[str, str]]:
    """The filters that no control of the bar shows: a person, and one subject."""
    shown = []
    if filters.actor_id:
        name = names.of("user", [filters.actor_id]).get(filters.actor_id, str(filters.actor_id))
        shown.append(("actor", _("Person"), name))
    if filters.subject_id:
        shown.append(("subject", _("Subject"), str(filters.subject_id)))
    return [
        {
            "label": label,
            "value": value,
            "remove": f"{request.path}?{urlencode({key: text for key, text in kept.items() if key != name})}",
        }
        for name, label, value in shown
    ]


@bp.get("/audit/<uuid:event_id>")
@requires(Perm.AUDIT)
def show(event_id: UUID) -> Response:
    """Show one event: who, what, and each field before and after."""
    row = audit.get(event_id, actor=current_actor)
    data = {name: value for name, value in row.data.items() if not name.startswith("_")}
    return page(
        "core/audit/show.html",
        event=row,
        label=LABELS.get(row.kind, row.kind),
        subject_label=label_of(row.subject_type),
        subject_url=url_of(row.subject_type, row.subject_id),
        who=names.of("user", [row.actor_id]).get(row.actor_id) if row.actor_id else None,
        reason=_reason(row),
        hospital=names.of("hospital", [row.hospital_id]).get(row.hospital_id) if row.hospital_id else None,
        data=[(name, value if isinstance(value, str) else json.dumps(value)) for name, value in data.items()],
        changes=audit.changes_of(row, actor=current_actor),
    )


OWN_REASONS = frozenset({ActorKind.SYSTEM, ActorKind.TOKEN})  # these act for a reason that is PX360's own


def _reason(row: EventLog) -> str:
    """Tell why something was done: what PX360 gives as its own reason has a translation, a person's words stay theirs."""
    reason: str = row.data.get("_reason", "")
    return _(reason) if reason and row.actor_kind in OWN_REASONS else reason


@bp.get("/audit/export")
@requires(Perm.AUDIT)
def export() -> Response:
    """Give what the list shows as CSV; the export itself is recorded."""
    audit.note_export(actor=current_actor)
    lines = _lines(filters_of(request.args), current_actor._get_current_object(), language())  # type: ignore[attr-defined]
    response = Response(stream_with_context(lines), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="audit-{clock.now():%Y%m%d-%H%M}.csv"'
    return response


def _lines(filters: audit.Filters, actor: Any, code: str) -> Iterator[str]:
    yield "\ufeff" + _csv(HEADINGS)  # spreadsheets read UTF-8 only when told
    for rows in audit.all_rows(filters, actor=actor):
        with in_language(code), acting_as(actor):  # the answer is streamed after the request's own scope has ended
            people = names.of("user", [row.actor_id for row in rows])
        yield "".join(_csv(_cells(row, people)) for row in rows)


def _cells(row: EventLog, people: Any) -> list[str]:
    given = (row.at.isoformat(), row.kind, row.subject_type, row.subject_id, row.hospital_id)
    by = (row.actor_kind, row.actor_id, people.get(row.actor_id), row.request_id)
    return [guarded("" if value is None else str(value)) for value in (*given, *by)]


def _csv(cells: Any) -> str:
    buffer = io.StringIO()
    csv.writer(buffer).writerow(cells)
    return buffer.getvalue()


@bp.get("/deliveries/")
@requires(Perm.DELIVERIES)
def parked() -> Response:
    """List the deliveries that are stuck."""
    rows, next_key = deliveries.list_parked(actor=current_actor, key=request.args.get("after"))
    return page(
        "core/audit/deliveries.html",
        rows=rows,
        labels=LABELS,
        label_of=label_of,
        url_of=url_of,
        next_url=f"{request.path}?{urlencode({'after': next_key})}" if next_key else None,
    )


@bp.post("/deliveries/<uuid:delivery_id>/release")
@requires(Perm.DELIVERIES)
def release(delivery_id: UUID) -> Response:
    """Try a stuck delivery again."""
    deliveries.release(delivery_id, actor=current_actor)
    return see_other(url_for("audit.parked"), toast=_("It is tried again now."))


@bp.post("/deliveries/<uuid:delivery_id>/skip")
@requires(Perm.DELIVERIES)
def skip(delivery_id: UUID) -> Response:
    """Give a stuck delivery up."""
    deliveries.skip(delivery_id, actor=current_actor)
    return see_other(url_for("audit.parked"), toast=_("Skipped. What waits behind it goes on."))


def init_app(app: Flask) -> None:
    """Add the addresses and their lines of the side bar."""
    audit.init_words()
    app.register_blueprint(bp)
    menu.line("admin", 90, _l("Audit log"), "audit.listed", "history", Perm.AUDIT)
    menu.line("admin", 95, _l("Health"), "health.page", "heartbeat", Perm.HEALTH)
