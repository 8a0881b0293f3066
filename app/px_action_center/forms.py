"""Forms of the action center: they parse and bound; rules are the services'."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FloatField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, NumberRange, Optional

from app.core.web.forms import Form, LineField, TextField, UuidField, VersionField
from app.px_action_center.enums import WRITTEN_BY_PEOPLE, Severity, SignalKind
from app.px_action_center.models import ActionRule
from app.px_action_center.services.ruling import HIGHEST, RuleFacts, facts_of


class AssignForm(Form):
    """Choose the owner."""

    version = VersionField()
    assignee = UuidField(_l("Owner"), [DataRequired(_l("Choose a person."))])


class MoveForm(Form):
    """Take a step, with what it asks for."""

    version = VersionField()
    reason = TextField(_l("Reason"), most=2000)
    outcome = TextField(_l("What was done"), most=5000)


class SeverityForm(Form):
    """Judge how grave it is."""

    version = VersionField()
    severity = SelectField(_l("Severity"), choices=[SelectChoice(each.value, each.label) for each in Severity])


class NoteForm(Form):
    """Write on the action."""

    kind = SelectField(
        _l("What it is"),
        choices=[SelectChoice(code, label) for code, label in WRITTEN_BY_PEOPLE.items()],
        default="note",
    )
    body = TextField(_l("Note"), [DataRequired(_l("Write something first."))])


class ActionForm(Form):
    """Open an action by hand."""

    hospital_id = UuidField(_l("Hospital"))
    title = LineField(_l("What must be put right?"), [DataRequired(_l("Say what must be put right."))])
    severity = SelectField(
        _l("Severity"), choices=[SelectChoice(each.value, each.label) for each in Severity], default="medium"
    )
    department_id = UuidField(_l("Department"))


class VersionForm(Form):
    """A step that asks for nothing but the version."""

    version = VersionField()


class RuleForm(Form):
    """Say which signals open an action."""

    version = VersionField()
    signal_kind = SelectField(
        _l("When this happens"), choices=[SelectChoice(each.value, each.label) for each in SignalKind]
    )
    at_or_below = FloatField(
        _l("With a score of at most"),
        [Optional(), NumberRange(0, HIGHEST, _l("Give a score from 0 to 100, or leave this empty."))],
    )
    department_id = UuidField(_l("Department"))
    severity = SelectField(
        _l("Severity"),
        choices=[
            SelectChoice("", _l("As the signal says")),
            *(SelectChoice(each.value, each.label) for each in Severity),
        ],
    )
    is_active = BooleanField(_l("In use"), default=True)

    def facts(self) -> RuleFacts:
        """Give what was typed."""
        return RuleFacts(
            self.signal_kind.data,
            self.at_or_below.data,
            self.department_id.data,
            self.severity.data or None,
            bool(self.is_active.data),
        )


class NewRuleForm(RuleForm):
    """Make a rule."""

    hospital_id = UuidField(_l("Hospital"))


def rule_values(rule: ActionRule) -> dict[str, Any]:
    """Give a rule as its form shows it."""
    return {**asdict(facts_of(rule)), "severity": rule.severity or "", "version": rule.version}
