"""The REST door of source systems' keys; the records themselves: `resources.py`."""

from __future__ import annotations

from uuid import UUID

from apiflask import APIBlueprint
from flask import g

from app.core.api import Out, documented
from app.core.web import requires
from app.integrations.policy import Perm
from app.integrations.services import keys

bp = APIBlueprint("source_keys_api", __name__, url_prefix="/api/integrations/configs")


class KeyOut(Out):
    """A fresh key. It is shown this once; only its digest is kept."""

    key: str


@bp.post("/<uuid:source_id>/rotate_key/")
@bp.output(KeyOut)
@documented(bp, "Give a source system a new key", "POST")
@requires(Perm.SETUP)
def rotate(source_id: UUID) -> dict[str, str]:
    """Give a new key, once; the old one works for another day."""
    return {"key": keys.rotate(source_id, actor=g.actor)}


@bp.post("/<uuid:source_id>/stop_old_key/")
@bp.output({}, status_code=204)
@documented(bp, "Stop a source system's old key now", "POST")
@requires(Perm.SETUP)
def stop_old(source_id: UUID) -> tuple[str, int]:
    """End the day that the old key has left."""
    keys.stop_old(source_id, actor=g.actor)
    return "", 204
