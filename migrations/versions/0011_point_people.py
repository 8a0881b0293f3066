"""People who are named on a point of a complaint

Revision: 0011_point_people
Follows: 0010_parting
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from app.core.db.install import grant_rights

revision = "0011_point_people"
down_revision = "0010_parting"
branch_labels = None
depends_on = None

TABLE = "complaint_point_people"
POINTS_TO = {
    "point_id": "complaint_points",
    "physician_id": "physicians",
    "employee_id": "employees",
    "hospital_id": "hospitals",
}


def upgrade() -> None:
    op.create_table(
        TABLE,
        sa.Column("point_id", sa.Uuid(), nullable=False),
        sa.Column("physician_id", sa.Uuid(), nullable=True),
        sa.Column("employee_id", sa.Uuid(), nullable=True),
        sa.Column("named_by_id", sa.Uuid(), nullable=True),
        sa.Column("hospital_id", sa.Uuid(), nullable=False),
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("updated_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("num_nonnulls(physician_id, employee_id) = 1", name=op.f(f"ck_{TABLE}_one_person")),
        *(
            sa.ForeignKeyConstraint([column], [f"{table}.id"], name=op.f(f"fk_{TABLE}_{column}"))
            for column, table in POINTS_TO.items()
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{TABLE}")),
    )
    for column in ("hospital_id", "physician_id", "employee_id"):
        op.create_index(op.f(f"ix_{TABLE}_{column}"), TABLE, [column])
    for column in ("physician_id", "employee_id"):
        op.create_index(f"uq_{TABLE}_{column}", TABLE, ["point_id", column], unique=True)
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_table(TABLE)
