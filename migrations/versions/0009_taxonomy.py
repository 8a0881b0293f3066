"""Editions of the taxonomy: drafts, mappings between editions, files that become one; red-flag words as rows; suggestions by when they were made

Revision: 0009_taxonomy
Follows: 0009_intake_links
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.db.install import grant_rights

revision = "0009_taxonomy"
down_revision = "0009_intake_links"
branch_labels = None
depends_on = None


def _stamps() -> list[sa.Column[object]]:
    return [
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    ]


def upgrade() -> None:
    _editions()
    _mappings()
    _uploads()
    _flags()
    op.create_index("ix_complaint_suggestions_created_at", "complaint_suggestions", ["created_at", "id"])
    grant_rights(op.get_bind())


def _editions() -> None:
    op.add_column("taxonomy_versions", sa.Column("based_on_id", sa.Uuid(), nullable=True))
    op.add_column("taxonomy_versions", sa.Column("made_current_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("taxonomy_versions", sa.Column("made_current_by_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        "fk_taxonomy_versions_based_on_id", "taxonomy_versions", "taxonomy_versions", ["based_on_id"], ["id"]
    )
    op.create_index("ix_taxonomy_versions_based_on_id", "taxonomy_versions", ["based_on_id"])
    op.execute("UPDATE taxonomy_versions SET made_current_at = created_at")
    op.add_column("taxonomy_classes", sa.Column("version", sa.Integer(), nullable=False, server_default="1"))
    op.alter_column("taxonomy_classes", "version", server_default=None)


def _mappings() -> None:
    op.create_table(
        "taxonomy_mappings",
        sa.Column("edition_id", sa.Uuid(), nullable=False),
        sa.Column("old_class_id", sa.Uuid(), nullable=False),
        sa.Column("new_class_id", sa.Uuid(), nullable=True),
        *_stamps(),
        sa.ForeignKeyConstraint(["edition_id"], ["taxonomy_versions.id"], name="fk_taxonomy_mappings_edition_id"),
        sa.ForeignKeyConstraint(["old_class_id"], ["taxonomy_classes.id"], name="fk_taxonomy_mappings_old_class_id"),
        sa.ForeignKeyConstraint(["new_class_id"], ["taxonomy_classes.id"], name="fk_taxonomy_mappings_new_class_id"),
        sa.PrimaryKeyConstraint("id", name="pk_taxonomy_mappings"),
    )
    op.create_index(
        "uq_taxonomy_mappings_old_class", "taxonomy_mappings", ["edition_id", "old_class_id"], unique=True
    )
    op.create_index("ix_taxonomy_mappings_old_class_id", "taxonomy_mappings", ["old_class_id"])
    op.create_index("ix_taxonomy_mappings_new_class_id", "taxonomy_mappings", ["new_class_id"])


def _uploads() -> None:
    op.create_table(
        "taxonomy_uploads",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("created_by_id", sa.Uuid(), nullable=False),
        sa.Column("rows", postgresql.JSONB(), nullable=False),
        sa.Column("problems", postgresql.JSONB(), nullable=False),
        sa.Column("rows_bad", sa.Integer(), nullable=False),
        *_stamps(),
        sa.PrimaryKeyConstraint("id", name="pk_taxonomy_uploads"),
        sa.UniqueConstraint("created_by_id", name="uq_taxonomy_uploads_created_by_id"),
    )


def _flags() -> None:
    op.create_table(
        "red_flag_phrases",
        sa.Column("flag", sa.String(length=20), nullable=False),
        sa.Column("phrase", sa.String(length=80), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        *_stamps(),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_red_flag_phrases_hospital_id"),
        sa.PrimaryKeyConstraint("id", name="pk_red_flag_phrases"),
    )
    op.create_index("ix_red_flag_phrases_hospital_id", "red_flag_phrases", ["hospital_id"])
    op.create_index(
        "uq_red_flag_phrases_phrase",
        "red_flag_phrases",
        ["hospital_id", "flag", "phrase"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def downgrade() -> None:
    op.drop_index("ix_complaint_suggestions_created_at", table_name="complaint_suggestions")
    op.drop_table("red_flag_phrases")
    op.drop_table("taxonomy_uploads")
    op.drop_table("taxonomy_mappings")
    op.drop_column("taxonomy_classes", "version")
    op.drop_index("ix_taxonomy_versions_based_on_id", table_name="taxonomy_versions")
    op.drop_constraint("fk_taxonomy_versions_based_on_id", "taxonomy_versions", type_="foreignkey")
    for name in ("made_current_by_id", "made_current_at", "based_on_id"):
        op.drop_column("taxonomy_versions", name)
