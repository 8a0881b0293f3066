"""The litany: who may pass which door, declared once by hand, and held against every route.

`DOORS` names each endpoint with the people it lets in (of `cast.PEOPLE`); a guard finds routes that are missing here. For
each endpoint the tests check: anonymous is sent to the login (pages) or gets 401 (API); people without the right get 403;
the right people get anything else; an id that is none, or of another hospital, is 404.
"""

from __future__ import annotations

from tests.core.resources.litany import resource_litany

EVERYONE = frozenset(
    [
        "px_admin",
        "hospital_admin",
        "department_manager",
        "px_coordinator",
        "physician",
        "nurse",
        "staff",
        "viewer",
        "source_user",
    ]
)
ADMINS = frozenset({"px_admin", "hospital_admin"})
OFFICE = ADMINS | {"px_coordinator"}
HEADS = OFFICE | {"department_manager"}
ASSIGNED = HEADS | {"physician", "nurse", "staff"}
SOURCES: frozenset[str] = frozenset()  # only hospital systems with their key

PUBLIC: dict[str, str] = {
    "static": "files of the design",
    "health.live": "load balancers",
    "health.ready": "load balancers",
    "accounts.sign_in": "nobody is signed in yet",
    "accounts.sign_in_now": "nobody is signed in yet",
    "accounts.ask_code": "second half of signing in",
    "accounts.check_code": "second half of signing in",
    "accounts.reset": "forgotten password",
    "accounts.reset_now": "forgotten password",
    "accounts.choose": "mailed link",
    "accounts.choose_now": "mailed link",
    "accounts.choose_language": "everyone chooses a language",
    "accounts.choose_theme": "everyone chooses a theme",
    "accounts_api.token": "programs sign in",
    "accounts_api.refresh": "refresh token is the credential",
    "complaint_form.form": "anybody complains",
    "complaint_form.send": "anybody complains",
    "complaint_form.track": "tracking link",
    "intake_form.show": "link of 24 hours that staff sent",
    "intake_form.send": "link of 24 hours that staff sent",
    "explanation_form.show": "link of who is asked to explain",
    "explanation_form.send": "link of who is asked to explain",
    "survey_form.form": "patient's link",
    "survey_form.save": "patient's link",
    "survey_form.thanks": "patient's link",
    "survey_form.callback": "patient's link",
    "survey_public_api.read": "patient's token",
    **dict.fromkeys(
        (
            "complaint_form.ask_code",
            "complaint_form.read",
            "complaint_form.add",
            "complaint_form.withdraw",
            "complaint_form.letter",
        ),
        "tracking link and a code to the phone on file",
    ),
    "survey_public_api.submit": "patient's token",
    "webhooks.take": "providers sign what they send",
    "webhooks.handshake": "providers ask whether the address is ours",
}

COMPLAINANTS = HEADS | {"viewer", "source_user"}

DOORS: dict[str, frozenset[str]] = {
    **dict.fromkeys(
        (
            "complaints.queue",
            "complaints.show",
            "complaints.move",
            "complaints.panel_of_patient",
            "complaints.panel_of_survey",
            "complaints.choose_file",
            "complaints.take_file",
        ),
        COMPLAINANTS,
    ),
    **dict.fromkeys(
        (
            "complaints.new",
            "complaints.create",
            "complaints.panel_of_messages",
            "complaints.panel_of_files",
            "complaints.add_files",
            "complaints.open_file",
            "complaints_api.list_attachments",
            "complaints_api.add_attachment",
            "complaints_api.attachment_content",
        ),
        HEADS | {"source_user"},
    ),
    **dict.fromkeys(
        ("complaints.panel_of_similar", "complaints.similar_typed", "complaints_api.list_similar"),
        HEADS | {"source_user"},
    ),
    **dict.fromkeys(
        (
            "complaints.panel_of_suggestions",
            "complaints.accept_suggestion",
            "complaints.ignore_suggestion",
            "complaints_api.list_suggestions",
            "complaints_api.accept_suggestion",
            "complaints_api.ignore_suggestion",
            "complaints.panel_of_links",
            "complaints.link",
            "complaints.unlink",
            "complaints.write_to_event",
            "complaints_api.list_links",
            "complaints_api.add_link",
            "complaints_api.remove_link",
            "complaints_api.write_to_event",
            "intake_links.listed",
            "intake_links.send",
            "intake_links.revoke",
            "intake_links_api.list_links",
            "intake_links_api.send",
            "intake_links_api.revoke",
            "texts.of_complaint",
            "texts.of_inquiry",
            "texts_api.list_of_complaint",
            "texts_api.list_of_inquiry",
            "checklists.panel_of_checklist",
            "checklists.tick",
            "checklists_api.read",
            "checklists_api.put",
            "promises.panel_of_complaint",
            "promises.panel_of_inquiry",
            "promises.make",
            "promises.settle",
            "promises_api.list_of_complaint",
            "promises_api.list_of_inquiry",
            "promises_api.make_on_complaint",
            "promises_api.make_on_inquiry",
            "promises_api.settle",
        ),
        HEADS,
    ),
    **dict.fromkeys(
        (
            "complaints.choose_owner",
            "complaints.write_letter",
            "complaints.issue_letter",
            "complaints.make_pack",
            "complaints.show_paper",
            "complaints.choose_patient",
            "complaints.identify",
            "complaints.assign",
            "complaints.severity",
            "complaints.note",
        ),
        HEADS,
    ),
    **dict.fromkeys(
        (
            "explanations.new_point",
            "explanations.add_point",
            "explanations.edit_point",
            "explanations.save_point",
            "explanations.remove_point",
        ),
        HEADS,
    ),
    "actions.panel_of_survey": ASSIGNED,
    **dict.fromkeys(("explanations.new", "explanations.ask"), OFFICE),
    **dict.fromkeys(("explanations.listed", "explanations.show", "explanations.move"), ASSIGNED),
    **dict.fromkeys(
        (
            "complaints_api.list_complaints",
            "complaints_api.read",
            "complaints_api.change_status",
            "complaints_api.take_file",
        ),
        COMPLAINANTS,
    ),
    "complaints_api.create": HEADS | {"source_user"},
    **dict.fromkeys(
        ("complaints_api.assign", "complaints_api.identify", "complaints_api.severity", "complaints_api.add_note"),
        HEADS,
    ),
    **dict.fromkeys(("complaints_api.list_points", "complaints_api.add_point", "complaints_api.change_point"), HEADS),
    **dict.fromkeys(
        (
            "complaint_bulk.preview",
            "complaint_bulk.change",
            "complaint_bulk.done",
            "complaint_bulk.undo",
            "complaints_api.change_many",
            "complaints_api.undo_many",
        ),
        HEADS,
    ),
    "complaints_api.ask": OFFICE,
    **dict.fromkeys(
        ("complaints_api.list_explanations", "complaints_api.read_explanation", "complaints_api.move_explanation"),
        ASSIGNED,
    ),
    "complaints_api.taxonomy": HEADS,
    **dict.fromkeys(("inquiries.queue", "inquiries.show", "inquiries.move"), COMPLAINANTS),
    **dict.fromkeys(("inquiries.new", "inquiries.create"), HEADS | {"source_user"}),
    **dict.fromkeys(
        (
            "inquiries.respond",
            "inquiries.choose_owner",
            "inquiries.assign",
            "inquiries.choose_category",
            "inquiries.sort",
            "inquiries.note",
        ),
        HEADS,
    ),
    **dict.fromkeys((f"mailboxes.{name}" for name in ("listed", "new", "create", "show", "save")), ADMINS),
    **dict.fromkeys((f"mailboxes.{name}" for name in ("pause", "resume", "test")), ADMINS),
    **dict.fromkeys((f"mail_api.{verb}_mailbox" for verb in ("create", "read", "change", "test")), ADMINS),
    "mail_api.list_mailboxes": ADMINS,
    **dict.fromkeys((f"incoming_mail.{name}" for name in ("queue", "show")), OFFICE),
    **dict.fromkeys((f"incoming_mail.{name}" for name in ("make_complaint", "accept", "try_again")), OFFICE),
    **dict.fromkeys((f"mail_api.{name}" for name in ("list_mail", "read_mail")), OFFICE),
    **dict.fromkeys((f"mail_api.{name}" for name in ("make_complaint", "accept", "try_again")), OFFICE),
    "inquiries.convert": OFFICE,
    **dict.fromkeys(
        ("inquiries_api.list_inquiries", "inquiries_api.read", "inquiries_api.change_status"), COMPLAINANTS
    ),
    "inquiries_api.create": HEADS | {"source_user"},
    **dict.fromkeys(
        ("inquiries_api.assign", "inquiries_api.sort", "inquiries_api.add_note", "inquiries_api.respond"), HEADS
    ),
    "inquiries_api.convert": OFFICE,
    **resource_litany("assignment_rules", reads=ADMINS, writes=ADMINS),
    **resource_litany("text_modules", reads=HEADS, writes=ADMINS),
    **resource_litany("checklist_items", reads=HEADS, writes=ADMINS),
    **resource_litany("inquiry_categories", reads=COMPLAINANTS, writes=ADMINS),
    **dict.fromkeys(("kpis.overview", "kpis.one", "kpis.records", "complaints_api.list_kpis"), HEADS | {"viewer"}),
    "accounts.sign_out": EVERYONE,
    "accounts.me": EVERYONE,
    "accounts.save_me": EVERYONE,
    "accounts.change_password": EVERYONE,
    "accounts.second_factor": EVERYONE,
    "accounts.start_second_factor": EVERYONE,
    "accounts.renew_recovery_codes": EVERYONE,
    "accounts.confirm_second_factor": EVERYONE,
    "accounts.remove_second_factor": EVERYONE,
    "accounts.revoke_session": EVERYONE,
    "accounts.choose_hospital": EVERYONE,
    "accounts_api.logout": EVERYONE,
    "accounts_api.read_me": EVERYONE,
    "accounts_api.update_me": EVERYONE,
    "accounts_api.replace_me": EVERYONE,
    "accounts_api.change_password": EVERYONE,
    "accounts_api.list_users": ADMINS,
    "accounts_api.create_user": ADMINS,
    "accounts_api.read_user": ADMINS,
    "accounts_api.update_user": ADMINS,
    "accounts_api.replace_user": ADMINS,
    "accounts_api.archive_user": ADMINS,
    "accounts_api.assign_role": ADMINS,
    "accounts_api.list_roles": ADMINS,
    "accounts_api.read_role": ADMINS,
    "portal.home": EVERYONE,
    "portal.ui": EVERYONE,
    "portal.search": EVERYONE,
    "live.poll": EVERYONE,
    **dict.fromkeys(
        (f"saved_views.{name}" for name in ("listed", "new", "create", "save", "remove", "start", "plain_start")),
        EVERYONE,
    ),
    **dict.fromkeys(
        (
            f"saved_views_api.{name}"
            for name in ("list_views", "create", "read", "change", "remove", "start", "start_plainly")
        ),
        EVERYONE,
    ),
    "api_docs": EVERYONE,
    "openapi.spec": EVERYONE,
    "health.page": ADMINS,
    "actions.queue": ASSIGNED,
    "actions.show": ASSIGNED,
    "actions.assign": HEADS,
    "actions.move": ASSIGNED,
    "actions.severity": HEADS,
    "actions.note": ASSIGNED,
    "actions.new": HEADS,
    "actions.create": HEADS,
    "action_bulk.preview": HEADS,
    "action_bulk.hand_over": HEADS,
    "actions_api.list_actions": ASSIGNED,
    "actions_api.create": HEADS,
    "actions_api.read": ASSIGNED,
    "actions_api.assign": HEADS,
    "actions_api.move": ASSIGNED,
    "actions_api.severity": HEADS,
    "actions_api.add_note": ASSIGNED,
    "action_rules.listed": OFFICE,
    "action_rules.new": ADMINS,
    "action_rules.create": ADMINS,
    "action_rules.show": OFFICE,
    "action_rules.save": ADMINS,
    "action_rules.archive": ADMINS,
    "journeys.board": HEADS | {"viewer"},
    "journeys.show": HEADS | {"viewer"},
    "journeys.listed": HEADS | {"viewer"},
    "journeys_admin.listed": OFFICE,
    "journeys_admin.new": ADMINS,
    "journeys_admin.create": ADMINS,
    "journeys_admin.show": OFFICE,
    "journeys_admin.save": ADMINS,
    "journeys_admin.archive": ADMINS,
    "journeys_admin.stage": ADMINS,
    "journeys_admin.save_stage": ADMINS,
    "journeys_admin.new_stage": ADMINS,
    "journeys_admin.add_stage": ADMINS,
    "journeys_admin.move_stage": ADMINS,
    "journeys_admin.archive_stage": ADMINS,
    "journeys_api.list_templates": OFFICE,
    "journeys_api.create_template": ADMINS,
    "journeys_api.read_template": OFFICE,
    "journeys_api.replace_template": ADMINS,
    "journeys_api.change_template": ADMINS,
    "journeys_api.archive_template": ADMINS,
    "journeys_api.list_stages": OFFICE,
    "journeys_api.create_stage": ADMINS,
    "journeys_api.read_stage": OFFICE,
    "journeys_api.replace_stage": ADMINS,
    "journeys_api.change_stage": ADMINS,
    "journeys_api.archive_stage": ADMINS,
    "visits_api.list_instances": HEADS | {"viewer"},
    "visits_api.create_instance": OFFICE,
    "visits_api.read_instance": HEADS | {"viewer"},
    "visits_api.change_instance": OFFICE,
    "visits_api.cancel_instance": OFFICE,
    "visits_api.progress": HEADS | {"viewer"},
    "visits_api.list_stages": HEADS | {"viewer"},
    "visits_api.apply_event": OFFICE,
    "visits_api.board": HEADS | {"viewer"},
    "integrations_api.send": SOURCES,
    "integrations_api.send_many": SOURCES,
    "integrations_api.hl7": SOURCES,
    "integrations_api.list_events": ADMINS,
    "integrations_api.read_event": ADMINS,
    "integrations_api.reprocess": ADMINS,
    "integrations_api.set_aside": ADMINS,
    "messages.log": OFFICE,
    "messages.show": OFFICE,
    "messages.send_again": OFFICE,
    **dict.fromkeys((f"messages_api.{name}" for name in ("list_messages", "read", "send_again")), OFFICE),
    **dict.fromkeys(
        (f"message_texts.{name}" for name in ("listed", "show", "look", "save", "copy", "archive")), ADMINS
    ),
    **dict.fromkeys(
        (f"providers.{name}" for name in ("listed", "new", "create", "show", "save", "archive", "send_test")), ADMINS
    ),
    **dict.fromkeys(
        (f"contact_rules.{name}" for name in ("listed", "new", "create", "show", "save", "archive")), ADMINS
    ),
    **dict.fromkeys(
        (
            f"notifications_api.{verb}_{thing}"
            for thing, verbs in (
                ("texts", ("list",)),
                ("text", ("create", "read", "preview", "replace", "change", "archive")),
                ("providers", ("list",)),
                ("provider", ("create", "read", "replace", "change", "archive", "test")),
            )
            for verb in verbs
        ),
        ADMINS,
    ),
    **dict.fromkeys(
        (f"contact_rules_api.{name}" for name in ("list_rules", "create", "read", "replace_rule", "change", "archive")),
        ADMINS,
    ),
    "messages.bell_page": EVERYONE,
    "messages.read_all": EVERYONE,
    "messages.open_line": EVERYONE,
    "inbound.queue": ADMINS,
    "inbound.show": ADMINS,
    "inbound.reprocess": ADMINS,
    "inbound.set_aside": ADMINS,
    "inbound.ask_again": ADMINS,
    "inbound.again": ADMINS,
    "inbound_sources.show": ADMINS,
    "inbound_sources.rotate": ADMINS,
    "inbound_sources.stop_old": ADMINS,
    "inbound_sources.ask": ADMINS,
    "inbound_sources.attempt": ADMINS,
    **dict.fromkeys(
        [f"outbound.{name}" for name in ("listed", "new", "create", "show", "edit", "save", "rotate", "stop_old")]
        + [f"outbound.{name}" for name in ("pause", "resume", "archive", "test")]
        + [f"outbound_deliveries.{name}" for name in ("show", "redeliver", "ask_many", "redeliver_many")]
        + [f"outbound_api.{name}" for name in ("list_webhooks", "create", "read", "change", "archive", "rotate")]
        + [f"outbound_api.{name}" for name in ("stop_old", "pause", "resume", "test", "list_deliveries")]
        + [f"outbound_api.{name}" for name in ("redeliver_many", "read_delivery", "redeliver")],
        ADMINS,
    ),
    "source_keys_api.rotate": ADMINS,
    "source_keys_api.stop_old": ADMINS,
    "patients.search": OFFICE | {"viewer"},
    "patients.show": OFFICE | {"viewer"},
    "patients.consent": OFFICE,
    "patients.merge": OFFICE,
    "patients.erase": ADMINS,
    "admin.index": OFFICE,
    "surveys.listed": HEADS | {"viewer"},
    "surveys.show": HEADS | {"viewer"},
    "calendars.listed": ADMINS,
    "calendars.new": ADMINS,
    "calendars.create": ADMINS,
    "calendars.show": ADMINS,
    "calendars.save": ADMINS,
    "calendars.week": ADMINS,
    "calendars.save_week": ADMINS,
    "calendars.new_entry": ADMINS,
    "calendars.add_entry": ADMINS,
    "calendars.entry": ADMINS,
    "calendars.save_entry": ADMINS,
    "calendars.confirm": ADMINS,
    "calendars.remove": ADMINS,
    "calendars.add_year": ADMINS,
    "calendars.archive": ADMINS,
    "sla_policies.listed": ADMINS,
    "sla_policies.new": ADMINS,
    "sla_policies.create": ADMINS,
    "sla_policies.show": ADMINS,
    "sla_policies.save": ADMINS,
    "sla_policies.archive": ADMINS,
    "sla_api.list_calendars": ADMINS,
    "sla_api.create_calendar": ADMINS,
    "sla_api.read_calendar": ADMINS,
    "sla_api.replace_calendar": ADMINS,
    "sla_api.change_calendar": ADMINS,
    "sla_api.archive_calendar": ADMINS,
    "sla_api.preview_calendar": ADMINS,
    "sla_api.list_policies": ADMINS,
    "sla_api.create_policy": ADMINS,
    "sla_api.read_policy": ADMINS,
    "sla_api.replace_policy": ADMINS,
    "sla_api.preview_policy": ADMINS,
    "sla_api.archive_policy": ADMINS,
    **dict.fromkeys(
        (
            "clocks.show",
            "clocks.ask",
            "clocks.decide",
            "extensions_api.list_clocks",
            "extensions_api.ask",
            "extensions_api.decide",
        ),
        EVERYONE,  # the case of the clock says who may
    ),
    "audit.listed": ADMINS,
    "audit.show": ADMINS,
    "audit.export": ADMINS,
    "audit.parked": ADMINS,
    "audit.release": ADMINS,
    "audit.skip": ADMINS,
    "people.listed": ADMINS,
    "people.new": ADMINS,
    "people.invite": ADMINS,
    "people.show": ADMINS,
    "people.save": ADMINS,
    "people.role": ADMINS,
    "people.archive": ADMINS,
    "people.restore": ADMINS,
    "people.deputy": ADMINS,
    "people.end_role": ADMINS,
    "people.invite_again": ADMINS,
    "people.end_sessions": ADMINS,
    "people.clear_second_factor": ADMINS,
    "people.factor_rules": ADMINS,
    "people.save_factor_rule": ADMINS,
    "people.save_group_factor_rule": frozenset({"px_admin"}),
}

for _unit in ("departments", "physicians", "employees", "locations"):
    DOORS |= resource_litany(_unit, reads=HEADS | {"viewer"}, writes=ADMINS)
DOORS |= resource_litany(
    "hospitals", reads=HEADS | {"viewer"}, writes=frozenset({"px_admin"}), panel=ADMINS, imports=False
)
for _setup in ("sources", "links", "mappings"):
    DOORS |= resource_litany(_setup, reads=ADMINS, writes=ADMINS, imports=False)
DOORS |= resource_litany("patients", reads=OFFICE | {"viewer"}, writes=OFFICE)

DOORS |= {
    **dict.fromkeys(
        [
            "survey_builder.listed",
            "survey_builder.show",
            "survey_builder.preview",
            "survey_builder.trial",
            "survey_builder.take_trial",
            "survey_triggers.listed",
            "surveys_api.list_templates",
            "surveys_api.read_template",
            "surveys_api.list_questions",
            "surveys_api.read_question",
            "survey_triggers_api.list_triggers",
            "survey_triggers_api.read_trigger",
        ],
        HEADS,
    ),
    **dict.fromkeys(
        [f"survey_builder.{verb}" for verb in ("new", "create", "settings", "save", "publish", "unpublish", "archive")]
        + [f"survey_builder.{verb}" for verb in ("restore", "copy", "sketch", "bank", "add_from_bank")]
        + [f"survey_builder.{verb}_question" for verb in ("new", "add", "save", "move", "archive")]
        + ["survey_builder.question"]
        + [f"survey_triggers.{verb}" for verb in ("new", "create", "show", "save", "archive")]
        + [f"surveys_api.{verb}_template" for verb in ("create", "replace", "change", "archive", "restore", "copy")]
        + ["surveys_api.publish_template", "surveys_api.unpublish_template"]
        + [f"surveys_api.{verb}_question" for verb in ("create", "replace", "change", "archive")]
        + [f"survey_triggers_api.{verb}_trigger" for verb in ("create", "replace", "change", "archive")]
        + [f"survey_instances_api.{verb}_instance" for verb in ("create", "withdraw", "cancel", "resend")]
        + ["survey_instances_api.check_visits", "survey_instances_api.create_instances"]
        + [f"surveys.{verb}" for verb in ("resend", "withdraw", "send_to_visit", "send_to_patient", "choose_visits")]
        + [f"surveys.{verb}" for verb in ("preview", "send_to_many", "undo")],
        OFFICE,
    ),
    **dict.fromkeys(
        [
            "surveys.panel_of_visit",
            "surveys.panel_of_patient",
            "survey_instances_api.list_instances",
            "survey_instances_api.read_instance",
        ],
        HEADS | {"viewer"},
    ),
    "survey_triggers.set_gap": ADMINS,
}
