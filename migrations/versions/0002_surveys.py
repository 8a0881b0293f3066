"""Editions of survey questions, contact rules, and surveys that know their questions by id

Revision: 0002_surveys
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.access.wall import passage
from app.core.db.install import grant_rights

revision = "0002_surveys"
down_revision = "0002_accounts"
branch_labels = None
depends_on = None

OPEN_BEFORE = "state IN ('sent', 'delivered', 'opened', 'in_progress')"
OPEN_NOW = "state IN ('pending', 'sent', 'delivered', 'opened', 'in_progress')"


def upgrade() -> None:
    op.create_table(
        "survey_contact_rules",
        sa.Column("gap_days", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_survey_contact_rules_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_survey_contact_rules")),
    )
    op.create_index(op.f("ix_survey_contact_rules_hospital_id"), "survey_contact_rules", ["hospital_id"])
    op.create_index(
        "uq_survey_contact_rules_hospital_id",
        "survey_contact_rules",
        ["hospital_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    op.add_column("survey_questions", sa.Column("edition", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("survey_questions", "edition", server_default=None)
    op.add_column("survey_questions", sa.Column("replaces_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_survey_questions_replaces_id"), "survey_questions", "survey_questions", ["replaces_id"], ["id"]
    )
    op.create_index("ix_survey_questions_replaces_id", "survey_questions", ["replaces_id"])
    _rename("code", "id::text")
    _open_links(OPEN_NOW)
    grant_rights(op.get_bind())


def downgrade() -> None:
    _open_links(OPEN_BEFORE)
    _rename("id::text", "code")
    op.drop_index("ix_survey_questions_replaces_id", "survey_questions")
    op.drop_constraint(op.f("fk_survey_questions_replaces_id"), "survey_questions", type_="foreignkey")
    op.drop_column("survey_questions", "replaces_id")
    op.drop_column("survey_questions", "edition")
    op.drop_table("survey_contact_rules")


def _rename(before: str, after: str) -> None:
    """Write what each survey asks by another name of the question; the order stays."""
    statement = f"""
        UPDATE survey_instances SET questions = coalesce(
            (SELECT jsonb_agg(q.{after} ORDER BY asked.place)
               FROM jsonb_array_elements_text(survey_instances.questions) WITH ORDINALITY AS asked (name, place)
               JOIN survey_questions q ON q.template_id = survey_instances.template_id AND q.{before} = asked.name),
            '[]'::jsonb)
        WHERE questions <> '[]'::jsonb
    """
    with passage("a migration of every hospital's rows"):
        op.execute(statement)


def _open_links(where: str) -> None:
    op.drop_index("ix_survey_instances_expiry", "survey_instances")
    op.create_index(
        "ix_survey_instances_expiry", "survey_instances", ["expires_at", "id"], postgresql_where=sa.text(where)
    )
