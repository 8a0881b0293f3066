"""What the subjects of the event log are called and where they lead; the portal knows every page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from flask import current_app, url_for
from flask_babel import lazy_gettext as _l

from app.complaints.policy import Perm as ComplaintPerm
from app.core.events.subjects import declare
from app.organizations.policy import Perm as OrganizationPerm


def _to(endpoint: str, argument: str) -> Callable[[UUID], str]:
    def address(subject_id: UUID) -> str:
        given: dict[str, Any] = {argument: subject_id}
        return url_for(endpoint, **given) if endpoint in current_app.view_functions else ""

    return address


declare("action", _l("PX action"), _to("actions.show", "action_id"))
declare("complaint", _l("Complaint"), _to("complaints.show", "complaint_id"), values_need=ComplaintPerm.IDENTIFY)
declare("mailbox", _l("Mailbox"), _to("mailboxes.show", "mailbox_id"))
declare("incoming_mail", _l("Incoming e-mail"), _to("incoming_mail.show", "mail_id"))
declare("intake_link", _l("Link to complain"))
declare("explanation", _l("Explanation"), _to("explanations.show", "explanation_id"))
declare("inquiry", _l("Inquiry"), _to("inquiries.show", "inquiry_id"), values_need=ComplaintPerm.IDENTIFY)
declare("red_flag_phrase", _l("Red-flag word"), _to("admin_red_flag_phrases.show", "row_id"))
declare("taxonomy_version", _l("Edition of the taxonomy"), _to("taxonomy.show", "edition_id"))
declare("case_source", _l("Source of cases"), _to("admin_case_sources.show", "row_id"))
declare("inquiry_category", _l("Category of inquiries"), _to("admin_inquiry_categories.show", "row_id"))
declare("text_module", _l("Text module"), _to("admin_text_modules.show", "row_id"))
declare("checklist_item", _l("Item of a checklist"), _to("admin_checklist_items.show", "row_id"))
declare("assignment_rule", _l("Assignment rule"), _to("admin_assignment_rules.show", "row_id"))
declare("patient", _l("Patient"), _to("patients.show", "patient_id"), values_need=OrganizationPerm.PATIENT_IDENTIFY)
declare("journey", _l("Visit"), _to("journeys.show", "journey_id"))
declare("survey", _l("Survey"), _to("surveys.show", "instance_id"))
declare("user", _l("Person of the staff"), _to("people.show", "user_id"))
declare("department", _l("Department"), _to("admin_departments.show", "row_id"))
declare("hospital", _l("Hospital"), _to("admin_hospitals.show", "row_id"))
declare("calendar", _l("Working calendar"), _to("calendars.show", "calendar_id"))
declare("sla_policy", _l("Deadline rule"), _to("sla_policies.show", "policy_id"))
declare("journey_template", _l("Journey template"), _to("journeys_admin.show", "template_id"))
declare("source_system", _l("Hospital system"))
declare("inbound_event", _l("Inbound event"), _to("inbound.show", "event_id"))
declare("action_rule", _l("Rule of actions"), _to("action_rules.show", "rule_id"))
declare("contact_rule", _l("Quiet hours and channels"))
declare("message", _l("Message"), _to("messages.show", "message_id"))
declare("message_template", _l("Text of messages"), _to("message_texts.show", "template_id"))
declare("provider", _l("Provider of messages"), _to("providers.show", "provider_id"))
declare("second_factor_rule", _l("Second factor by role"))
declare("survey_contact_rule", _l("Days between surveys"))
declare("survey_template", _l("Survey template"), _to("survey_builder.show", "template_id"))
declare("survey_trigger", _l("When surveys are sent"), _to("survey_triggers.show", "trigger_id"))
declare("location", _l("Location"), _to("admin_locations.show", "row_id"))
declare("employee", _l("Employee"), _to("admin_employees.show", "row_id"))
declare("physician", _l("Physician"), _to("admin_physicians.show", "row_id"))
declare("code_mapping", _l("Code mapping"), _to("admin_mappings.show", "row_id"))
declare("mllp_link", _l("MLLP link"), _to("admin_links.show", "row_id"))
declare("webhook_endpoint", _l("Outbound webhook"), _to("outbound.show", "endpoint_id"))
declare("attachment", _l("Attached file"))
declare("audit_log", _l("Audit log"))
