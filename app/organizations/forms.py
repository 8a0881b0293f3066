"""Forms on a patient's page."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired

from app.core.web.forms import Form, LineField, VersionField
from app.organizations.labels import CHANNELS

SAID: dict[str, bool | None] = {"yes": True, "no": False, "unsaid": None}


class ConsentForm(Form):
    """What the patient said about one channel."""

    version = VersionField()
    channel = SelectField(_l("Channel"), choices=[SelectChoice(code, label) for code, label in CHANNELS.items()])
    said = SelectField(_l("Consent"), choices=[SelectChoice(code, code) for code in SAID])


class MergeForm(Form):
    """The file number of the record that stays."""

    mrn = LineField(_l("File number of the record that stays"), [DataRequired(_l("Give the file number."))], most=40)
