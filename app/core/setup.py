"""What every process of PX360 has before any domain: database, languages, doors, headers, errors, static files, health."""

from __future__ import annotations

from apiflask import APIFlask
from flask_compress import Compress
from werkzeug.middleware.proxy_fix import ProxyFix

import app.core.access.wall
import app.core.db.pool
import app.core.events.outbox
import app.core.events.sealer
import app.core.sla.notices
import app.core.sla.recounts
import app.core.sla.sweep
import app.core.sla.words  # noqa: F401 - these declare the wall, the pool check, the jobs, periodic lines and words
from app.core import cli, health, i18n, saved_views
from app.core import logging as logs
from app.core.access.actor import Actor
from app.core.api import docs
from app.core.attachments import words as attachment_words
from app.core.db.base import db
from app.core.events import audit_views
from app.core.sla import panels
from app.core.web import assets, doors, live, marks, problems, security, shell, stale, templates
from app.settings import Settings


class _Nobody:
    """Finds no actor until accounts says how sessions and tokens are read."""

    def __call__(self) -> Actor | None:
        return None


def init_app(app: APIFlask, settings: Settings) -> None:
    """Install the kernel."""
    logs.configure(pretty=settings.env == "development")
    if settings.proxies:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=settings.proxies, x_proto=settings.proxies, x_host=settings.proxies
        )
    templates.init_app(app)
    db.init_app(app)
    app.extensions["px360_actor_loader"] = _Nobody()
    i18n.init_app(app)
    security.check_hosts(app)
    doors.init_app(app, lambda: app.extensions["px360_actor_loader"]())
    security.init_app(app)
    problems.init_app(app)
    stale.init_app(app)
    assets.init_app(app)
    marks.init_app(app)
    shell.init_app(app)
    live.init_app(app)
    health.init_app(app)
    panels.init_app(app)
    attachment_words.init_app(app)
    audit_views.init_app(app)
    saved_views.init_app(app)
    docs.init_app(app, is_open=settings.open_api_docs)
    Compress(app)
    cli.init_app(app)


def finish(app: APIFlask) -> None:
    """Check the whole once every domain has registered."""
    doors.check_doors(app)
