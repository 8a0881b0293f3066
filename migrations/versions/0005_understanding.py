"""Likeness of complaints: the folded words, and the phone of who complains, by an index

Revision: 0005_understanding
Follows: 0004_attachments
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005_understanding"
down_revision = "0004_attachments"
branch_labels = None
depends_on = None


def upgrade() -> None:
    _likeness()


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


def downgrade() -> None:
    op.drop_index("ix_complaints_contact_phone", "complaints")
    op.drop_index("ix_complaints_folded", "complaints")
    op.drop_column("complaints", "folded")
