"""Likeness of complaints by an index, red flags, suggestions with what people made of them, and links

Revision: 0005_understanding
Follows: 0004_queue_indexes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.db.install import grant_rights

revision = "0005_understanding"
down_revision = "0004_queue_indexes"
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
    _links()
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


def _links() -> None:
    op.create_table(
        "complaint_links",
        sa.Column("one_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("linked_by_id", sa.Uuid(), nullable=True),
        *_record(),
        sa.CheckConstraint("one_id < other_id", name=op.f("ck_complaint_links_smaller_first")),
        sa.ForeignKeyConstraint(["one_id"], ["complaints.id"], name=op.f("fk_complaint_links_one_id")),
        sa.ForeignKeyConstraint(["other_id"], ["complaints.id"], name=op.f("fk_complaint_links_other_id")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_complaint_links_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_links")),
    )
    op.create_index(op.f("ix_complaint_links_hospital_id"), "complaint_links", ["hospital_id"])
    op.create_index(op.f("ix_complaint_links_other_id"), "complaint_links", ["other_id"])
    op.create_index("uq_complaint_links_pair", "complaint_links", ["one_id", "other_id"], unique=True)
    op.create_table(
        "complaint_clusters",
        sa.Column("started_by_id", sa.Uuid(), nullable=True),
        *_record(),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_complaint_clusters_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_complaint_clusters")),
    )
    op.create_index(op.f("ix_complaint_clusters_hospital_id"), "complaint_clusters", ["hospital_id"])
    _members()


def _members() -> None:
    table = "complaint_cluster_members"
    op.create_table(
        table,
        sa.Column("cluster_id", sa.Uuid(), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("added_by_id", sa.Uuid(), nullable=True),
        *_record(),
        sa.ForeignKeyConstraint(["cluster_id"], ["complaint_clusters.id"], name=op.f(f"fk_{table}_cluster_id")),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name=op.f(f"fk_{table}_complaint_id")),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f(f"fk_{table}_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{table}")),
        sa.UniqueConstraint("complaint_id", name=op.f(f"uq_{table}_complaint_id")),
    )
    op.create_index(op.f(f"ix_{table}_hospital_id"), table, ["hospital_id"])
    op.create_index(op.f(f"ix_{table}_cluster_id"), table, ["cluster_id"])


def _record() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
    )


def downgrade() -> None:
    for table in ("complaint_cluster_members", "complaint_clusters", "complaint_links", "complaint_suggestions"):
        op.drop_table(table)
    op.drop_column("complaints", "red_flags")
    op.drop_index("ix_complaints_contact_phone", "complaints")
    op.drop_index("ix_complaints_folded", "complaints")
    op.drop_column("complaints", "folded")
