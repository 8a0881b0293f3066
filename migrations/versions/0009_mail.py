"""E-mail that comes in: mailboxes, their messages, the address of who complained, and how our e-mails stand in a conversation

Revision: 0009_mail
Follows: 0009_assignment
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0009_mail"
down_revision = "0009_assignment"
branch_labels = None
depends_on = None

COLUMNS = (
    ("complaints", sa.Column("contact_email", sa.Text(), nullable=False, server_default="")),
    ("messages", sa.Column("answers", sa.String(length=250), nullable=False, server_default="")),
    ("messages", sa.Column("reply_to", sa.String(length=254), nullable=False, server_default="")),
)


def upgrade() -> None:
    for table, column in COLUMNS:
        op.add_column(table, column)
        op.alter_column(table, column.name, server_default=None)
    op.create_index(
        "ix_complaints_contact_email",
        "complaints",
        ["contact_email", "received_at"],
        postgresql_where=sa.text("contact_email <> ''"),
    )
    _mailboxes()
    _incoming_mails()
    grant_rights(op.get_bind())


def _mailboxes() -> None:
    op.create_table(
        "mailboxes",
        sa.Column("address", sa.String(length=254), nullable=False),
        sa.Column("host", sa.String(length=253), nullable=False),
        sa.Column("port", sa.Integer(), nullable=False),
        sa.Column("security", sa.String(length=12), nullable=False),
        sa.Column("user", sa.String(length=254), nullable=False),
        sa.Column("password", sa.LargeBinary(), nullable=False),
        sa.Column("folder", sa.String(length=120), nullable=False),
        sa.Column("is_active", sa.Boolean(), nullable=False),
        sa.Column("account_number", sa.Integer(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=True),
        sa.Column("last_uid", sa.BigInteger(), nullable=False),
        sa.Column("next_poll_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("leased_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("lease", sa.String(length=32), nullable=False),
        sa.Column("polled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("succeeded_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("error", sa.String(length=20), nullable=False),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_mailboxes_hospital_id"),
        sa.PrimaryKeyConstraint("id", name="pk_mailboxes"),
    )
    op.create_index("ix_mailboxes_hospital_id", "mailboxes", ["hospital_id"])
    op.create_index("uq_mailboxes_address", "mailboxes", ["hospital_id", "address", "folder"], unique=True)
    op.create_index(
        "ix_mailboxes_next_poll_at", "mailboxes", ["next_poll_at", "id"], postgresql_where=sa.text("is_active")
    )


def _incoming_mails() -> None:
    op.create_table(
        "incoming_mails",
        sa.Column("mailbox_id", sa.Uuid(), nullable=False),
        sa.Column("uidvalidity", sa.BigInteger(), nullable=False),
        sa.Column("uid", sa.BigInteger(), nullable=False),
        sa.Column("message_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("content_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sender_digest", sa.LargeBinary(length=32), nullable=False),
        sa.Column("sender", sa.Text(), nullable=False),
        sa.Column("sender_name", sa.Text(), nullable=False),
        sa.Column("subject", sa.Text(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("is_cut", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("complaint_id", sa.Uuid(), nullable=True),
        sa.Column("arrived_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("received_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("handled_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("handled_by_id", sa.Uuid(), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("next_try_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("raw", sa.LargeBinary(), nullable=True),
        sa.Column("said", sa.LargeBinary(), nullable=True),
        sa.Column("raw_until", sa.DateTime(timezone=True), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["complaint_id"], ["complaints.id"], name="fk_incoming_mails_complaint_id"),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name="fk_incoming_mails_hospital_id"),
        sa.ForeignKeyConstraint(["mailbox_id"], ["mailboxes.id"], name="fk_incoming_mails_mailbox_id"),
        sa.PrimaryKeyConstraint("id", name="pk_incoming_mails"),
        sa.UniqueConstraint("mailbox_id", "uidvalidity", "uid", name="uq_incoming_mails_mailbox_id_uidvalidity_uid"),
    )
    for name, columns in (
        ("hospital_id", ["hospital_id"]),
        ("message_digest", ["hospital_id", "message_digest"]),
        ("sender_digest", ["hospital_id", "sender_digest", "received_at"]),
        ("received_at", ["hospital_id", "received_at", "id"]),
        ("state", ["hospital_id", "state", "received_at", "id"]),
        ("complaint_id", ["complaint_id"]),
    ):
        op.create_index(f"ix_incoming_mails_{name}", "incoming_mails", columns)
    for name, columns, part in (
        ("due", ["next_try_at", "id"], "next_try_at IS NOT NULL"),
        ("raw_until", ["raw_until"], "raw_until IS NOT NULL"),
    ):
        op.create_index(f"ix_incoming_mails_{name}", "incoming_mails", columns, postgresql_where=sa.text(part))


def downgrade() -> None:
    op.drop_table("incoming_mails")
    op.drop_table("mailboxes")
    op.drop_index("ix_complaints_contact_email", "complaints")
    for table, column in reversed(COLUMNS):
        op.drop_column(table, column.name)
