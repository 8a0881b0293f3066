"""Sources, declared: one list of the whole group, with the figures of each and what depends on it beside."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select

from app.complaints.policy import Perm
from app.complaints.sources.built_in import STAYS
from app.complaints.sources.models import CaseSource
from app.complaints.sources.usage import Usage, naming, usage
from app.core.access.actor import Actor
from app.core.db import db
from app.core.errors import Invalid
from app.core.i18n import ago
from app.core.resources import Choice, Code, Flag, Needs, Number, Resource, bilingual
from app.core.resources.beside import Beside, Figures
from app.core.web.marks import HUES, dot, hue

PLAIN = re.compile(r"[a-z][a-z0-9_]{1,11}")


def check(values: dict[str, Any], row: CaseSource | None) -> None:
    """Refuse a code that is no plain word or was ever given, a source for nothing, and other uses of the system's own."""
    if not values["for_complaints"] and not values["for_inquiries"]:
        raise Invalid(for_complaints=_("Choose complaints, inquiries or both."))
    if row is None:
        _check_code(values["code"])
    elif row.is_system and any(values[name] != getattr(row, name) for name in ("for_complaints", "for_inquiries")):
        raise Invalid(for_complaints=_("This source belongs to the system: its name, colour and place may change."))


def _check_code(code: str) -> None:
    if not PLAIN.fullmatch(code):
        raise Invalid(code=_("Write 2 to 12 small Latin letters, digits or underscores, a letter first."))
    given = select(CaseSource.id).where(CaseSource.code == code)
    if db.session.execute(given).scalar_one_or_none() is not None:
        raise Invalid(code=_("This code is given already, perhaps to an archived source, which can be restored."))


def stays(row: CaseSource) -> Any:
    """Say why a source of the system may not be retired."""
    if row.code in STAYS:
        return _("Cases come from this source by themselves; it can be renamed and coloured, not archived.")
    return None


def figures(rows: Sequence[CaseSource], actor: Actor) -> Figures:
    """Give the use of the listed sources."""
    found = usage(actor=actor)
    cells = {row.id: _cells(found.get(row.code, Usage())) for row in rows}
    return Figures((_("In 12 months"), _("Open"), _("Overdue"), _("Last used")), cells)


def _cells(used: Usage) -> tuple[str, ...]:
    last = ago(used.last_at) if used.last_at else _("not in 12 months")
    return (f"{used.received:,}", f"{used.open:,}", _overdue(used), last)


def _overdue(used: Usage) -> str:
    return f"{used.overdue:,} ({used.overdue / used.open:.0%})" if used.overdue else "0"


def beside(row: CaseSource, actor: Actor) -> Beside:
    """Say what depends on a source, before it is changed or archived."""
    used = usage(actor=actor, code=row.code).get(row.code, Usage())
    named_by = naming(row.code, actor=actor)
    rules = ngettext("%(num)s rule names this source.", "%(num)s rules name this source.", len(named_by))
    still = ngettext(
        "%(num)s open case keeps the source and its deadlines.",
        "%(num)s open cases keep the source and their deadlines.",
        used.open,
    )
    said = [rules if named_by else _("No rule names this source."), still]
    if named_by:
        said.append(_("When it is archived, no new case comes under these rules."))
    labels = (_("Cases in 12 months"), _("Open"), _("Overdue"), _("Last used"))
    return Beside(
        title=_("What depends on it"),
        words=" ".join(said),
        facts=tuple(zip(labels, _cells(used), strict=True)),
        links=tuple((each.words, each.url) for each in named_by),
    )


SOURCES = Resource(
    path="case_sources",
    domain="complaints",
    subject="case_source",
    model=CaseSource,
    title=_l("Sources of complaints and inquiries"),
    singular=_l("Source"),
    note=_l(
        "Where cases come from, in the whole group. A code never changes: deadline rules, figures and other systems go by it. "
        "An archived source is not offered for new cases; the cases that have it keep its name."
    ),
    icon="inbox",
    api="/api/complaints/sources/",
    needs=Needs(read=Perm.SOURCE_READ, write=Perm.SOURCE_WRITE, panel=Perm.SOURCE_USE_READ),
    fields=(
        Code(
            "code",
            _l("Code"),
            required=True,
            fixed=True,
            listed=True,
            most=12,
            help=_l("Such as council. It stays for ever."),
        ),
        *bilingual("name", _l("Name in English"), _l("Name in Arabic"), required=True, most=60),
        Choice("hue", _l("Colour"), required=True, options=HUES, empty="slate", draw=hue),
        Number("position", _l("Place in the order"), empty=0, most=999),
        Flag("for_complaints", _l("For complaints"), empty=True, listed=True),
        Flag("for_inquiries", _l("For inquiries"), listed=True),
    ),
    key="code",
    order=("position", "code"),
    filters=("for_complaints", "for_inquiries"),
    validate=check,
    in_use=stays,
    imports=False,
    extra={"is_system": bool},
    mark=lambda row: dot(row.hue),
    of_group=True,
    figures=figures,
    beside=beside,
)
