"""Assignment rules, declared: administrators keep those of the group and of their hospital."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from app.accounts import queries as accounts
from app.complaints.assigning.models import AssignmentRule
from app.complaints.policy import Perm
from app.complaints.sources.known import Labels
from app.core.errors import Invalid
from app.core.resources import Choice, Code, Flag, LiveChoice, Needs, Number, Reference, Resource, Text, bilingual
from app.core.severity import Severity

CASES = {"complaint": _l("Complaints"), "inquiry": _l("Inquiries")}
POOLS = {
    "office": _l("The PX office"),
    "managers": _l("Managers of the department"),
    "person": _l("One person"),
}
METHODS = {"load": _l("Who has the fewest open cases"), "turns": _l("In turns")}


def check(values: dict[str, Any], _row: AssignmentRule | None) -> None:
    """Refuse a rule whose person is none, or works elsewhere."""
    email, hospital_id = values.get("person_email") or "", values.get("hospital_id")
    if values["pool"] != "person":
        if email:
            raise Invalid(person_email=_l("Only a rule for one person names a person."))
        return
    user = accounts.find_by_email(email) if email else None
    if user is None or (hospital_id is not None and not accounts.works_in(user.id, hospital_id)):
        raise Invalid(person_email=_l("Nobody with this e-mail address works in the hospital."))


RULES = Resource(
    path="assignment_rules",
    domain="complaints",
    subject="assignment_rule",
    model=AssignmentRule,
    title=_l("Assignment rules"),
    singular=_l("Assignment rule"),
    note=_l(
        "Who takes a new case. The first rule that fits decides, a hospital's own before the group's; where none fits, "
        "an officer keeps what they enter and the rest goes to who has the fewest open cases. "
        "Whoever has a deputy now is passed over."
    ),
    icon="route",
    api="/api/complaints/assignment_rules/",
    needs=Needs(read=Perm.ASSIGN_RULE_READ, write=Perm.ASSIGN_RULE_WRITE),
    fields=(
        Code("code", _l("Code"), required=True, listed=True),
        *bilingual("name", _l("Name in English"), _l("Name in Arabic"), required=True),
        Number("position", _l("Place in the order"), empty=0, most=999, listed=True),
        Choice("case", _l("For"), options=CASES, help=_l("Empty: both.")),
        LiveChoice("channel", _l("How it came"), options=Labels(), most=12, help=_l("Empty: any.")),
        Choice(
            "severity",
            _l("Severity"),
            options={each.value: each.label for each in Severity},
            help=_l("Of complaints. Empty: any."),
        ),
        Reference("department_id", _l("Department"), target="departments", help=_l("Empty: any.")),
        Choice("pool", _l("Who takes it"), required=True, options=POOLS, listed=True),
        Choice("method", _l("How it is shared out"), required=True, options=METHODS, empty="load", listed=True),
        Text("person_email", _l("E-mail address of the person"), email=True),
        Flag("takes_own", _l("Also for what officers enter themselves")),
    ),
    key="code",
    order=("position", "code"),
    filters=("pool", "hospital_id"),
    validate=check,
)
