"""Recounts of clocks, notices that wait, and what decides a clock's rule kept on the clock

Revision: 0002_kernel
Follows: 0001
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

from app.core.db.install import grant_rights

revision = '0002_kernel'
down_revision = '0001'
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('sla_notices',
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.String(length=60), nullable=False),
    sa.Column('step', sa.String(length=24), nullable=False),
    sa.Column('subject_type', sa.String(length=40), nullable=False),
    sa.Column('subject_id', sa.Uuid(), nullable=False),
    sa.Column('url', sa.Text(), nullable=False),
    sa.Column('params', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('once', sa.String(length=120), nullable=False),
    sa.Column('is_urgent', sa.Boolean(), nullable=False),
    sa.Column('tell_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hospital_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_sla_notices_hospital_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sla_notices')),
    sa.UniqueConstraint('user_id', 'once', name=op.f('uq_sla_notices_user_id_once'))
    )
    op.create_index(op.f('ix_sla_notices_hospital_id'), 'sla_notices', ['hospital_id'], unique=False)
    op.create_index('ix_sla_notices_waiting', 'sla_notices', ['tell_at', 'user_id'], unique=False, postgresql_where=sa.text('told_at IS NULL'))
    op.create_table('sla_recounts',
    sa.Column('clock', sa.String(length=60), nullable=True),
    sa.Column('cause', sa.String(length=60), nullable=False),
    sa.Column('by_id', sa.Uuid(), nullable=True),
    sa.Column('after_id', sa.Uuid(), nullable=True),
    sa.Column('moved', sa.Integer(), nullable=False),
    sa.Column('finished_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('hospital_id', sa.Uuid(), nullable=True),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['hospital_id'], ['hospitals.id'], name=op.f('fk_sla_recounts_hospital_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_sla_recounts'))
    )
    op.create_index(op.f('ix_sla_recounts_hospital_id'), 'sla_recounts', ['hospital_id'], unique=False)
    op.create_index('ix_sla_recounts_open', 'sla_recounts', ['id'], unique=False, postgresql_where=sa.text('finished_at IS NULL'))
    op.add_column('sla_clocks', sa.Column('source', sa.String(length=40), nullable=True))
    op.add_column('sla_clocks', sa.Column('priority', sa.String(length=40), nullable=True))
    op.add_column('sla_clocks', sa.Column('category', sa.String(length=40), nullable=True))
    op.create_index('ix_sla_clocks_open_kind', 'sla_clocks', ['kind', 'id'], unique=False, postgresql_where=sa.text('stopped_at IS NULL'))
    op.add_column('sla_policies', sa.Column('category', sa.String(length=40), nullable=True))
    grant_rights(op.get_bind())


def downgrade() -> None:
    op.drop_column('sla_policies', 'category')
    op.drop_index('ix_sla_clocks_open_kind', table_name='sla_clocks', postgresql_where=sa.text('stopped_at IS NULL'))
    op.drop_column('sla_clocks', 'category')
    op.drop_column('sla_clocks', 'priority')
    op.drop_column('sla_clocks', 'source')
    op.drop_index('ix_sla_recounts_open', table_name='sla_recounts', postgresql_where=sa.text('finished_at IS NULL'))
    op.drop_index(op.f('ix_sla_recounts_hospital_id'), table_name='sla_recounts')
    op.drop_table('sla_recounts')
    op.drop_index('ix_sla_notices_waiting', table_name='sla_notices', postgresql_where=sa.text('told_at IS NULL'))
    op.drop_index(op.f('ix_sla_notices_hospital_id'), table_name='sla_notices')
    op.drop_table('sla_notices')
