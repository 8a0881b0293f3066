"""Forms of survey templates, triggers and sending: they parse and bound; rules are the services'."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FloatField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, NumberRange, Optional

from app.core.web.forms import Form, HiddenUuidField, LineField, TextField, UuidField, VersionField
from app.journeys.enums import JourneyKind
from app.surveys.enums import Weighting
from app.surveys.services.templates import TemplateFacts
from app.surveys.services.triggers import LONGEST_DELAY, TriggerFacts

GIVE = _l("This field is required.")
MOST_TEXT = 500


def _given(field: UuidField) -> UUID:
    """Give an id that the form required."""
    assert field.data is not None
    return UUID(str(field.data))


def _kinds(every: Any) -> list[SelectChoice]:
    return [SelectChoice("", every), *(SelectChoice(each.value, each.label) for each in JourneyKind)]


class TemplateForm(Form):
    """What a survey template says of itself."""

    version = VersionField()
    name_en = LineField(_l("Name in English"), [DataRequired(GIVE)])
    name_ar = LineField(_l("Name in Arabic"), [DataRequired(GIVE)])
    intro_en = TextField(_l("First words in English"), most=MOST_TEXT)
    intro_ar = TextField(_l("First words in Arabic"), most=MOST_TEXT)
    thanks_en = TextField(_l("Thanks in English"), most=MOST_TEXT)
    thanks_ar = TextField(_l("Thanks in Arabic"), most=MOST_TEXT)
    journey_kind = SelectField(_l("Kind of visit"), choices=lambda: _kinds(_l("Any kind")))
    weighting = SelectField(_l("Overall score"), choices=[SelectChoice(each.value, each.label) for each in Weighting])
    minimum_items = IntegerField(
        _l("Answers needed for a score"), [InputRequired(GIVE), NumberRange(min=1, max=20)], default=2
    )
    threshold = FloatField(
        _l("A score below this is negative"), [InputRequired(GIVE), NumberRange(min=0, max=100)], default=60
    )
    link_days = IntegerField(
        _l("Days the link stays open"), [InputRequired(GIVE), NumberRange(min=1, max=60)], default=10
    )
    reminder_hours = IntegerField(_l("Reminder after hours"), [Optional(), NumberRange(min=1, max=720)], default=48)
    offers_callback = BooleanField(_l("Offer a call after a low score"), default=True)

    def facts(self) -> TemplateFacts:
        """Give what was typed."""
        texts = ("name_en", "name_ar", "intro_en", "intro_ar", "thanks_en", "thanks_ar")
        return TemplateFacts(
            **{name: getattr(self, name).data or "" for name in texts},
            journey_kind=self.journey_kind.data or None,
            weighting=self.weighting.data,
            minimum_items=self.minimum_items.data or 0,
            threshold=self.threshold.data if self.threshold.data is not None else -1,
            link_days=self.link_days.data or 0,
            reminder_hours=self.reminder_hours.data,
            offers_callback=bool(self.offers_callback.data),
        )


class NewTemplateForm(TemplateForm):
    """Make a template of a hospital, or of the group."""

    hospital_id = UuidField(_l("Hospital"))


class CopyForm(Form):
    """Copy a template into a hospital's own."""

    hospital_id = UuidField(_l("Hospital"))


class VersionedForm(Form):
    """One step on a row that this person saw in a version."""

    version = VersionField()


class MoveForm(VersionedForm):
    """Put a question at another place."""

    position = IntegerField("", [DataRequired(), NumberRange(min=1, max=200)])


class BankForm(Form):
    """Questions chosen from the bank."""

    def codes(self) -> frozenset[str]:
        """Give the codes that were ticked."""
        return frozenset(code[:40] for code in request.form.getlist("codes")[:100])


class TriggerForm(Form):
    """Which survey follows what."""

    version = VersionField()
    template_id = UuidField(_l("Survey"), [DataRequired(GIVE)])
    journey_kind = SelectField(
        _l("Kind of visit"), choices=[SelectChoice(each.value, each.label) for each in JourneyKind]
    )
    stage_code = LineField(_l("After"), most=40)
    delay_minutes = IntegerField(
        _l("Minutes later"), [InputRequired(GIVE), NumberRange(min=0, max=LONGEST_DELAY)], default=120
    )
    department_id = UuidField(_l("Only of the department"))
    sample_percent = IntegerField(
        _l("Of 100 visits, ask after"), [InputRequired(GIVE), NumberRange(min=1, max=100)], default=100
    )
    is_active = BooleanField(_l("In use"), default=True)

    def facts(self) -> TriggerFacts:
        """Give what was typed."""
        return TriggerFacts(
            template_id=_given(self.template_id),
            journey_kind=self.journey_kind.data,
            stage_code=self.stage_code.data or None,
            delay_minutes=self.delay_minutes.data or 0,
            department_id=self.department_id.data,
            sample_percent=self.sample_percent.data or 0,
            is_active=bool(self.is_active.data),
        )


class NewTriggerForm(TriggerForm):
    """Let a survey follow something, at a hospital or in the group."""

    hospital_id = UuidField(_l("Hospital"))


class GapForm(Form):
    """How long people are left alone."""

    hospital_id = HiddenUuidField()
    gap_days = IntegerField(_l("Days between two surveys"), [InputRequired(GIVE), NumberRange(min=0, max=365)])


class SendForm(Form):
    """Send a survey by hand."""

    template_id = UuidField(_l("Survey"), [DataRequired(GIVE)])

    @property
    def survey_id(self) -> UUID:
        """The survey that was chosen."""
        return _given(self.template_id)
