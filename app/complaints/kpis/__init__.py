"""Figures of complaints (domain.md section 4): what each KPI counts, the rows it counts, and what its numbers say.

`definitions` is the table of KPIs; `rows` says in SQL which records each of them counts, once, for the numbers and for the lists
behind them; `arithmetic` makes values of counts and knows no database; `queries` and `records` read.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the KPIs to the application."""
    from flask_babel import lazy_gettext as _l

    from app.complaints.kpis import api, suggestion_api, suggestion_views, views  # noqa: F401 - some declare themselves
    from app.complaints.policy import Perm
    from app.core.web import menu

    app.register_blueprint(views.bp)
    menu.line("insight", 12, _l("KPIs of complaints"), "kpis.overview", "chart-bar", Perm.KPI_READ)
