"""How good suggestions were: counted by month, kind and confidence from the rows that are kept, and the rows behind a number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, case, func, or_, select

from app.complaints.kpis.months import around
from app.complaints.kpis.rows import MONTH_FORM, Wanted
from app.complaints.models import Complaint, ComplaintSuggestion
from app.complaints.policy import Perm
from app.core.access.policy import visible
from app.core.db import db
from app.core.i18n import number
from app.core.web.keys import read_key, write_key
from app.organizations.models import Hospital

KINDS = ("class", "department", "severity")
STATES = ("accepted", "corrected", "ignored", "open")
BANDS = (0.0, 0.4, 0.6, 0.8)  # each from here up to the next; confidence is 0 to 1
FEWEST = 10  # judged; below that a share is not written as a percentage
PAGE = 25


@dataclass(frozen=True, slots=True)
class Tally:
    """How many suggestions came to which end."""

    accepted: int = 0
    corrected: int = 0
    ignored: int = 0
    open: int = 0

    @property
    def made(self) -> int:
        """All of them."""
        return self.accepted + self.corrected + self.ignored + self.open

    @property
    def ended(self) -> int:
        """Those that wait for nobody any more."""
        return self.made - self.open

    @property
    def share(self) -> float | None:
        """The precision: accepted ones of those that ended, 0 to 1; None where these are too few to say."""
        return self.accepted / self.ended if self.ended >= FEWEST else None


@dataclass(frozen=True, slots=True)
class Tallies:
    """The tallies of one kind: by month in the wanted order, by band of confidence, and of all together."""

    by_month: Mapping[str, Tally]
    by_band: Mapping[float, Tally]
    whole: Tally


Cell = tuple[str, str, float]  # month, kind, band


def cells(wanted: Wanted) -> dict[Cell, Tally]:
    """Count suggestions by month, kind and band as far as the actor may count; one statement."""
    found: dict[Cell, dict[str, int]] = {}
    month, band = _month(), _band()
    query = _seen(
        select(month, ComplaintSuggestion.what, band, ComplaintSuggestion.state, func.count()), wanted
    ).group_by(month, ComplaintSuggestion.what, band, ComplaintSuggestion.state)
    for row in db.session.execute(query):
        found.setdefault((row[0], row[1], BANDS[row[2]]), {})[row[3]] = row[4]
    return {cell: Tally(**counts) for cell, counts in found.items()}


def tallies(kind: str, wanted: Wanted, counted: Mapping[Cell, Tally]) -> Tallies:
    """Put the cells of one kind together."""
    mine = {(month, band): tally for (month, what, band), tally in counted.items() if what == kind}
    return Tallies(
        {each: _sum([tally for (month, _band), tally in mine.items() if month == each]) for each in wanted.months},
        {each: _sum([tally for (_month, band), tally in mine.items() if band == each]) for each in BANDS},
        _sum(list(mine.values())),
    )


def _sum(found: Sequence[Tally]) -> Tally:
    return Tally(**{state: sum(getattr(each, state) for each in found) for state in STATES})


def _month() -> Any:
    return func.to_char(func.timezone(Hospital.zone, ComplaintSuggestion.created_at), MONTH_FORM)


def _band() -> Any:
    """The place of the band in `BANDS`."""
    places = reversed(list(enumerate(BANDS)))
    return case(*((ComplaintSuggestion.confidence >= least, place) for place, least in places), else_=0)


def _seen(query: Any, wanted: Wanted) -> Any:
    since, until = around(wanted.months)
    query = (
        query.select_from(ComplaintSuggestion)
        .join(Complaint, Complaint.id == ComplaintSuggestion.complaint_id)
        .join(Hospital, Hospital.id == ComplaintSuggestion.hospital_id)
        .where(
            visible(Complaint, wanted.actor, Perm.KPI_READ),
            ComplaintSuggestion.created_at >= since,
            ComplaintSuggestion.created_at < until,
            _month().in_(wanted.months),
        )
    )
    if wanted.hospital_id:
        query = query.where(Complaint.hospital_id == wanted.hospital_id)
    if wanted.department_id:
        query = query.where(Complaint.department_ids.contains([wanted.department_id]))
    return query


@dataclass(frozen=True, slots=True)
class SuggestionPage:
    """One page of suggestions with their complaints, by key."""

    rows: list[tuple[ComplaintSuggestion, Complaint]]
    next_key: str | None


def list_suggestions(
    kind: str, wanted: Wanted, *, state: str = "", band: float | None = None, key: str | None = None, limit: int = PAGE
) -> SuggestionPage:
    """Give the suggestions behind a number, newest first, in one statement."""
    query = _seen(select(ComplaintSuggestion, Complaint), wanted).where(ComplaintSuggestion.what == kind)
    if state:
        query = query.where(ComplaintSuggestion.state == state)
    if band is not None:
        query = query.where(_band() == BANDS.index(band))
    after = read_key(key)
    at, row_id = ComplaintSuggestion.created_at, ComplaintSuggestion.id
    if after is not None:
        query = query.where(or_(at < after[0], and_(at == after[0], row_id < after[1])))
    found = db.session.execute(query.order_by(at.desc(), row_id.desc()).limit(limit + 1)).all()
    shown = [(row[0], row[1]) for row in found[:limit]]
    more = len(found) > limit
    return SuggestionPage(shown, write_key(shown[-1][0].created_at, shown[-1][0].id) if more else None)


def band_text(least: float) -> str:
    """Write a band of confidence: `60–80%`."""
    place = BANDS.index(least)
    most = BANDS[place + 1] if place + 1 < len(BANDS) else 1.0
    return f"{number(least * 100)}–{number(most * 100)}%"


def share_text(tally: Tally) -> str:
    """Write the precision: `82%`; words where too few ended, a dash where none was made."""
    if not tally.made:
        return "–"
    return _("too few") if tally.share is None else f"{number(tally.share * 100)}%"
