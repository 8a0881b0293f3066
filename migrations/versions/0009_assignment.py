"""Rules that say who takes a new complaint or inquiry

Revision: 0009_assignment
Follows: 0008_views_notes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0009_assignment"
down_revision = "0008_views_notes"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "assignment_rules",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("case", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("severity", sa.String(length=12), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("pool", sa.String(length=12), nullable=False),
        sa.Column("method", sa.String(length=12), nullable=False),
        sa.Column("person_email", sa.Text(), nullable=False),
        sa.Column("takes_own", sa.Boolean(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_assignment_rules_department_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_assignment_rules_hospital_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment_rules"),
    )
    op.create_index("ix_assignment_rules_hospital_id", "assignment_rules", ["hospital_id"])
    op.create_index("ix_assignment_rules_department_id", "assignment_rules", ["department_id"])
    op.create_index(
        "uq_assignment_rules_code",
        "assignment_rules",
        ["hospital_id", "code"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "assignment_turns",
        sa.Column("rule_id", sa.Uuid(), nullable=False),
        sa.Column("last_user_id", sa.Uuid(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_assignment_turns_hospital_id"),
        sa.ForeignKeyConstraint(["rule_id"], ["assignment_rules.id"], name="fk_assignment_turns_rule_id"),
        sa.PrimaryKeyConstraint("id", name="pk_assignment_turns"),
    )
    op.create_index("ix_assignment_turns_hospital_id", "assignment_turns", ["hospital_id"])
    op.create_index("uq_assignment_turns_rule", "assignment_turns", ["rule_id", "hospital_id"], unique=True)
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("assignment_turns")
    op.drop_table("assignment_rules")
