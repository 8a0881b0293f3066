"""Events that kill their worker are found out, each try of a webhook is kept, a mailbox that stays down is told of

Revision: 0014_sturdiness
Follows: 0013_search
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0014_sturdiness"
down_revision = "0013_search"
branch_labels = None
depends_on = None

TRIES = "webhook_tries"


def upgrade() -> None:
    op.add_column("inbound_events", sa.Column("is_begun", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.alter_column("inbound_events", "is_begun", server_default=None)
    for name in ("failing_since", "told_at"):
        op.add_column("mailboxes", sa.Column(name, sa.DateTime(timezone=True), nullable=True))
    op.create_table(
        TRIES,
        sa.Column("delivery_id", sa.Uuid(), nullable=False),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("problem", sa.String(20), nullable=False),
        sa.Column("answer_code", sa.Integer(), nullable=True),
        sa.Column("answer_text", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["delivery_id"], ["webhook_deliveries.id"], name=op.f(f"fk_{TRIES}_delivery_id")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f(f"fk_{TRIES}_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TRIES}")),
    )
    op.create_index(op.f(f"ix_{TRIES}_hospital_id"), TRIES, ["hospital_id"])
    op.create_index(f"ix_{TRIES}_delivery_id", TRIES, ["delivery_id", "begun_at"])
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table(TRIES)
    for name in ("told_at", "failing_since"):
        op.drop_column("mailboxes", name)
    op.drop_column("inbound_events", "is_begun")
