"""Moving departments in the tree, with history."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

from flask_babel import lazy_gettext as _l

from app.core.access.actor import Actor
from app.core.access.policy import load
from app.core.db import command, db, take_turn
from app.core.errors import Invalid, Refusal
from app.core.events import Change, record
from app.core.resources.commands import only, write_changes
from app.core.resources.resource import resource_at
from app.core.resources.rules import Wanted
from app.core.time import clock
from app.organizations.events import DepartmentMoved
from app.organizations.models import Department, DepartmentMove
from app.organizations.policy import Perm
from app.organizations.tree import with_subtrees

OTHER_HOSPITAL = _l("The department above must belong to the same hospital.")
CIRCLE = _l("A department can not stand below itself.")
STILL_USED = _l("Other departments stand below this one. Move or archive them first.")


@command
def move(department_id: UUID, to_parent_id: UUID | None, *, version: int, actor: Actor) -> Department:
    """Put a department, with everything below it, under another one, or at the top (None).

    Invalid (parent_id): it would stand below itself, or the other is archived or of another hospital.
    Conflict: somebody changed it since `version`.
    """
    department = load(Department, department_id, actor=actor, needs=Perm.WRITE, version=version, lock=True)
    if department.parent_id != to_parent_id:
        _move(department, to_parent_id, actor)
    return department


def _move(department: Department, to_parent_id: UUID | None, actor: Actor) -> None:
    # one move at a time in a hospital: two at once could each be right alone and make a circle together
    take_turn(f"tree:{department.hospital_id}", 364)
    if to_parent_id is not None:
        above = db.session.get(Department, to_parent_id)
        if above is None or above.hospital_id != department.hospital_id or above.archived_at is not None:
            raise Invalid(parent_id=OTHER_HOSPITAL)
        if to_parent_id in {below for _root, below in with_subtrees([department.id])}:
            raise Invalid(parent_id=CIRCLE)
    before, department.parent_id = department.parent_id, to_parent_id
    change = Change.of(department)
    db.session.add(
        DepartmentMove(
            hospital_id=department.hospital_id,
            department_id=department.id,
            from_parent_id=before,
            to_parent_id=to_parent_id,
            moved_at=clock.now(),
            moved_by_id=actor.id,
        )
    )
    db.session.flush()
    event = DepartmentMoved(department.id, department.hospital_id, before, to_parent_id)
    record(event, actor=actor, change=change)


def change(wanted: Sequence[Wanted], *, actor: Actor) -> list[Any]:
    """Write the changes of the form, the API or an import; another department above is a move. Of each the row, or Invalid."""
    return [_change(each, actor) for each in wanted]


def _change(wanted: Wanted, actor: Actor) -> Department | Refusal:
    department, changed = wanted.row, dict(wanted.changed)
    try:
        with db.session.begin_nested():
            if "parent_id" in changed:
                _move(department, changed.pop("parent_id"), actor)
            if changed:
                only(write_changes(resource_at("departments"), [replace(wanted, changed=changed)], actor=actor))
    except Refusal as refusal:
        return refusal
    return department
