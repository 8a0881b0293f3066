"""Indexes of the hospital alone go from tables that are written often, where another begins with it or nobody asks for it

Revision: 0017_lean_writes
Follows: 0016_cancelled_from
"""

from __future__ import annotations

from alembic import op

revision = "0017_lean_writes"
down_revision = "0016_cancelled_from"
branch_labels = None
depends_on = None

TABLES = ("event_log", "journeys", "messages", "survey_answers", "survey_instances")


def upgrade() -> None:
    for table in TABLES:
        op.drop_index(f"ix_{table}_hospital_id", table)


def downgrade() -> None:
    for table in TABLES:
        op.create_index(f"ix_{table}_hospital_id", table, ["hospital_id"])
