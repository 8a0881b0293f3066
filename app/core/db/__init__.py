"""The database: base classes, ids, the unit of work and the tenant wall."""

from app.core.db.base import (
    Base,
    GroupOrTenant,
    Record,
    SoftDeleted,
    Tenant,
    Timestamped,
    Versioned,
    code_column,
    db,
    unique_among,
)
from app.core.db.ids import uuid7
from app.core.db.locks import take_turn
from app.core.db.many import add_many, write_many, write_one
from app.core.db.seeding import seed_group
from app.core.db.unit import after_commit, command, in_own_transaction, unit_of_work

__all__ = [
    "Base",
    "GroupOrTenant",
    "Record",
    "SoftDeleted",
    "Tenant",
    "Timestamped",
    "Versioned",
    "add_many",
    "after_commit",
    "code_column",
    "command",
    "db",
    "in_own_transaction",
    "seed_group",
    "take_turn",
    "unique_among",
    "unit_of_work",
    "uuid7",
    "write_many",
    "write_one",
]
