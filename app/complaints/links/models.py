"""Tables of what belongs together: complaints that are related, and complaints about the same event."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from app.core.db import Base, Record, Tenant


class ComplaintLink(Tenant, Record, Base):
    """Two complaints that are related; written once, the smaller id first."""

    __tablename__ = "complaint_links"
    __table_args__ = (
        Index("uq_complaint_links_pair", "one_id", "other_id", unique=True),
        CheckConstraint("one_id < other_id", name="smaller_first"),
    )

    one_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"))
    other_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"), index=True)
    linked_by_id: Mapped[UUID | None] = mapped_column(default=None)


class ComplaintCluster(Tenant, Record, Base):
    """One event of which several people complain."""

    __tablename__ = "complaint_clusters"

    started_by_id: Mapped[UUID | None] = mapped_column(default=None)


class ClusterMember(Tenant, Record, Base):
    """One complaint about an event; a complaint is about one event at most."""

    __tablename__ = "complaint_cluster_members"

    cluster_id: Mapped[UUID] = mapped_column(ForeignKey("complaint_clusters.id"), index=True)
    complaint_id: Mapped[UUID] = mapped_column(ForeignKey("complaints.id"), unique=True)
    added_by_id: Mapped[UUID | None] = mapped_column(default=None)
