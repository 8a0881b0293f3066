"""The words with which events of the organization stand in timelines."""

from __future__ import annotations

from flask_babel import lazy_gettext as _l

from app.core.events.timeline import describe
from app.organizations.events import (
    ConsentRecorded,
    DepartmentMoved,
    PatientCreated,
    PatientErased,
    PatientMerged,
    PatientUpdated,
)

describe(PatientCreated.kind, _l("The patient became known"), "user")
describe(PatientUpdated.kind, _l("Facts of the patient changed"), "edit")
describe(PatientMerged.kind, _l("The record was merged into another"), "arrow-merge")
describe(PatientErased.kind, _l("What identifies the patient was removed"), "trash")
describe(ConsentRecorded.kind, _l("The wish about messages was recorded"), "message-check")
describe(DepartmentMoved.kind, _l("The department was moved"), "sitemap")
