"""Organizations: the group's hospitals, their departments, physicians, and patients.

Words: a *hospital* is the tenant; a *patient* belongs to one hospital and is found by file number, name, phone or identity
number. Lowest of the domains: everything else stands on it.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add the domain to the application."""
    from flask_babel import lazy_gettext as _l

    from app.core.resources import declare
    from app.core.web import menu, names
    from app.organizations import queries, resources, timeline, views  # noqa: F401 - the words declare themselves
    from app.organizations.policy import Perm

    app.register_blueprint(views.bp)
    declare(app, *resources.ALL)
    names.give("department", queries.department_names)
    names.give("patient", queries.patient_names)
    menu.line("admin", 10, _l("Records"), "admin.index", "database", Perm.WRITE, Perm.PATIENT_WRITE)
    menu.line("work", 30, _l("Patients"), "patients.search", "users", Perm.PATIENT_READ)
