"""Forms of complaints: they parse and bound; rules are the services'."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, DateField, DateTimeLocalField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Optional

from app.complaints.enums import (
    CANCEL_REASONS,
    CONTACT_WAYS,
    FINDINGS,
    HARM,
    LINKS,
    NOTE_KINDS,
    RELATIONS,
    RESOLUTIONS,
    WAIT_REASONS,
    WRITTEN_BY_STAFF,
)
from app.complaints.models import ComplaintPoint
from app.complaints.papers.services import LetterFacts
from app.complaints.points.services import PointFacts
from app.complaints.services.receiving import ComplaintFacts
from app.complaints.services.stepping import StepFacts
from app.complaints.sources.known import choices_of
from app.core.severity import Severity
from app.core.web.forms import Form, HiddenUuidField, LineField, TextField, UuidField, VersionField, here
from app.journeys.enums import KIND_LABELS


def choices(table: Mapping[Any, Any], *, empty: Any = None, only: Any = None) -> list[SelectChoice]:
    """Give a table of codes and words as choices, all or `only` some, after an empty one where it has words."""
    first = [SelectChoice("", empty)] if empty is not None else []
    return first + [SelectChoice(str(code), label) for code, label in table.items() if only is None or code in only]


SEVERITIES = {each.value: each.label for each in Severity}
LANGUAGES = {"ar": "العربية", "en": "English"}


class ComplaintForm(Form):
    """Enter a complaint."""

    hospital_id = UuidField(_l("Hospital"))
    survey_id = HiddenUuidField()
    channel = SelectField(_l("How it came"), choices=lambda: choices_of("complaint"), default="desk")
    outside_number = LineField(_l("Number of the outside body"), most=60)
    received_at = DateTimeLocalField(_l("Received there"), [Optional()])
    patient_id = UuidField(_l("Patient"))
    is_anonymous = BooleanField(_l("The complainant stays unnamed"))
    contact_relation = SelectField(_l("Who complains"), choices=choices(RELATIONS), default="patient")
    contact_name = LineField(_l("Name of the complainant"))
    contact_phone = LineField(_l("Phone of the complainant"), most=40)
    contact_email = LineField(_l("E-mail of the complainant"), most=254)
    words = TextField(_l("What happened, in their own words"), [DataRequired(_l("Write what happened."))])
    wish = TextField(_l("What they hope for"), most=1000)
    happened_on = DateField(_l("When it happened"), [Optional()])
    place = LineField(_l("Where it happened"))
    visit_kind = SelectField(_l("Kind of visit"), choices=choices(KIND_LABELS, empty=_l("Not known")), default="")
    department_id = UuidField(_l("Department"))
    severity = SelectField(_l("Severity"), choices=choices(SEVERITIES), default=Severity.MEDIUM)

    def facts(self) -> ComplaintFacts:
        """Give what was typed; instants are of the zone that the page shows."""
        return ComplaintFacts(
            words=self.words.data or "",
            channel=self.channel.data,
            severity=self.severity.data,
            patient_id=self.patient_id.data,
            is_anonymous=bool(self.is_anonymous.data),
            contact_name=self.contact_name.data or "",
            contact_phone=self.contact_phone.data or "",
            contact_email=self.contact_email.data or "",
            contact_relation=self.contact_relation.data,
            wish=self.wish.data or "",
            happened_on=self.happened_on.data,
            place=self.place.data or "",
            visit_kind=self.visit_kind.data,
            department_id=self.department_id.data,
            outside_number=self.outside_number.data or "",
            survey_id=self.survey_id.data,
            received_at=here(self.received_at.data),
        )


class StepForm(Form):
    """Take a step, with what it asks for."""

    version = VersionField()
    reason = TextField(_l("Reason"), most=2000)
    way = SelectField(_l("How you reached the patient"), choices=choices(CONTACT_WAYS, empty="–"), default="")
    statement = TextField(_l("What the patient says"), most=5000)
    contacted_at = DateTimeLocalField(_l("When you spoke (empty: now)"), [Optional()])
    wait_reason = SelectField(_l("What is waited for"), choices=choices(WAIT_REASONS, empty="–"), default="")
    until = DateField(_l("Goes on again on"), [Optional()])
    category = SelectField(_l("Resolution category"), choices=choices(RESOLUTIONS, empty="–"), default="")
    resolution = TextField(_l("Answer for the patient"), most=5000)
    cancel_reason = SelectField(_l("Why it is cancelled"), choices=choices(CANCEL_REASONS, empty="–"), default="")
    other = LineField(_l("Number of the complaint that goes on"), most=20)

    def facts(self) -> StepFacts:
        """Give what was typed; a day begins at midnight of the zone that the page shows."""
        return StepFacts(
            reason=self.reason.data or "",
            way=self.way.data or "",
            statement=self.statement.data or "",
            contacted_at=here(self.contacted_at.data),
            wait_reason=self.wait_reason.data or "",
            until=here(datetime.combine(self.until.data, time())) if self.until.data else None,
            category=self.category.data or "",
            resolution=self.resolution.data or "",
            cancel_reason=self.cancel_reason.data or "",
            other=self.other.data or "",
        )


class AssignForm(Form):
    """Choose the owner."""

    version = VersionField()
    assignee_id = UuidField(_l("Owner"), [DataRequired(_l("Choose a person."))])


class PatientForm(Form):
    """Say whose file it belongs to."""

    version = VersionField()
    patient_id = UuidField(_l("Patient"), [DataRequired(_l("Choose a patient of this hospital."))])


class SeverityForm(Form):
    """Judge how grave it is."""

    version = VersionField()
    severity = SelectField(_l("Severity"), choices=choices(SEVERITIES))


class SourceForm(Form):
    """Say where it came from."""

    version = VersionField()
    channel = SelectField(_l("How it came"), choices=lambda: choices_of("complaint"))
    outside_number = LineField(_l("Number of the outside body"), most=60)


class NoteForm(Form):
    """Write on the complaint."""

    kind = SelectField(_l("What it is"), choices=choices(NOTE_KINDS, only=WRITTEN_BY_STAFF), default="note")
    body = TextField(_l("Note"), [DataRequired(_l("Write something first."))])


class LetterForm(Form):
    """Issue the answer as a letter."""

    version = VersionField()
    language = SelectField(_l("Language of the letter"), choices=choices(LANGUAGES))
    opening = TextField(_l("How it begins"), [DataRequired(_l("This field is required."))], most=2000)
    closing = TextField(_l("How it ends"), [DataRequired(_l("This field is required."))], most=2000)
    signatory_name = LineField(_l("Who signs"), [DataRequired(_l("This field is required."))])
    signatory_title = LineField(_l("Title of who signs"), [DataRequired(_l("This field is required."))])

    def facts(self) -> LetterFacts:
        """Give what was typed."""
        return LetterFacts(
            self.language.data,
            self.opening.data or "",
            self.closing.data or "",
            self.signatory_name.data or "",
            self.signatory_title.data or "",
        )


class PointForm(Form):
    """Say of a point what it is, how grave, whether it holds, and what is answered."""

    version = VersionField()
    summary = LineField(_l("Point"), [DataRequired(_l("Say in a few words what this point is."))])
    class_id = UuidField(_l("Classification"))
    department_id = UuidField(_l("Department"))
    harm = SelectField(_l("Harm level"), choices=choices(HARM, empty="–"), default="")
    finding = SelectField(_l("Finding"), choices=choices(FINDINGS, empty="–"), default="")
    answer = TextField(_l("Answer to this point"))

    def facts(self) -> PointFacts:
        """Give what was typed."""
        return PointFacts(
            summary=self.summary.data or "",
            class_id=self.class_id.data,
            department_id=self.department_id.data,
            harm=int(self.harm.data) if self.harm.data else None,
            finding=self.finding.data or "",
            answer=self.answer.data or "",
        )


class PersonForm(Form):
    """Name a person on a point."""

    person_id = UuidField(_l("Physician or employee"), [DataRequired(_l("Choose a person."))])


def point_values(point: ComplaintPoint) -> dict[str, Any]:
    """Give a point as its form shows it."""
    return {
        "version": point.version,
        "summary": point.summary,
        "class_id": point.class_id,
        "department_id": point.department_id,
        "harm": "" if point.harm is None else str(point.harm),
        "finding": point.finding,
        "answer": point.answer,
    }


class AskForm(Form):
    """Ask somebody to explain."""

    assignee_id = UuidField(_l("Who is asked"), [DataRequired(_l("Choose a person."))])
    department_id = UuidField(_l("Department"))
    point_id = UuidField(_l("About which point"))
    question = TextField(_l("Your question"), [DataRequired(_l("Write what you want to know."))], most=3000)
    extract = TextField(_l("Words of the complaint that they may read"), most=3000)
    shows_patient = BooleanField(_l("They may know who complains"))


class ExplanationForm(Form):
    """Answer a request, or rule on the answer."""

    version = VersionField()
    text = TextField(_l("Text"))


class VersionForm(Form):
    """Press a button on something that has a version."""

    version = VersionField()


class LinkForm(Form):
    """Link another complaint by its number."""

    other = LineField(_l("Number of the other complaint"), [DataRequired(_l("Give a number."))], most=20)
    kind = SelectField(_l("How they belong together"), choices=choices(LINKS), default="related")


class UnlinkForm(Form):
    """Take a link back."""

    other_id = UuidField(_l("Complaint"), [DataRequired(_l("Choose one of the list."))])
    kind = SelectField(_l("How they belong together"), choices=choices(LINKS), default="related")


class EventNoteForm(Form):
    """Write to all who complain of one event."""

    kind = SelectField(_l("What it is"), choices=choices(NOTE_KINDS, only=("note", "message")), default="note")
    body = TextField(_l("Text"), [DataRequired(_l("Write something first."))])
