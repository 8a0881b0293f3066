"""Who sends: what the door knows of a source system and what its own codes stand for, read in one statement."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB, aggregate_order_by

from app.core.access.wall import passage
from app.core.db import db
from app.core.time import clock
from app.integrations.models import CodeMapping, SourceSystem
from app.organizations.models import Hospital

PREFIX = "px360_"


@dataclass(frozen=True, slots=True)
class Sender:
    """A source system that may send, as it was when its message came."""

    id: UUID
    hospital_id: UUID
    code: str
    charset: str
    processing_ids: list[str]
    last_seen_at: datetime | None
    zone: str  # its own, else its hospital's
    mappings: Mapping[tuple[str, str], str]  # what each (kind, code) of its own stands for


# its own mappings come after its hospital's, and those after the group's: the last one said holds
_MAPPINGS = (
    select(
        func.jsonb_agg(
            aggregate_order_by(
                func.jsonb_build_array(CodeMapping.kind, CodeMapping.from_code, CodeMapping.to_code),
                CodeMapping.source_id.is_(None).desc(),
                CodeMapping.hospital_id.is_(None).desc(),
            ),
            type_=JSONB,
        )
    )
    .where(
        CodeMapping.archived_at.is_(None),
        or_(CodeMapping.source_id == SourceSystem.id, CodeMapping.source_id.is_(None)),
        or_(CodeMapping.hospital_id == SourceSystem.hospital_id, CodeMapping.hospital_id.is_(None)),
    )
    .correlate(SourceSystem)
    .scalar_subquery()
)
_SENDER: Select[Any] = select(
    SourceSystem.id,
    SourceSystem.hospital_id,
    SourceSystem.code,
    SourceSystem.charset,
    SourceSystem.processing_ids,
    SourceSystem.last_seen_at,
    func.coalesce(func.nullif(SourceSystem.zone, ""), Hospital.zone).label("zone"),
    _MAPPINGS.label("mappings"),
).join(Hospital, Hospital.id == SourceSystem.hospital_id)
_ACTIVE = _SENDER.where(SourceSystem.is_active, SourceSystem.archived_at.is_(None))
_KNOWN = _SENDER.where(SourceSystem.id == bindparam("source_id"))
_BY_ID = _ACTIVE.where(SourceSystem.id == bindparam("source_id"))
_BY_KEY = _ACTIVE.where(
    or_(
        SourceSystem.key_digest == bindparam("digest"),
        and_(SourceSystem.old_key_digest == bindparam("digest"), SourceSystem.old_key_until > bindparam("now")),
    )
)


def digest(key: str) -> bytes:
    """Digest a key for comparing; the key itself is 256 random bits, so a plain hash is enough."""
    return hashlib.sha256(key.encode()).digest()


def by_key(key: str) -> Sender | None:
    """Find the active source whose key this is."""
    if not key.startswith(PREFIX):
        return None
    return _found(_BY_KEY, {"digest": digest(key), "now": clock.now()})


def by_id(source_id: UUID) -> Sender | None:
    """Find an active source: that of a link on which a message came."""
    return _found(_BY_ID, {"source_id": source_id})


def of(source: SourceSystem) -> Sender:
    """Give what the door knows of a source that was loaded already, also of one that may not send any more."""
    found = _found(_KNOWN, {"source_id": source.id})
    assert found is not None
    return found


def _found(query: Select[Any], values: dict[str, Any]) -> Sender | None:
    with passage("who sends says which hospital is meant: its key, or the link on which it came"):
        row = db.session.connection().execute(query, values).one_or_none()
    if row is None:
        return None
    mappings = {(kind, said): stands_for for kind, said, stands_for in row.mappings or ()}
    return Sender(**{**row._mapping, "mappings": mappings})
