"""Outbound webhooks: endpoints and deliveries

Revision: 0008_webhooks
Follows: 0008_more_time
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.db.install import grant_rights

revision = "0008_webhooks"
down_revision = "0008_more_time"
branch_labels = None
depends_on = None


def _time(name: str, *, nullable: bool = True) -> sa.Column:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _of_every_table(table: str) -> list:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        _time("created_at", nullable=False),
        _time("updated_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=f"pk_{table}"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=f"fk_{table}_hospital_id"),
    ]


def upgrade() -> None:
    op.create_table(
        "webhook_endpoints",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("kinds", postgresql.JSONB(), nullable=False),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("secret_hint", sa.String(length=8), nullable=False),
        _time("secret_rotated_at", nullable=False),
        sa.Column("old_secret", sa.LargeBinary(), nullable=True),
        _time("old_secret_until"),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("pause_reason", sa.String(length=12), nullable=False),
        _time("failing_since"),
        sa.Column("failures", sa.Integer(), nullable=False),
        _time("rests_until"),
        _time("succeeded_at"),
        _time("failed_at"),
        _time("archived_at"),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_of_every_table("webhook_endpoints"),
    )
    op.create_index("ix_webhook_endpoints_hospital_id", "webhook_endpoints", ["hospital_id"])
    op.create_table(
        "webhook_deliveries",
        sa.Column("endpoint_id", sa.Uuid(), nullable=False),
        sa.Column("event_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=60), nullable=False),
        sa.Column("payload", postgresql.JSONB(), nullable=False),
        _time("occurred_at", nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        _time("next_try_at"),
        sa.Column("try_id", sa.Uuid(), nullable=True),
        _time("sending_until"),
        _time("tried_at"),
        _time("delivered_at"),
        sa.Column("problem", sa.String(length=20), nullable=False),
        sa.Column("answer_code", sa.Integer(), nullable=True),
        sa.Column("answer_text", sa.Text(), nullable=False),
        sa.Column("took_ms", sa.Integer(), nullable=True),
        *_of_every_table("webhook_deliveries"),
        sa.ForeignKeyConstraint(
            ["endpoint_id"], ["webhook_endpoints.id"], name="fk_webhook_deliveries_endpoint_id"
        ),
        sa.UniqueConstraint("endpoint_id", "event_id", name="uq_webhook_deliveries_endpoint_id_event_id"),
    )
    table = "webhook_deliveries"
    due, sending = sa.text("next_try_at IS NOT NULL"), sa.text("sending_until IS NOT NULL")
    op.create_index("ix_webhook_deliveries_hospital_id", table, ["hospital_id"])
    op.create_index(
        "ix_webhook_deliveries_due", table, ["endpoint_id", "next_try_at", "id"], postgresql_where=due
    )
    op.create_index("ix_webhook_deliveries_next", table, ["next_try_at"], postgresql_where=due)
    op.create_index("ix_webhook_deliveries_sending", table, ["sending_until"], postgresql_where=sending)
    op.create_index("ix_webhook_deliveries_list", table, ["endpoint_id", "created_at", "id"])
    op.create_index("ix_webhook_deliveries_state", table, ["endpoint_id", "state", "created_at", "id"])
    op.create_index("ix_webhook_deliveries_created_at", table, ["created_at"])
    op.create_index(
        "ix_webhook_deliveries_dead", table, ["endpoint_id", "id"], postgresql_where=sa.text("state = 'dead'")
    )
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("webhook_deliveries")
    op.drop_table("webhook_endpoints")
