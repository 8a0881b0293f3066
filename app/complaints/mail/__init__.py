"""E-mail that comes in: a hospital's mailboxes are read, and each message opens a complaint, joins one, or is kept with its reason.

Words: a *mailbox* is an account of a mail server that is read; an *incoming e-mail* is one message of it. Order: keep the
message, then mark it as read on the server, then carry it out; each step may be repeated by another worker.
"""

from __future__ import annotations

from flask import Flask


def register(app: Flask) -> None:
    """Add mailboxes and incoming e-mail to the application."""
    from flask_babel import lazy_gettext as _l

    from app.complaints.mail import api, gauges, handlers, jobs, setup_views, views, words  # noqa: F401 - some declare themselves
    from app.complaints.policy import Perm
    from app.core.web import menu

    for blueprint in (views.bp, setup_views.bp, api.bp):
        app.register_blueprint(blueprint)
    words.init_app(app)
    menu.line("work", 16, _l("Incoming e-mail"), "incoming_mail.queue", "mail", Perm.MAIL_READ)
    menu.line("admin", 73, _l("Mailboxes"), "mailboxes.listed", "mail", Perm.MAILBOX_READ)
