"""Complaints, their points, notes and requests to explain; the editions of the taxonomy

Revision: 0003_complaints
Follows: 0002_notifications
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.db.install import grant_rights

revision = "0003_complaints"
down_revision = "0002_notifications"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "taxonomy_versions",
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("is_current", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_taxonomy_versions"),
        sa.UniqueConstraint("name", name="uq_taxonomy_versions_name"),
    )
    op.create_index(
        "uq_taxonomy_versions_current",
        "taxonomy_versions",
        ["is_current"],
        unique=True,
        postgresql_where=sa.text("is_current"),
    )
    op.create_table(
        "taxonomy_classes",
        sa.Column("taxonomy_id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.String(length=24), nullable=False),
        sa.Column("domain_code", sa.String(length=8), nullable=False),
        sa.Column("domain_en", sa.Text(), nullable=False),
        sa.Column("domain_ar", sa.Text(), nullable=False),
        sa.Column("category_en", sa.Text(), nullable=False),
        sa.Column("category_ar", sa.Text(), nullable=False),
        sa.Column("subcategory_en", sa.Text(), nullable=False),
        sa.Column("subcategory_ar", sa.Text(), nullable=False),
        sa.Column("name_en", sa.Text(), nullable=False),
        sa.Column("name_ar", sa.Text(), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("retired_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["taxonomy_id"], ["taxonomy_versions.id"], name="fk_taxonomy_classes_taxonomy_id"),
        sa.PrimaryKeyConstraint("id", name="pk_taxonomy_classes"),
    )
    op.create_index("uq_taxonomy_classes_code", "taxonomy_classes", ["taxonomy_id", "code"], unique=True)
    op.create_table(
        "complaints",
        sa.Column("reference", sa.String(length=20), nullable=False),
        sa.Column("handle", sa.String(length=12), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("status", sa.String(length=20), nullable=False),
        sa.Column("severity", sa.String(length=12), nullable=False),
        sa.Column("channel", sa.String(length=12), nullable=False),
        sa.Column("outside_number", sa.String(length=60), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("patient_id", sa.Uuid(), nullable=True),
        sa.Column("is_anonymous", sa.Boolean(), nullable=False),
        sa.Column("contact_name", sa.Text(), nullable=False),
        sa.Column("contact_phone", sa.String(length=20), nullable=False),
        sa.Column("contact_relation", sa.String(length=12), nullable=False),
        sa.Column("language", sa.String(length=5), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("words_language", sa.String(length=5), nullable=False),
        sa.Column("wish", sa.Text(), nullable=False),
        sa.Column("happened_on", sa.Date(), nullable=True),
        sa.Column("place", sa.Text(), nullable=False),
        sa.Column(
            "search",
            sa.Text(collation="C"),
            sa.Computed(
                "px_fold(title || ' ' || words || ' ' || contact_name) || ' ' || px_fold_name(contact_name) || ' ' || contact_phone",
                persisted=True,
            ),
            nullable=False,
        ),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("department_ids", sa.ARRAY(sa.Uuid()), nullable=False),
        sa.Column("assignee_id", sa.Uuid(), nullable=True),
        sa.Column("created_by_id", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_contact_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("contact_way", sa.String(length=12), nullable=False),
        sa.Column("wait_reason", sa.String(length=20), nullable=False),
        sa.Column("wait_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("resolution", sa.Text(), nullable=False),
        sa.Column("resolution_category", sa.String(length=24), nullable=False),
        sa.Column("resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_resolved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("reopened_count", sa.Integer(), nullable=False),
        sa.Column("cancel_reason", sa.String(length=20), nullable=False),
        sa.Column("duplicate_of_id", sa.Uuid(), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint(
            "status <> 'duplicate' OR duplicate_of_id IS NOT NULL", name=op.f("ck_complaints_duplicate_names_another")
        ),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_complaints_department_id"),
        sa.ForeignKeyConstraint(["duplicate_of_id"], ["complaints.id"], name="fk_complaints_duplicate_of_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_complaints_hospital_id"),
        sa.ForeignKeyConstraint(["patient_id"], ["patients.id"], name="fk_complaints_patient_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaints"),
        sa.UniqueConstraint("handle", name="uq_complaints_handle"),
        sa.UniqueConstraint("reference", name="uq_complaints_reference"),
    )
    op.create_index(
        "ix_complaints_assignee_id",
        "complaints",
        ["assignee_id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_complaints_created_by_id", "complaints", ["created_by_id", "received_at"], unique=False)
    op.create_index("ix_complaints_department_id", "complaints", ["department_id"], unique=False)
    op.create_index(
        "ix_complaints_department_ids", "complaints", ["department_ids"], unique=False, postgresql_using="gin"
    )
    op.create_index("ix_complaints_duplicate_of_id", "complaints", ["duplicate_of_id"], unique=False)
    op.create_index("ix_complaints_hospital_id", "complaints", ["hospital_id"], unique=False)
    op.create_index(
        "ix_complaints_hospital_id_received_at", "complaints", ["hospital_id", "received_at", "id"], unique=False
    )
    op.create_index(
        "ix_complaints_open",
        "complaints",
        ["hospital_id", "due_at", "id"],
        unique=False,
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_index("ix_complaints_patient_id", "complaints", ["patient_id", "received_at"], unique=False)
    op.create_index(
        "ix_complaints_resolved",
        "complaints",
        ["resolved_at", "id"],
        unique=False,
        postgresql_where=sa.text("status = 'resolved'"),
    )
    op.create_index(
        "ix_complaints_search",
        "complaints",
        ["search"],
        unique=False,
        postgresql_using="gin",
        postgresql_ops={"search": "gin_trgm_ops"},
    )
    op.create_index(
        "ix_complaints_wait_until",
        "complaints",
        ["wait_until"],
        unique=False,
        postgresql_where=sa.text("wait_until IS NOT NULL"),
    )
    op.create_index(
        "uq_complaints_outside_number",
        "complaints",
        ["hospital_id", "channel", "outside_number"],
        unique=True,
        postgresql_where=sa.text("outside_number <> ''"),
    )
    op.create_table(
        "complaint_notes",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("author_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("text_language", sa.String(length=5), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_complaint_notes_complaint_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_complaint_notes_hospital_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaint_notes"),
    )
    op.create_index("ix_complaint_notes_complaint_id", "complaint_notes", ["complaint_id", "created_at"], unique=False)
    op.create_index("ix_complaint_notes_hospital_id", "complaint_notes", ["hospital_id"], unique=False)
    op.create_table(
        "complaint_points",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("class_id", sa.Uuid(), nullable=True),
        sa.Column("names", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("harm", sa.Integer(), nullable=True),
        sa.Column("finding", sa.String(length=20), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["class_id"], ["taxonomy_classes.id"], name="fk_complaint_points_class_id"),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_complaint_points_complaint_id"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_complaint_points_department_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_complaint_points_hospital_id"),
        sa.PrimaryKeyConstraint("id", name="pk_complaint_points"),
    )
    op.create_index("ix_complaint_points_class_id", "complaint_points", ["class_id"], unique=False)
    op.create_index("ix_complaint_points_complaint_id", "complaint_points", ["complaint_id"], unique=False)
    op.create_index("ix_complaint_points_department_id", "complaint_points", ["department_id"], unique=False)
    op.create_index("ix_complaint_points_hospital_id", "complaint_points", ["hospital_id"], unique=False)
    op.create_table(
        "explanations",
        sa.Column("complaint_id", sa.Uuid(), nullable=False),
        sa.Column("point_id", sa.Uuid(), nullable=True),
        sa.Column("department_id", sa.Uuid(), nullable=True),
        sa.Column("assignee_id", sa.Uuid(), nullable=False),
        sa.Column("asked_by_id", sa.Uuid(), nullable=True),
        sa.Column("status", sa.String(length=12), nullable=False),
        sa.Column("question", sa.Text(), nullable=False),
        sa.Column("extract", sa.Text(), nullable=False),
        sa.Column("shows_patient", sa.Boolean(), nullable=False),
        sa.Column("answer", sa.Text(), nullable=False),
        sa.Column("returned_for", sa.Text(), nullable=False),
        sa.Column("returns", sa.Integer(), nullable=False),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("answered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_explanations_complaint_id"),
        sa.ForeignKeyConstraint(["department_id"], ["departments.id"], name="fk_explanations_department_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_explanations_hospital_id"),
        sa.ForeignKeyConstraint(["point_id"], ["complaint_points.id"], name="fk_explanations_point_id"),
        sa.PrimaryKeyConstraint("id", name="pk_explanations"),
    )
    op.create_index("ix_explanations_assignee_id", "explanations", ["assignee_id", "status"], unique=False)
    op.create_index("ix_explanations_complaint_id", "explanations", ["complaint_id"], unique=False)
    op.create_index("ix_explanations_department_id", "explanations", ["department_id", "status"], unique=False)
    op.create_index("ix_explanations_hospital_id", "explanations", ["hospital_id"], unique=False)
    op.create_index("ix_explanations_point_id", "explanations", ["point_id"], unique=False)
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table("explanations")
    op.drop_table("complaint_points")
    op.drop_table("complaint_notes")
    op.drop_table("complaints")
    op.drop_table("taxonomy_classes")
    op.drop_table("taxonomy_versions")
