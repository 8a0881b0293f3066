"""A complaint that was made of a survey's answer; colleagues who are named in a note

Revision: 0009_sources
Follows: 0009_mail
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0009_sources"
down_revision = "0009_mail"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("complaints", sa.Column("survey_id", sa.Uuid(), nullable=True))
    op.create_foreign_key("fk_complaints_survey_id", "complaints", "survey_instances", ["survey_id"], ["id"])
    op.create_index(
        "uq_complaints_survey_id",
        "complaints",
        ["survey_id"],
        unique=True,
        postgresql_where=sa.text("survey_id IS NOT NULL"),
    )
    for table in ("complaint_notes", "inquiry_notes"):
        op.add_column(
            table,
            sa.Column("mentioned_ids", postgresql.ARRAY(sa.Uuid()), nullable=False, server_default=sa.text("'{}'")),
        )
        op.alter_column(table, "mentioned_ids", server_default=None)


def downgrade() -> None:
    for table in ("inquiry_notes", "complaint_notes"):
        op.drop_column(table, "mentioned_ids")
    op.drop_index("uq_complaints_survey_id", "complaints")
    op.drop_constraint("fk_complaints_survey_id", "complaints")
    op.drop_column("complaints", "survey_id")
