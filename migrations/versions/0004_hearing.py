"""What who complained says after the answer: surveys about cases, and how a complaint's answer was judged

Revision: 0004_hearing
Follows: 0003_complaints
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004_hearing"
down_revision = "0003_complaints"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("survey_instances", sa.Column("cause_type", sa.String(length=20), nullable=False, server_default=""))
    op.alter_column("survey_instances", "cause_type", server_default=None)
    op.add_column("survey_instances", sa.Column("cause_id", sa.Uuid(), nullable=True))
    op.create_index(
        "uq_survey_instances_cause",
        "survey_instances",
        ["cause_id", "once"],
        unique=True,
        postgresql_where=sa.text("cause_id IS NOT NULL"),
    )
    op.add_column("complaints", sa.Column("is_satisfied", sa.Boolean(), nullable=True))
    op.add_column("complaints", sa.Column("satisfaction", sa.Float(), nullable=True))
    op.add_column("complaints", sa.Column("judged_in_id", sa.Uuid(), nullable=True))


def downgrade() -> None:
    op.drop_column("complaints", "judged_in_id")
    op.drop_column("complaints", "satisfaction")
    op.drop_column("complaints", "is_satisfied")
    op.drop_index("uq_survey_instances_cause", "survey_instances")
    op.drop_column("survey_instances", "cause_id")
    op.drop_column("survey_instances", "cause_type")
