"""Second factor by role: the rule of a hospital or of the group takes the place of one flag; a new secret waits apart

Revision: 0002_accounts
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.access.actor import ASSIGNABLE, Role
from app.core.db.ids import uuid7
from app.core.db.install import grant_rights
from app.core.time import clock

revision = "0002_accounts"
down_revision = "0002_kernel"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "second_factor_rules",
        sa.Column("hospital_id", sa.Uuid(), nullable=True),
        sa.Column("roles", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["hospital_id"], ["hospitals.id"], name=op.f("fk_second_factor_rules_hospital_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_second_factor_rules")),
    )
    op.create_index(
        "uq_second_factor_rules_hospital_id",
        "second_factor_rules",
        ["hospital_id"],
        unique=True,
        postgresql_nulls_not_distinct=True,
    )
    _rules_of_flags()
    op.drop_column("hospitals", "requires_mfa")
    op.add_column("users", sa.Column("totp_pending", sa.LargeBinary(), nullable=True))
    op.alter_column("account_links", "user_id", existing_type=sa.Uuid(), nullable=True)
    grant_rights(op.get_bind())


def _rules_of_flags() -> None:
    """A hospital that asked everybody for a second factor names every role it may give."""
    connection = op.get_bind()
    rules = sa.table(
        "second_factor_rules",
        sa.column("id", sa.Uuid()),
        sa.column("hospital_id", sa.Uuid()),
        sa.column("roles", postgresql.JSONB()),
        sa.column("version", sa.Integer()),
        sa.column("created_at", sa.DateTime(timezone=True)),
        sa.column("updated_at", sa.DateTime(timezone=True)),
    )
    roles = [str(role) for role in ASSIGNABLE if role is not Role.PX_ADMIN]
    now = clock.now()
    for hospital_id in connection.execute(sa.text("SELECT id FROM hospitals WHERE requires_mfa")).scalars().all():
        connection.execute(
            rules.insert().values(
                id=uuid7(), hospital_id=hospital_id, roles=roles, version=1, created_at=now, updated_at=now
            )
        )


def downgrade() -> None:
    op.execute("DELETE FROM account_links WHERE user_id IS NULL")
    op.alter_column("account_links", "user_id", existing_type=sa.Uuid(), nullable=False)
    op.drop_column("users", "totp_pending")
    op.add_column(
        "hospitals", sa.Column("requires_mfa", sa.Boolean(), nullable=False, server_default=sa.text("false"))
    )
    op.execute(
        "UPDATE hospitals SET requires_mfa = true FROM second_factor_rules AS rule"
        " WHERE rule.hospital_id = hospitals.id AND jsonb_array_length(rule.roles) > 0"
    )
    op.alter_column("hospitals", "requires_mfa", server_default=None)
    op.drop_index("uq_second_factor_rules_hospital_id", table_name="second_factor_rules")
    op.drop_table("second_factor_rules")
