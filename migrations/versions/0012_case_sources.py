"""Sources of complaints and inquiries as rows that administrators own

Revision: 0012_case_sources
Follows: 0011_point_people
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0012_case_sources"
down_revision = "0011_point_people"
branch_labels = None
depends_on = None

TABLE = "case_sources"


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("code", sa.String(length=12), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=False),
        sa.Column("hue", sa.String(length=12), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("for_complaints", sa.Boolean(), nullable=False),
        sa.Column("for_inquiries", sa.Boolean(), nullable=False),
        sa.Column("is_system", sa.Boolean(), nullable=False),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("for_complaints OR for_inquiries", name=op.f(f"ck_{TABLE}_for_something")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
        sa.UniqueConstraint("code", name=op.f(f"uq_{TABLE}_code")),
    )
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table(TABLE)
