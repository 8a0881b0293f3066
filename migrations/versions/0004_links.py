"""Links of requests to explain, and the drafts kept through them

Revision: 0004_links
Follows: 0004_papers
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.access.wall import passage

revision = "0004_links"
down_revision = "0004_papers"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("explanations", sa.Column("draft", sa.Text(), nullable=False, server_default=""))
    op.alter_column("explanations", "draft", server_default=None)
    op.add_column("explanations", sa.Column("handle", sa.String(length=12), nullable=True))
    # a handle is 8 signs of base32, no secret; uuids are random enough for those of rows that are here already
    with passage("a migration fills a new column of every hospital"):
        op.execute(
            "UPDATE explanations SET handle = translate(left(replace(gen_random_uuid()::text, '-', ''), 8), '0189', 'wxyz')"
        )
    op.alter_column("explanations", "handle", nullable=False)
    op.create_unique_constraint("uq_explanations_handle", "explanations", ["handle"])


def downgrade() -> None:
    op.drop_constraint("uq_explanations_handle", "explanations")
    op.drop_column("explanations", "handle")
    op.drop_column("explanations", "draft")
