"""Forms of accounts: they parse and bound; rules are the services'."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from babel.dates import get_timezone_location
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, EmailField, HiddenField, PasswordField, SelectField, SelectMultipleField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, EqualTo, Length, Optional, Regexp

from app.accounts.labels import ROLE_LABELS, THEME_LABELS
from app.core.i18n import LANGUAGES, language, select_zone
from app.core.web.forms import Form, LineField, UuidField, VersionField

MOST_PASSWORD = 128
EMAIL = r"^[^@\s\x00]+@[^@\s\x00]+$"
NO_EMAIL = _l("This is not an e-mail address.")
GIVE_NAME = _l("Give the name.")
ROLES = [SelectChoice(role.value, label) for role, label in ROLE_LABELS.items()]
LANGUAGE_CHOICES = [SelectChoice(*each) for each in LANGUAGES.items()]
# where people of a hospital group in the Gulf sit
ZONES = (
    "Asia/Riyadh",
    "Asia/Dubai",
    "Asia/Kuwait",
    "Asia/Bahrain",
    "Asia/Qatar",
    "Asia/Muscat",
    "Asia/Amman",
    "Africa/Cairo",
    "Asia/Karachi",
    "Asia/Kolkata",
    "Asia/Manila",
    "Europe/London",
)


def zone_choices() -> list[SelectChoice]:
    """Give the time zones by the name of their city in the language in force; the empty one follows the hospital."""
    cities = [SelectChoice(name, get_timezone_location(name, locale=language(), return_city=True)) for name in ZONES]
    return [SelectChoice("", _l("As the hospital")), *cities, SelectChoice("UTC")]


class LoginForm(Form):
    """E-mail and password."""

    email = EmailField(_l("E-mail"), [DataRequired(_l("Give your e-mail.")), Length(max=254)])
    password = PasswordField(_l("Password"), [DataRequired(_l("Give your password.")), Length(max=MOST_PASSWORD)])
    next = HiddenField()


class CodeForm(Form):
    """The code of the second factor."""

    code = LineField(_l("Code from your app, or a recovery code"), [DataRequired(_l("Give the code."))], most=40)
    next = HiddenField()


class ResetForm(Form):
    """Ask for a new password."""

    email = EmailField(_l("E-mail"), [DataRequired(_l("Give your e-mail.")), Length(max=254)])


class ChooseForm(Form):
    """Choose a password by a mailed link."""

    new_password = PasswordField(_l("New password"), [DataRequired(), Length(max=MOST_PASSWORD)])
    again = PasswordField(_l("The same again"), [EqualTo("new_password", _l("The two passwords are not the same."))])


class ChangePasswordForm(ChooseForm):
    """Change one's own password."""

    old_password = PasswordField(_l("Present password"), [DataRequired(), Length(max=MOST_PASSWORD)])


class PreferencesForm(Form):
    """One's own names and preferences."""

    version = VersionField()
    name_ar = LineField(_l("Name in Arabic"), [DataRequired(GIVE_NAME)])
    name_en = LineField(_l("Name in English"), [DataRequired(GIVE_NAME)])
    language = SelectField(_l("Language"), choices=LANGUAGE_CHOICES)
    theme = SelectField(_l("Theme"), choices=[SelectChoice(*each) for each in THEME_LABELS.items()])
    zone = SelectField(_l("Time zone"), choices=zone_choices)


class PasswordForm(Form):
    """One's password again, before something that guards the account."""

    password = PasswordField(
        _l("Present password"), [DataRequired(_l("Give your password.")), Length(max=MOST_PASSWORD)]
    )


class InviteForm(Form):
    """A new person with a first role."""

    email = EmailField(
        _l("E-mail"), [DataRequired(_l("Give the e-mail.")), Length(max=254), Regexp(EMAIL, message=NO_EMAIL)]
    )
    name_ar = LineField(_l("Name in Arabic"), [DataRequired(GIVE_NAME)])
    name_en = LineField(_l("Name in English"), [DataRequired(GIVE_NAME)])
    job_title = LineField(_l("Job title"))
    language = SelectField(_l("Language"), choices=LANGUAGE_CHOICES)
    role = SelectField(_l("Role"), choices=ROLES)
    hospital_id = UuidField(_l("Hospital"))
    department_id = UuidField(_l("Department"))


class PersonForm(Form):
    """Change a person's record."""

    version = VersionField()
    name_ar = LineField(_l("Name in Arabic"), [DataRequired(GIVE_NAME)])
    name_en = LineField(_l("Name in English"), [DataRequired(GIVE_NAME)])
    job_title = LineField(_l("Job title"))
    language = SelectField(_l("Language"), choices=LANGUAGE_CHOICES)
    is_active = BooleanField(_l("May sign in"))


class RoleForm(Form):
    """Give a person their lasting role."""

    role = SelectField(_l("Role"), choices=ROLES)
    hospital_id = UuidField(_l("Hospital"))
    department_id = UuidField(_l("Department"))


class DeputyForm(Form):
    """Let a person stand in for somebody, between two days of the hospital, both included."""

    assignment_id = UuidField(_l("Deputy for"), [DataRequired(_l("Choose one of the list."))])
    from_on = DateField(_l("From"), [Optional()])
    until_on = DateField(_l("Until"), [DataRequired(_l("Choose a day."))])

    def instants(self) -> tuple[datetime | None, datetime]:
        """Give the first instant of the first day, and of the day after the last, where the reader is."""
        zone = ZoneInfo(select_zone())
        start = datetime.combine(self.from_on.data, time(), zone) if self.from_on.data else None
        return start, datetime.combine(self.until_on.data or date.min, time(), zone) + timedelta(days=1)


class FactorRuleForm(Form):
    """Whose second factor is a must in a hospital, or in the group."""

    version = VersionField()
    roles = SelectMultipleField(_l("Roles"), choices=ROLES)
