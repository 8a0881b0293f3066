"""Files that hang on a case

Revision: 0004_attachments
Follows: 0004_hearing
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0004_attachments"
down_revision = "0004_hearing"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "attachments",
        sa.Column("about_type", sa.String(length=20), nullable=False),
        sa.Column("about_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=140), nullable=False),
        sa.Column("media_type", sa.String(length=100), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_sha256", sa.String(length=64), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        sa.Column("checked_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_attachments_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachments")),
    )
    op.create_index(op.f("ix_attachments_hospital_id"), "attachments", ["hospital_id"])
    op.create_index("ix_attachments_about_id", "attachments", ["about_id", "created_at"])
    op.create_index("uq_attachments_content", "attachments", ["about_id", "received_sha256"], unique=True)
    op.create_index(
        "ix_attachments_waiting", "attachments", ["created_at"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index(
        "uq_attachments_path", "attachments", ["path"], unique=True, postgresql_where=sa.text("path <> ''")
    )
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("attachments")
