"""Promises on complaints and inquiries

Revision: 0008_promises
Follows: 0007_kpis
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0008_promises"
down_revision = "0007_kpis"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "case_promises",
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("inquiry_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("owner_id", sa.Uuid(), nullable=False),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("look_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("settled_by_id", sa.Uuid(), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(complaint_id, inquiry_id) = 1", name=op.f("ck_case_promises_one_case")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_case_promises_complaint_id"),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name="fk_case_promises_inquiry_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_case_promises_hospital_id"),
        sa.PrimaryKeyConstraint("id", name="pk_case_promises"),
    )
    op.create_index("ix_case_promises_hospital_id", "case_promises", ["hospital_id"])
    op.create_index("ix_case_promises_complaint_id", "case_promises", ["complaint_id", "due_at"])
    op.create_index("ix_case_promises_inquiry_id", "case_promises", ["inquiry_id", "due_at"])
    op.create_index(
        "ix_case_promises_owner_id",
        "case_promises",
        ["owner_id", "due_at"],
        postgresql_where=sa.text("settled_at IS NULL"),
    )
    op.create_index(
        "ix_case_promises_look_at",
        "case_promises",
        ["look_at", "id"],
        postgresql_where=sa.text("look_at IS NOT NULL"),
    )
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("case_promises")
