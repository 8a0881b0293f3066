"""Messages that led to no patient are found by file number when a patient is erased; indexes that others cover go

Revision: 0018_inbound_by_number
Follows: 0017_lean_writes
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0018_inbound_by_number"
down_revision = "0017_lean_writes"
branch_labels = None
depends_on = None

TABLE = "inbound_events"
BY_NUMBER = "ix_inbound_events_mrn_without_patient"
COVERED = {  # the unique key begins with source, format and id; three others begin with the hospital
    "ix_inbound_events_external_id": ["source_id", "external_id"],
    "ix_inbound_events_hospital_id": ["hospital_id"],
}


def upgrade() -> None:
    op.create_index(BY_NUMBER, TABLE, ["hospital_id", "mrn"], postgresql_where=sa.text("patient_id IS NULL"))
    for name in COVERED:
        op.drop_index(name, TABLE)


def downgrade() -> None:
    for name, columns in COVERED.items():
        op.create_index(name, TABLE, columns)
    op.drop_index(BY_NUMBER, TABLE)
