"""Likeness of complaints by an index, red flags, and suggestions with what people made of them

Revision: 0005_understanding
Follows: 0004_attachments
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.db.install import grant_rights

revision = "0005_understanding"
down_revision = "0004_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _likeness()
    op.add_column(
        "complaints",
        sa.Column("red_flags", postgresql.JSONB(astext_type=sa.Text()), nullable=False, server_default="[]"),
    )
    op.alter_column("complaints", "red_flags", server_default=None)
    _suggestions()
    grant_rights(op.get_bind())


def _likeness() -> None:
    op.add_column(
        "complaints",
        sa.Column("folded", sa.Text(collation="C"), sa.Computed("px_fold(words)", persisted=True), nullable=False),
    )
    op.create_index(
        "ix_complaints_folded",
        "complaints",
        ["folded"],
        postgresql_using="gin",
        postgresql_ops={"folded": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_complaints_contact_phone",
        "complaints",
        ["contact_phone", "received_at"],
        postgresql_where=sa.text("contact_phone <> ''"),
    )


def _suggestions() -> None:
    op.create_table(
        "complaint_suggestions",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("what", sa.String(length=12), nullable=False),
        sa.Column("value", sa.String(length=40), nullable=False),
        sa.Column("confidence", sa.Float(), nullable=False),
        sa.Column("made_from", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("corrected_to", sa.String(length=40), nullable=False),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by_id", sa.Uuid(), nullable=True),
        *_record(),
        sa.ForeignKeyConstraint(
            ["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_suggestions_complaint_id")
        ),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_complaint_suggestions_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_suggestions")),
    )
    op.create_index(op.f("ix_complaint_suggestions_hospital_id"), "complaint_suggestions", ["hospital_id"])
    op.create_index(
        "uq_complaint_suggestions_value", "complaint_suggestions", ["complaint_id", "what", "value"], unique=True
    )
    op.create_index("ix_complaint_suggestions_measured", "complaint_suggestions", ["hospital_id", "what", "state"])


def _record() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    op.drop_table("complaint_suggestions")
    op.drop_column("complaints", "red_flags")
    op.drop_index("ix_complaints_contact_phone", "complaints")
    op.drop_index("ix_complaints_folded", "complaints")
    op.drop_column("complaints", "folded")
