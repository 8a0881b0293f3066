"""The search finds e-mail addresses, and words of all that was written on a case: notes, explanations, what was done

Revision: 0013_search
Follows: 0012_case_sources
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013_search"
down_revision = "0012_case_sources"
branch_labels = None
depends_on = None

FOLDED = {
    "inquiry_notes": "px_fold(body)",
    "action_notes": "px_fold(body)",
    "px_actions": "px_fold(title_en || ' ' || title_ar || ' ' || outcome)",
    "explanations": "px_fold(question || ' ' || extract || ' ' || answer)",
}
BEFORE = (
    "px_fold(title || ' ' || words || ' ' || contact_name) || ' ' || px_fold_name(contact_name) || ' ' || contact_phone"
)
AFTER = (
    "px_fold(title || ' ' || words || ' ' || wish || ' ' || place || ' ' || resolution"
    " || ' ' || contact_name || ' ' || contact_email)"
    " || ' ' || px_fold_name(contact_name) || ' ' || contact_phone"
)


def _add(table: str, column: str, expression: str) -> None:
    computed = sa.Computed(expression, persisted=True)
    op.add_column(table, sa.Column(column, sa.Text(collation="C"), computed, nullable=False))
    op.create_index(
        f"ix_{table}_{column}", table, [column], postgresql_using="gin", postgresql_ops={column: "gin_trgm_ops"}
    )


def _drop(table: str, column: str) -> None:
    op.drop_index(f"ix_{table}_{column}", table)
    op.drop_column(table, column)


def upgrade() -> None:
    for table, expression in FOLDED.items():
        _add(table, "folded", expression)
    _drop("complaints", "search")
    _add("complaints", "search", AFTER)
    op.create_index(
        "ix_patients_email",
        "patients",
        [sa.literal_column("lower(email)").label("address")],
        postgresql_ops={"address": "text_pattern_ops"},
        postgresql_where=sa.text("email <> ''"),
    )


def downgrade() -> None:
    op.drop_index("ix_patients_email", "patients")
    _drop("complaints", "search")
    _add("complaints", "search", BEFORE)
    for table in FOLDED:
        _drop(table, "folded")
