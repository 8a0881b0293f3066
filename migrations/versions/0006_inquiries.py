"""Inquiries, their notes and categories

Revision: 0006_inquiries
Follows: 0005_understanding
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0006_inquiries"
down_revision = "0005_understanding"
branch_labels = None
depends_on = None

SEARCH = (
    "px_fold(title || ' ' || words || ' ' || contact_name || ' ' || contact_email)"
    " || ' ' || px_fold_name(contact_name) || ' ' || contact_phone"
)


def upgrade() -> None:
    op.create_table(
        "inquiry_categories",
        sa.Column("code", sa.String(length=40), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=True),
        sa.Column("archived_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("archived_by_id", sa.Uuid(), nullable=True),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_inquiry_categories_hospital_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry_categories"),
    )
    op.create_index("ix_inquiry_categories_hospital_id", "inquiry_categories", ["hospital_id"], unique=False)
    op.create_index(
        "uq_inquiry_categories_code",
        "inquiry_categories",
        ["hospital_id", "code"],
        unique=True,
        postgresql_nulls_not_distinct=True,
        postgresql_where=sa.text("archived_at IS NULL"),
    )
    op.create_table(
        "inquiries",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("contact_email", sa.Text(), nullable=False),
        sa.Column("contact_relation", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_language", sa.String(length=5), nullable=False),
        sa.Column("search", sa.Text(collation="C"), sa.Computed(SEARCH, persisted=True), nullable=False),
        sa.Column("category_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("answer_way", sa.String(length=12), nullable=False),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_by_id", sa.Uuid(), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("cancel_reason", sa.String(length=20), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "complaint_id IS NULL OR status = 'converted'", name=op.f("ck_inquiries_complaint_of_converted")
        ),
        sa.ForeignKeyConstraint(["category_id"], ["inquiry_categories.id"], name="fk_inquiries_category_id"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_inquiries_complaint_id"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_inquiries_department_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_inquiries_hospital_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_inquiries_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiries"),
        sa.UniqueConstraint("reference", name="uq_inquiries_reference"),
    )
    op.create_index(
        "ix_inquiries_open",
        "inquiries",
        ["hospital_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_inquiries_assignee_id",
        "inquiries",
        ["assignee_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index(
        "ix_inquiries_answered",
        "inquiries",
        ["answered_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'answered'"),
    )
    op.create_index(
        "ix_inquiries_search",
        "inquiries",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index("ix_inquiries_category_id", "inquiries", ["category_id"], unique=False)
    op.create_index("ix_inquiries_created_by_id", "inquiries", ["created_by_id", "received_at"], unique=False)
    op.create_index("ix_inquiries_department_id", "inquiries", ["department_id"], unique=False)
    op.create_index("ix_inquiries_hospital_id", "inquiries", ["hospital_id"], unique=False)
    op.create_index(
        "ix_inquiries_hospital_id_received_at", "inquiries", ["hospital_id", "received_at", "id"], unique=False
    )
    op.create_index("ix_inquiries_patient_id", "inquiries", ["patient_id", "received_at"], unique=False)
    op.create_index("uq_inquiries_complaint_id", "inquiries", ["complaint_id"], unique=True)
    op.create_table(
        "inquiry_notes",
        sa.Column("inquiry_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text_language", sa.String(length=5), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_inquiry_notes_hospital_id"),
        sa.ForeignKeyConstraint(["inquiry_id"], ["inquiries.id"], name="fk_inquiry_notes_inquiry_id"),
        sa.PrimaryKeyConstraint("id", name="pk_inquiry_notes"),
    )
    op.create_index("ix_inquiry_notes_hospital_id", "inquiry_notes", ["hospital_id"], unique=False)
    op.create_index("ix_inquiry_notes_inquiry_id", "inquiry_notes", ["inquiry_id", "created_at"], unique=False)
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("inquiry_notes")
    op.drop_table("inquiries")
    op.drop_table("inquiry_categories")
