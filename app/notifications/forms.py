"""Forms of what governs sending: they parse and bound; rules are the services'."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, IntegerField, PasswordField, SelectField, StringField, ValidationError
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional

from app.core.text.digits import western_digits
from app.core.web.forms import Form, LineField, TextField, UuidField, VersionField
from app.notifications.enums import Channel
from app.notifications.gateways import Carrier
from app.notifications.models import ContactRule, MessageTemplate, Provider
from app.notifications.preview import Texts
from app.notifications.services.contact_rules import MOST_JITTER, RuleFacts
from app.notifications.services.provider_setup import MOST_PER_MINUTE, ProviderFacts

GIVE = _l("This field is required.")


class TextsForm(Form):
    """Write a text in both languages."""

    version = VersionField()
    subject_ar = LineField(_l("Subject in Arabic"))
    subject_en = LineField(_l("Subject in English"))
    body_ar = TextField(_l("Text in Arabic"), [DataRequired(GIVE)], most=2000)
    body_en = TextField(_l("Text in English"), [DataRequired(GIVE)], most=2000)
    provider_name = LineField(_l("Name of the template approved by WhatsApp"), most=80)

    def texts(self) -> Texts:
        """Give what was typed."""
        return Texts(**{name: self[name].data or "" for name in Texts.__slots__})


class CopyForm(Form):
    """Choose the hospital that gets its own copy."""

    hospital_id = UuidField(_l("Hospital"), [DataRequired(GIVE)])


class VersionForm(Form):
    """A step that carries nothing but the version that was seen."""

    version = VersionField()


class ProviderForm(Form):
    """Describe a provider; which settings and secrets count depends on its kind and channel. Empty secrets stay as they are."""

    version = VersionField()
    name = LineField(_l("Name"), [DataRequired(GIVE)])
    is_active = BooleanField(_l("In use"), default=True)
    priority = IntegerField(_l("Order"), [InputRequired(GIVE), NumberRange(min=1, max=1000)], default=10)
    rate_per_minute = IntegerField(
        _l("At most so many messages a minute"),
        [InputRequired(GIVE), NumberRange(min=1, max=MOST_PER_MINUTE)],
        default=600,
    )
    price_per_part_halalas = IntegerField(
        _l("Price of one part, in halalas"), [InputRequired(GIVE), NumberRange(min=0, max=100_000)], default=0
    )
    base_url = LineField(_l("Web address of the gateway"))
    sender = LineField(_l("Sender name or address"), most=120)
    host = LineField(_l("Mail server"))
    port = LineField(_l("Port"), most=5)
    security = SelectField(
        _l("Encryption"),
        choices=[
            SelectChoice("", _l("None")),
            SelectChoice("starttls", _l("STARTTLS")),
            SelectChoice("tls", _l("TLS from the beginning")),
        ],
        validators=[Optional()],
    )
    user = LineField(_l("User name"))
    path = LineField(_l("Path for sending"), description=_l("Such as /messages."))
    encoding = SelectField(
        _l("Body"), choices=[SelectChoice("", _l("JSON")), SelectChoice("form", _l("Form"))], validators=[Optional()]
    )
    fields = LineField(_l("Names of the fields"), description=_l("Such as: to=Recipient, body=Text, reference=Ref"))
    id_field = LineField(_l("Name of the id in the answer"))
    ask_path = LineField(_l("Path for asking by reference"), description=_l("Such as /messages/{reference}."))
    version_name = LineField(_l("Version of the API"), most=10)
    phone_number_id = LineField(_l("Phone number id"), most=40)
    unsigned_receipts = BooleanField(_l("Take reports that are not signed: the secret address is trusted alone"))
    secret_app_sid = PasswordField(validators=[Length(max=500)])
    secret_token = PasswordField(validators=[Length(max=2000)])
    secret_account_sid = PasswordField(validators=[Length(max=500)])
    secret_auth_token = PasswordField(validators=[Length(max=500)])
    secret_receipt_secret = PasswordField(validators=[Length(max=500)])
    secret_app_secret = PasswordField(validators=[Length(max=500)])
    secret_verify_token = PasswordField(validators=[Length(max=500)])
    secret_password = PasswordField(validators=[Length(max=500)])

    def validate_fields(self, field: Any) -> None:
        """Refuse pairs that are none."""
        if field.data and any("=" not in pair for pair in field.data.split(",")):
            raise ValidationError(str(_l("Write pairs such as to=Recipient, with commas between them.")))

    def facts(self, known: Carrier) -> ProviderFacts:
        """Give what was typed, as far as it concerns this carrier."""
        settings: dict[str, Any] = {name: self[_field_of(name)].data for name in known.settings}
        if settings.get("fields"):
            pairs = (pair.partition("=") for pair in settings["fields"].split(","))
            settings["fields"] = {name.strip(): value.strip() for name, _equals, value in pairs}
        return ProviderFacts(
            name=self.name.data or "",
            priority=self.priority.data or 10,
            rate_per_minute=self.rate_per_minute.data or 600,
            price_per_part_halalas=self.price_per_part_halalas.data or 0,
            is_active=bool(self.is_active.data),
            settings=settings,
            secrets={name: self[f"secret_{name}"].data or "" for name in known.secrets},
        )


def _field_of(setting: str) -> str:
    return "version_name" if setting == "version" else setting


def setting_fields(known: Carrier) -> list[str]:
    """Name the form's fields for the settings of a carrier."""
    return [_field_of(name) for name in known.settings]


def provider_values(row: Provider) -> dict[str, Any]:
    """Give a provider as the form shows it; never a secret."""
    settings: dict[str, Any] = {
        _field_of(name): value if isinstance(value, bool | dict) else str(value) for name, value in row.settings.items()
    }
    fields = settings.get("fields")
    if isinstance(fields, dict):
        settings["fields"] = ", ".join(f"{name}={value}" for name, value in fields.items())
    names = ("name", "is_active", "priority", "rate_per_minute", "price_per_part_halalas", "version")
    return {**settings, **{name: getattr(row, name) for name in names}}


class TryForm(Form):
    """Where a test message goes."""

    to = LineField(_l("Your own number or address"), [DataRequired(GIVE)], most=254)


class MinuteField(StringField):
    """A time of day such as 21:00; 24:00 is midnight at the end of the day. Holds minutes."""

    def process_formdata(self, valuelist: list[Any]) -> None:
        """Read the time; empty is None."""
        raw = western_digits((valuelist[0] if valuelist else "").strip())
        self.data = None
        if not raw:
            return
        hours, colon, minutes = raw.partition(":")
        whole = colon and hours.isdigit() and minutes.isdigit() and len(minutes) == 2
        if not whole or int(minutes) > 59 or int(hours) * 60 + int(minutes) > 24 * 60:
            self.typed = raw
            raise ValidationError(str(_l("Write a time such as 21:00.")))
        self.data = int(hours) * 60 + int(minutes)

    def process_data(self, value: Any) -> None:
        """Take minutes as they are."""
        self.data = value

    def _value(self) -> str:
        if isinstance(self.data, int):
            return f"{self.data // 60:02d}:{self.data % 60:02d}"
        return getattr(self, "typed", "")


def _minute(label: Any, **more: Any) -> MinuteField:
    return MinuteField(label, **more)


class RuleForm(Form):
    """When and in which order a hospital writes to people."""

    version = VersionField()
    opens_minute = _minute(_l("From"), default=9 * 60)
    closes_minute = _minute(_l("Until"), default=21 * 60)
    ramadan_closes_minute = _minute(_l("Until, in Ramadan"), description=_l("Empty: as always."))
    prayer_from_minute = _minute(_l("Friday prayer, from"), default=11 * 60 + 30)
    prayer_until_minute = _minute(_l("Friday prayer, until"), default=13 * 60 + 30)
    jitter_minutes = IntegerField(
        _l("Spread what waited over so many minutes"),
        [InputRequired(GIVE), NumberRange(min=0, max=MOST_JITTER)],
        default=10,
    )
    first = SelectField(_l("First channel"))
    second = SelectField(_l("Second channel"))
    third = SelectField(_l("Third channel"))
    places = ("first", "second", "third")

    def __init__(self, *args: Any, **more: Any) -> None:
        """Offer every channel at every place."""
        super().__init__(*args, **more)
        for name in self.places:
            self[name].choices = [SelectChoice("", "–"), *(SelectChoice(each.value, each.label) for each in Channel)]

    def facts(self) -> RuleFacts:
        """Give what was typed."""
        return RuleFacts(
            opens_minute=-1 if self.opens_minute.data is None else self.opens_minute.data,
            closes_minute=-1 if self.closes_minute.data is None else self.closes_minute.data,
            ramadan_closes_minute=self.ramadan_closes_minute.data,
            prayer_from_minute=self.prayer_from_minute.data,
            prayer_until_minute=self.prayer_until_minute.data,
            jitter_minutes=self.jitter_minutes.data or 0,
            channels=tuple(self[name].data for name in self.places if self[name].data),
        )


def rule_values(row: ContactRule | None) -> dict[str, Any]:
    """Give a rule (None: the starting values) as the form shows it."""
    facts = RuleFacts() if row is None else row
    names = [name for name in RuleFacts.__slots__ if name != "channels"]
    places = dict(zip(RuleForm.places, facts.channels, strict=False))
    return {**{name: getattr(facts, name) for name in names}, **places, "version": row.version if row else None}


def texts_values(row: MessageTemplate) -> dict[str, Any]:
    """Give a text as the form shows it."""
    return {name: getattr(row, name) for name in (*Texts.__slots__, "version")}
