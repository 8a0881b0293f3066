"""An e-mail can open or join an inquiry; a mailbox says which kind of case it opens

Revision: 0019_mail_of_inquiries
Follows: 0018_inbound_by_number
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0019_mail_of_inquiries"
down_revision = "0018_inbound_by_number"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("mailboxes", sa.Column("opens", sa.String(12), nullable=False, server_default="complaint"))
    op.alter_column("mailboxes", "opens", server_default=None)
    op.add_column("incoming_mails", sa.Column("inquiry_id", sa.Uuid(), nullable=True))
    op.create_foreign_key(
        op.f("fk_incoming_mails_inquiry_id_inquiries"), "incoming_mails", "inquiries", ["inquiry_id"], ["id"]
    )
    op.create_index("ix_incoming_mails_inquiry_id", "incoming_mails", ["inquiry_id"])


def downgrade() -> None:
    op.drop_index("ix_incoming_mails_inquiry_id", table_name="incoming_mails")
    op.drop_column("incoming_mails", "inquiry_id")
    op.drop_column("mailboxes", "opens")
