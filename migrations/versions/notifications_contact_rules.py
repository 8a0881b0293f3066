"""Quiet hours and channel order by hospital; the sweep's next look; repeats under one reference

Revision: 0002_notifications
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.access.wall import passage
from app.core.db.install import grant_rights

revision = "0002_notifications"
down_revision = "0002_surveys"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _contact_rules()
    op.add_column("messages", sa.Column("phone_tail", sa.String(4), nullable=False, server_default=""))
    op.add_column("messages", sa.Column("provider_code", sa.String(60), nullable=False, server_default=""))
    op.add_column("messages", sa.Column("look_at", sa.DateTime(timezone=True), nullable=True))
    with passage("a migration works on every hospital's rows"):
        op.execute("UPDATE messages SET phone_tail = right(phone, 4) WHERE phone <> ''")
        op.execute("UPDATE messages SET look_at = tried_at WHERE status IN ('sending', 'unknown')")
    op.add_column("message_tries", sa.Column("is_repeat", sa.Boolean(), nullable=False, server_default=sa.false()))
    for table, column in (("messages", "phone_tail"), ("messages", "provider_code"), ("message_tries", "is_repeat")):
        op.alter_column(table, column, server_default=None)
    op.drop_index("ix_messages_open", table_name="messages")
    op.create_index(
        "ix_messages_due_urgent",
        "messages",
        ["not_before", "id"],
        postgresql_where=sa.text("status = 'queued' AND message_class IN ('security', 'escalation')"),
    )
    op.create_index("ix_messages_look_at", "messages", ["look_at"], postgresql_where=sa.text("look_at IS NOT NULL"))
    op.create_index("ix_messages_phone_tail", "messages", ["phone_tail", "created_at"])
    op.drop_constraint("uq_message_tries_reference", "message_tries", type_="unique")
    op.create_index("ix_message_tries_reference", "message_tries", ["reference"])
    op.create_index("ix_message_tries_provider_outcome", "message_tries", ["provider_id", "outcome", "created_at"])
    op.create_index("ix_message_tries_provider_reference", "message_tries", ["provider_id", "provider_reference"])
    op.create_index("ix_receipts_message_id", "receipts", ["message_id"])


def _contact_rules() -> None:
    op.create_table(
        "contact_rules",
        sa.Column("opens_minute", sa.Integer(), nullable=False),
        sa.Column("closes_minute", sa.Integer(), nullable=False),
        sa.Column("ramadan_closes_minute", sa.Integer(), nullable=True),
        sa.Column("prayer_from_minute", sa.Integer(), nullable=True),
        sa.Column("prayer_until_minute", sa.Integer(), nullable=True),
        sa.Column("jitter_minutes", sa.Integer(), nullable=False),
        sa.Column("channels", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_contact_rules_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contact_rules")),
    )
    op.create_index("ix_contact_rules_hospital_id", "contact_rules", ["hospital_id"])
    op.create_index(
        "uq_contact_rules_hospital",
        "contact_rules",
        ["hospital_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_index("ix_receipts_message_id", table_name="receipts")
    op.drop_index("ix_message_tries_provider_reference", table_name="message_tries")
    op.drop_index("ix_message_tries_provider_outcome", table_name="message_tries")
    op.drop_index("ix_message_tries_reference", table_name="message_tries")
    op.create_unique_constraint("uq_message_tries_reference", "message_tries", ["reference"])
    op.drop_index("ix_messages_phone_tail", table_name="messages")
    op.drop_index("ix_messages_look_at", table_name="messages")
    op.drop_index("ix_messages_due_urgent", table_name="messages")
    op.create_index(
        "ix_messages_open",
        "messages",
        ["status", "tried_at"],
        postgresql_where=sa.text("status IN ('sending', 'unknown', 'sent')"),
    )
    op.drop_column("message_tries", "is_repeat")
    for column in ("look_at", "provider_code", "phone_tail"):
        op.drop_column("messages", column)
    op.drop_table("contact_rules")
