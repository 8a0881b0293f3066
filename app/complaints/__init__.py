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
        assigning,
        bulk_api,
        bulk_views,
        checklists,
        explaining_views,
        export_views,
        file_views,
        flags,
        handlers,
        inquiries,
        intake_links,
        jobs,
        kpi_api,
        kpi_views,
        link_views,
        mail,
        panels,
        paper_views,
        promises,
        public,
        public_explaining,
        public_words,
        queries,
        similar_views,
        suggestion_kpi_api,
        suggestion_kpi_views,
        suggestion_views,
        survey_views,
        taxonomy,
        texts,
        understanding_api,
        understanding_handlers,
        views,
        words,
        working_views,
    )
    from app.complaints.models import Complaint
    from app.complaints.policy import Perm
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
    for room in (inquiries, promises, texts, checklists, assigning, intake_links, mail, taxonomy, flags):
        room.register(app)
    menu.line("insight", 12, _l("KPIs of complaints"), "kpis.overview", "chart-bar", Perm.KPI_READ)
    menu.line("work", 15, _l("Explanations"), "explanations.listed", "user-question", Perm.EXPLANATION_READ)
