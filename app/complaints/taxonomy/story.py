"""The taxonomy in the log and in timelines: what was done, in words."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.complaints.story import TITLES
from app.complaints.taxonomy.events import ComplaintReclassified, TaxonomyChanged
from app.core.events.timeline import describe

describe(TaxonomyChanged.kind, _l("The taxonomy was changed"), "versions")
describe(ComplaintReclassified.kind, _l("Its points moved to a new edition of the taxonomy"), "versions")

WHAT: dict[str, Any] = {
    "started": _l("Begun as a copy of the edition in force"),
    "imported": _l("Taken from a file"),
    "renamed": _l("Renamed"),
    "class_added": _l("Class added"),
    "class_changed": _l("Class changed"),
    "class_retired": _l("Class retired"),
    "class_returned": _l("Class taken back into use"),
    "mapped": _l("Class mapped"),
    "unmapped": _l("Mapping taken back"),
    "made_current": _l("Put in force"),
    "discarded": _l("Given up"),
}


def said(data: dict[str, Any]) -> str:
    """Say what was done to an edition, with the codes that it names."""
    words = str(WHAT[data["what"]])
    if data["what"] == "made_current":
        moved = ngettext("%(num)s point moved", "%(num)s points moved", data["moved"])
        return f"{words} · {moved}"
    codes = " → ".join(each for each in (data["code"], data["to_code"]) if each)
    return f"{words} · {codes}" if codes else words


TITLES[ComplaintReclassified.kind] = lambda data, _known: _(
    "Points moved to the edition %(name)s of the taxonomy: %(count)s", name=data["edition"], count=data["points"]
)
