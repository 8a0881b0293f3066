"""Links of 24 hours that staff send to a patient to complain

Revision: 0009_intake_links
Follows: 0009_sources
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0009_intake_links"
down_revision = "0009_sources"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "intake_links",
        sa.Column("handle", sa.String(length=12), nullable=False),
        sa.Column("state", sa.String(length=8), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("phone", sa.String(length=20), nullable=False),
        sa.Column("phone_tail", sa.String(length=4), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("sent_by_id", sa.Uuid(), nullable=True),
        sa.Column("expires_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_intake_links_complaint_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_intake_links_hospital_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_intake_links_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_intake_links"),
        sa.UniqueConstraint("handle", name="uq_intake_links_handle"),
    )
    op.create_index("ix_intake_links_hospital_id", "intake_links", ["hospital_id"])
    op.create_index("ix_intake_links_recent", "intake_links", ["hospital_id", "created_at", "id"])
    op.create_index("ix_intake_links_patient_id", "intake_links", ["patient_id"])
    op.create_index("ix_intake_links_complaint_id", "intake_links", ["complaint_id"])
    op.create_index(
        "ix_intake_links_waiting",
        "intake_links",
        ["expires_at"],
        postgresql_where=sa.text("state IN ('sent', 'opened')"),
    )
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("intake_links")
