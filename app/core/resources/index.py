"""/admin/: the control panels that the reader may open; and how a domain declares its resources."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, url_for

from app.core.access.policy import can
from app.core.errors import NotAllowed
from app.core.resources import api, import_views, views
from app.core.resources.resource import RESOURCES, Resource
from app.core.web import current_actor, page, signed_in
from app.core.web.menu import menu_of

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/")
@signed_in
def index() -> Response:
    """List the panels of plain records, and the pages of rules and settings; who may open no panel is refused."""
    shown = [each for each in RESOURCES.values() if can(current_actor, each.panel)]
    if not shown:
        raise NotAllowed()
    here = url_for("admin.index")
    lines = [line for part in menu_of(current_actor) if part["code"] == "admin" for line in part["items"]]
    return page("core/resources/index.html", resources=shown, settings=[line for line in lines if line["url"] != here])


def declare(app: Flask, *resources: Resource) -> None:
    """Add resources to the application: pages under /admin/<path>/, REST endpoints under their API address, imports."""
    if bp.name not in app.blueprints:
        app.register_blueprint(bp)
    for resource in resources:
        RESOURCES[resource.path] = resource
        pages = views.blueprint(resource)
        if resource.imports:
            import_views.add_import(pages, resource)
        app.register_blueprint(pages)
        app.register_blueprint(api.blueprint(resource))
