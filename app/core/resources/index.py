"""/admin/: the control panels that the reader may open; and how a domain declares its resources."""

from __future__ import annotations

from flask import Blueprint, Flask, Response

from app.core.access.policy import can
from app.core.errors import NotAllowed
from app.core.resources import api, import_views, views
from app.core.resources.resource import RESOURCES, Resource
from app.core.web import current_actor, page, signed_in

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/")
@signed_in
def index() -> Response:
    """List the panels; who may open none is refused."""
    shown = [each for each in RESOURCES.values() if can(current_actor, each.panel)]
    if not shown:
        raise NotAllowed()
    return page("core/resources/index.html", resources=shown)


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
