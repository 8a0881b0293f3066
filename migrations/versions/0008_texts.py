"""Text modules and checklists

Revision: 0008_texts
Follows: 0008_promises
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0008_texts"
down_revision = "0008_promises"
branch_labels = None
depends_on = None


def _shared(name: str, *columns: sa.Column[object] | sa.CheckConstraint) -> None:
    """A list of the group that a hospital may add to."""
    op.create_table(
        name,
        sa.Column("code", sa.String(length=40), nullable=False),
        *columns,
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=f"fk_{name}_hospital_id"),
        sa.PrimaryKeyConstraint("id", name=f"pk_{name}"),
    )
    op.create_index(f"ix_{name}_hospital_id", name, ["hospital_id"])
    op.create_index(
        f"uq_{name}_code",
        name,
        ["hospital_id", "code"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )


def upgrade() -> None:
    _shared(
        "text_modules",
        sa.Column("purpose", sa.String(length=12), nullable=False),
        sa.Column("text_en", sa.Text(), nullable=False),
        sa.Column("text_ar", sa.Text(), nullable=False),
        sa.CheckConstraint("text_en <> '' OR text_ar <> ''", name=op.f("ck_text_modules_says_something")),
    )
    _shared(
        "checklist_items",
        sa.Column("class_code", sa.String(length=24), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
    )
    op.create_table(
        "checklist_ticks",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("item_id", sa.Uuid(), nullable=False),
        sa.Column("done_by_id", sa.Uuid(), nullable=True),
        sa.Column("done_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_checklist_ticks_complaint_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_checklist_ticks_hospital_id"),
        sa.ForeignKeyConstraint(["item_id"], ["checklist_items.id"], name="fk_checklist_ticks_item_id"),
        sa.PrimaryKeyConstraint("id", name="pk_checklist_ticks"),
    )
    op.create_index("ix_checklist_ticks_hospital_id", "checklist_ticks", ["hospital_id"])
    op.create_index("ix_checklist_ticks_item_id", "checklist_ticks", ["item_id"])
    op.create_index("uq_checklist_ticks_item", "checklist_ticks", ["complaint_id", "item_id"], unique=True)
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("checklist_ticks")
    op.drop_table("checklist_items")
    op.drop_table("text_modules")
