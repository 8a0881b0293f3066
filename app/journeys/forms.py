"""Forms of journey templates: they parse and bound; rules are the services'."""

from __future__ import annotations

import re
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, NumberRange, Optional

from app.core.web.forms import Form, LineField, TextField, UuidField, VersionField
from app.journeys.enums import JourneyKind
from app.journeys.services.stages import MOST_MINUTES, StageFacts
from app.journeys.services.templates import TemplateFacts

GIVE = _l("This field is required.")


class TemplateForm(Form):
    """Name a template."""

    version = VersionField()
    name_en = LineField(_l("Name in English"), [DataRequired(GIVE)])
    name_ar = LineField(_l("Name in Arabic"), [DataRequired(GIVE)])
    is_active = BooleanField(_l("In use"), default=True)

    def facts(self) -> TemplateFacts:
        """Give what was typed."""
        return TemplateFacts(self.name_en.data or "", self.name_ar.data or "", bool(self.is_active.data))


class NewTemplateForm(TemplateForm):
    """Make a template."""

    hospital_id = UuidField(_l("Hospital"))
    kind = SelectField(_l("Kind of visit"), choices=[SelectChoice(each.value, each.label) for each in JourneyKind])


class StageForm(Form):
    """Describe a stage."""

    version = VersionField()
    code = LineField(_l("Code"), [DataRequired(GIVE)], most=40)
    name_en = LineField(_l("Name in English"), [DataRequired(GIVE)])
    name_ar = LineField(_l("Name in Arabic"), [DataRequired(GIVE)])
    trigger_codes = TextField(_l("Event codes that complete it"), [DataRequired(GIVE)], most=2000)
    expected_minutes = IntegerField(
        _l("Usual minutes since the stage before"), [Optional(), NumberRange(min=1, max=MOST_MINUTES)]
    )
    is_optional = BooleanField(_l("Optional: it is not missing when it does not happen"))
    needs_department = BooleanField(_l("Needs a department"))
    needs_physician = BooleanField(_l("Needs a physician"))

    def facts(self) -> StageFacts:
        """Give what was typed; event codes stand on lines of their own or between commas or spaces."""
        return StageFacts(
            code=(self.code.data or "").upper(),
            name_en=self.name_en.data or "",
            name_ar=self.name_ar.data or "",
            trigger_codes=codes_in(self.trigger_codes.data or ""),
            is_optional=bool(self.is_optional.data),
            needs_department=bool(self.needs_department.data),
            needs_physician=bool(self.needs_physician.data),
            expected_minutes=self.expected_minutes.data,
        )


class MoveStageForm(Form):
    """Put a stage at another place."""

    version = VersionField()
    position = IntegerField("", [DataRequired(), NumberRange(min=1, max=200)])


class ArchiveForm(Form):
    """Take something out of use."""

    version = VersionField()


def codes_in(text: str) -> tuple[str, ...]:
    """Give the event codes of a text, in order, each once."""
    return tuple(dict.fromkeys(code.upper() for code in re.split(r"[\s,;،]+", text) if code))


def stage_values(stage: Any) -> dict[str, Any]:
    """Give a stage as the form shows it."""
    names = ("version", "code", "name_en", "name_ar", "expected_minutes", "is_optional")
    return {
        **{name: getattr(stage, name) for name in (*names, "needs_department", "needs_physician")},
        "trigger_codes": "\n".join(stage.trigger_codes),
    }
