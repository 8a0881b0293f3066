"""Complaints: from the first word of a patient to the proof that it was answered.

Words: a *complaint* has *points*, each with its department, finding and answer; a *request to explain* asks one person. Stands on
surveys (which it asks to wait) and journeys; tells the action center by signals.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.complaints import (  # noqa: F401 - some declare themselves
        api,
        api_files,
        bulk_api,
        bulk_views,
        explaining_views,
        export_views,
        file_views,
        handlers,
        jobs,
        kpi_api,
        kpi_views,
        link_views,
        panels,
        paper_views,
        public,
        public_explaining,
        public_words,
        queries,
        similar_views,
        suggestion_kpi_api,
        suggestion_kpi_views,
        suggestion_views,
        survey_views,
        understanding_api,
        understanding_handlers,
        views,
        words,
        working_views,
    )
    from app.complaints.assigning import register as register_assigning
    from app.complaints.checklists import register as register_checklists
    from app.complaints.flags import register as register_flags
    from app.complaints.inquiries import register as register_inquiries
    from app.complaints.intake_links import register as register_intake_links
    from app.complaints.mail import register as register_mail
    from app.complaints.models import Complaint
    from app.complaints.policy import Perm
    from app.complaints.promises import register as register_promises
    from app.complaints.taxonomy import register as register_taxonomy
    from app.complaints.texts import register as register_texts
    from app.core.web import menu, names, presence
    from app.core.web.panels import badge

    for blueprint in (
        views.bp,
        bulk_views.bp,
        explaining_views.bp,
        kpi_views.bp,
        public.bp,
        public_explaining.bp,
        api.bp,
    ):
        app.register_blueprint(blueprint)
    badge("journey", "complaint", panels.marks_of_visits)
    words.init_app(app)
    names.give("class", queries.class_names)
    presence.give("complaint", Complaint, Perm.READ)
    menu.line("work", 10, _l("Complaints"), "complaints.queue", "speakerphone", Perm.READ)
    register_inquiries(app)
    register_promises(app)
    register_texts(app)
    register_checklists(app)
    register_assigning(app)
    register_intake_links(app)
    register_mail(app)
    register_taxonomy(app)
    register_flags(app)
    menu.line("insight", 12, _l("KPIs of complaints"), "kpis.overview", "chart-bar", Perm.KPI_READ)
    menu.line("work", 15, _l("Explanations"), "explanations.listed", "user-question", Perm.EXPLANATION_READ)
