"""The tree of departments."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import aliased

from app.core.db import db
from app.organizations.models import Department


def with_subtrees(root_ids: Collection[UUID]) -> list[tuple[UUID, UUID]]:
    """Give (root, department) for each root and everything below it, in one recursive statement."""
    roots = (
        select(Department.id.label("root"), Department.id.label("id"))
        .where(Department.id.in_(root_ids))
        .cte("subtree", recursive=True)
    )
    below = aliased(Department)
    whole = roots.union(select(roots.c.root, below.id).where(below.parent_id == roots.c.id))
    return [(row.root, row.id) for row in db.session.execute(select(whole.c.root, whole.c.id))]
