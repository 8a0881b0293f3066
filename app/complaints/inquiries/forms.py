"""Forms of inquiries: they parse and bound; rules are the services'."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l
from wtforms import DateTimeLocalField, SelectField
from wtforms.validators import DataRequired, Optional

from app.complaints.enums import RELATIONS
from app.complaints.forms import SEVERITIES, choices
from app.complaints.inquiries.enums import (
    ANSWER_WAYS,
    CANCEL_REASONS,
    NOTE_KINDS,
    WRITTEN_BY_STAFF,
)
from app.complaints.inquiries.services.answering import Reply
from app.complaints.inquiries.services.converting import ConvertFacts
from app.complaints.inquiries.services.receiving import InquiryFacts
from app.complaints.inquiries.services.stepping import StepFacts
from app.complaints.sources.known import choices_of
from app.core.i18n import LANGUAGES
from app.core.severity import Severity
from app.core.web.forms import Form, LineField, TextField, UuidField, VersionField, here


class InquiryForm(Form):
    """Enter an inquiry."""

    hospital_id = UuidField(_l("Hospital"))
    channel = SelectField(_l("How it came"), choices=lambda: choices_of("inquiry"), default="desk")
    received_at = DateTimeLocalField(_l("When it came (empty: now)"), [Optional()])
    patient_id = UuidField(_l("Patient"))
    contact_relation = SelectField(_l("Who asks"), choices=choices(RELATIONS), default="patient")
    contact_name = LineField(_l("Name of who asks"))
    contact_phone = LineField(_l("Phone of who asks"), most=40)
    contact_email = LineField(_l("E-mail of who asks"), most=254)
    language = SelectField(_l("Language of the answer"), choices=choices(LANGUAGES, empty="–"), default="")
    words = TextField(_l("The question, in their own words"), [DataRequired(_l("Write the question."))])
    category_id = UuidField(_l("Category"))
    department_id = UuidField(_l("Department"))

    def facts(self) -> InquiryFacts:
        """Give what was typed; instants are of the zone that the page shows."""
        return InquiryFacts(
            words=self.words.data or "",
            channel=self.channel.data,
            patient_id=self.patient_id.data,
            contact_name=self.contact_name.data or "",
            contact_phone=self.contact_phone.data or "",
            contact_email=self.contact_email.data or "",
            contact_relation=self.contact_relation.data,
            language=self.language.data or "",
            category_id=self.category_id.data,
            department_id=self.department_id.data,
            received_at=here(self.received_at.data),
        )


class InquiryStepForm(Form):
    """Take a step, with what it asks for."""

    version = VersionField()
    reason = TextField(_l("Reason"), most=2000)
    cancel_reason = SelectField(_l("Why it is cancelled"), choices=choices(CANCEL_REASONS, empty="–"), default="")
    way = SelectField(_l("How the answer goes out"), choices=choices(ANSWER_WAYS, empty="–"), default="")
    answer = TextField(_l("Answer"), most=5000)
    severity = SelectField(_l("Severity"), choices=choices(SEVERITIES), default=Severity.MEDIUM)

    def facts(self) -> StepFacts:
        """Give what a step of the workflow takes."""
        return StepFacts(reason=self.reason.data or "", cancel_reason=self.cancel_reason.data or "")

    def reply(self) -> Reply:
        """Give the answer."""
        return Reply(way=self.way.data or "", answer=self.answer.data or "")

    def of_complaint(self) -> ConvertFacts:
        """Give what is said of the complaint that it becomes."""
        return ConvertFacts(severity=self.severity.data or "")


class InquiryNoteForm(Form):
    """Write on the inquiry."""

    kind = SelectField(_l("What it is"), choices=choices(NOTE_KINDS, only=WRITTEN_BY_STAFF), default="note")
    body = TextField(_l("Note"), [DataRequired(_l("Write something first."))])


class InquirySourceForm(Form):
    """Say where it came from."""

    version = VersionField()
    channel = SelectField(_l("How it came"), choices=lambda: choices_of("inquiry"))


class SortForm(Form):
    """Say what it is about and whom it concerns."""

    version = VersionField()
    category_id = UuidField(_l("Category"))
    department_id = UuidField(_l("Department"))
