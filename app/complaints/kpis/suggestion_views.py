"""Pages that measure suggestions: how many of a kind came to which end, how often they were right, and which these were."""

from __future__ import annotations

from typing import Any

from flask import Response, abort, request, url_for
from flask_babel import gettext as _

from app.complaints.enums import SUGGESTED, SUGGESTION_STATES
from app.complaints.kpis import months, suggestion_counts
from app.complaints.kpis.suggestion_counts import BANDS, FEWEST, KINDS, STATES, Tallies
from app.complaints.kpis.views import bp, frame, is_open, wanted_of
from app.complaints.policy import Perm
from app.complaints.suggestions.queries import choices_in_words, in_words
from app.core.access.policy import can
from app.core.i18n import number
from app.core.web import current_actor, page, queues, requires

HERE, RECORDS = "kpis.suggestions", "kpis.suggestion_records"


@bp.get("/suggestions")
@requires(Perm.KPI_READ)
def suggestions() -> Response:
    """Show the suggestions of one kind by month and by confidence."""
    wanted, kind = wanted_of(), _kind()
    counted = suggestion_counts.cells(wanted)
    found = suggestion_counts.tallies(kind, wanted, counted)
    return page(
        "complaints/kpis/suggestions.html",
        kind=kind,
        kind_label=SUGGESTED[kind],
        found=found,
        bands=BANDS,
        counts=suggestion_counts,
        states=[(code, SUGGESTION_STATES[code]) for code in STATES],
        finding=_finding(found),
        fewest=FEWEST,
        tabs=[
            {
                "label": SUGGESTED[each],
                "url": _address(HERE, what=each),
                "count": suggestion_counts.tallies(each, wanted, counted).whole.made,
                "active": each == kind,
            }
            for each in KINDS
        ],
        records=lambda **where: _address(RECORDS, what=kind, **where),
        **frame(HERE, wanted, what=kind),
    )


@bp.get("/suggestions/records")
@requires(Perm.KPI_READ)
def suggestion_records() -> Response:
    """Show the suggestions behind a number, with the complaints that they were made for."""
    kind, state, month = _kind(), request.args.get("state", ""), request.args.get("month", "")
    band = request.args.get("band", type=float)
    if (state and state not in STATES) or (band is not None and band not in BANDS) or (month and not is_open(month)):
        abort(404)
    wanted = wanted_of(month, 1) if month else wanted_of()
    found = suggestion_counts.list_suggestions(kind, wanted, state=state, band=band, key=request.args.get("after"))
    rows = [each for each, _complaint in found.rows]
    kept = {"what": kind, "state": state, "month": month, "band": band}
    return page(
        "complaints/kpis/suggestion_records.html",
        part="complaints/kpis/_suggestion_records.html",
        rows=list(zip(in_words(rows), choices_in_words(rows), (each for _row, each in found.rows), strict=True)),
        kind_label=SUGGESTED[kind],
        states=SUGGESTION_STATES,
        is_masked=kind == "class" and not can(current_actor, Perm.IDENTIFY),  # a class says what the words say
        told=_told(wanted.months, state, band),
        next_url=_address(RECORDS, **kept, after=found.next_key) if found.next_key else None,
        all_url=_address(HERE, what=kind),
    )


def _kind() -> str:
    return queues.one_of("what", KINDS) or KINDS[0]


def _finding(found: Tallies) -> str:
    """State how often suggestions of a kind were right."""
    whole = found.whole
    if whole.share is None:
        return _("Too few suggestions have ended in these months to say how often they are right")
    return _(
        "Accepted of the suggestions that ended: %(share)s (ended: %(count)s)",
        share=suggestion_counts.share_text(whole),
        count=number(whole.ended),
    )


def _told(shown: tuple[str, ...], state: str, band: float | None) -> str:
    """Say which suggestions stand in the list."""
    first, last = months.written(shown[0]), months.written(shown[-1])
    parts = [first if first == last else f"{first} – {last}"]
    parts += [str(SUGGESTION_STATES[state])] if state else []
    parts += [_("confidence %(band)s", band=suggestion_counts.band_text(band))] if band is not None else []
    return " · ".join(parts)


def _address(endpoint: str, **changed: Any) -> str:
    kept = {name: request.args[name] for name in ("hospital", "department", "until") if name in request.args}
    return url_for(endpoint, **{**kept, **{name: value for name, value in changed.items() if value not in (None, "")}})
