"""Letters to who complained, and packs of whole cases

Revision: 0004_papers
Follows: 0004_attachments
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.db.install import grant_rights

revision = "0004_papers"
down_revision = "0004_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "complaint_papers",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=8), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("says", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("attachment_id", sa.Uuid(), nullable=True),
        sa.Column("made_by_id", sa.Uuid(), nullable=True),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["attachment_id"], ["attachments.id"], name=op.f("fk_complaint_papers_attachment_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f("fk_complaint_papers_complaint_id")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_complaint_papers_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_papers")),
    )
    op.create_index(op.f("ix_complaint_papers_hospital_id"), "complaint_papers", ["hospital_id"])
    op.create_index(
        "uq_complaint_papers_number", "complaint_papers", ["complaint_id", "kind", "number"], unique=True
    )
    op.create_index(
        "ix_complaint_papers_waiting", "complaint_papers", ["created_at"], postgresql_where=sa.text("state = 'waiting'")
    )
    op.create_index("ix_complaint_papers_attachment_id", "complaint_papers", ["attachment_id"])
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("complaint_papers")
