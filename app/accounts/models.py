"""Tables of accounts: people, the roles they hold, their sessions and the links mailed to them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app.core.access.policy import Scope
from app.core.db import Base, Record, SoftDeleted, Versioned, code_column


class User(SoftDeleted, Versioned, Record, Base):
    """A person who works with PX360. Not a tenant's row: one person may hold roles in several hospitals."""

    __tablename__ = "users"
    __table_args__ = (Index("uq_users_email", "email", unique=True, postgresql_where=text("archived_at IS NULL")),)
    scope_columns = {Scope.OWN: "id"}

    email: Mapped[str] = mapped_column(code_column(254))  # small letters
    name_en: Mapped[str]
    name_ar: Mapped[str]
    job_title: Mapped[str] = mapped_column(default="")
    password_hash: Mapped[str] = mapped_column(default="")  # empty: invited, no password chosen yet
    password_changed_at: Mapped[datetime | None] = mapped_column(default=None)
    language: Mapped[str] = mapped_column(code_column(5), default="ar")
    theme: Mapped[str] = mapped_column(code_column(8), default="auto")
    zone: Mapped[str] = mapped_column(code_column(40), default="")
    is_active: Mapped[bool] = mapped_column(default=True)
    totp_secret: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)  # encrypted
    totp_pending: Mapped[bytes | None] = mapped_column(LargeBinary, default=None)  # encrypted; not yet confirmed
    totp_confirmed_at: Mapped[datetime | None] = mapped_column(default=None)
    totp_last_step: Mapped[int] = mapped_column(default=0)  # a code is good once
    recovery_digests: Mapped[list[Any]] = mapped_column(default=list)  # keyed; each code is good once
    last_seen_at: Mapped[datetime | None] = mapped_column(default=None)
    assignments: Mapped[list[RoleAssignment]] = relationship(
        lazy="selectin", foreign_keys="RoleAssignment.user_id", viewonly=True
    )

    @property
    def has_second_factor(self) -> bool:
        """Whether logging in asks for a code."""
        return self.totp_confirmed_at is not None

    @property
    def is_open(self) -> bool:
        """Whether the person may sign in at all."""
        return self.is_active and self.archived_at is None

    @property
    def state(self) -> str:
        """Where the account stands: archived, blocked, invited (no password yet) or active."""
        if self.archived_at is not None:
            return "archived"
        if not self.is_active:
            return "blocked"
        return "active" if self.password_hash else "invited"


class RoleAssignment(Record, Base):
    """A role as held: by whom, where, from when until when, and for whom as deputy."""

    __tablename__ = "role_assignments"
    __table_args__ = (
        Index("ix_role_assignments_user_id", "user_id"),
        Index("ix_role_assignments_hospital_id_role", "hospital_id", "role", "department_id"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    role: Mapped[str] = mapped_column(code_column(30))
    hospital_id: Mapped[UUID | None] = mapped_column(ForeignKey("hospitals.id"), default=None)  # None: every hospital
    department_id: Mapped[UUID | None] = mapped_column(ForeignKey("departments.id"), index=True, default=None)
    from_at: Mapped[datetime]
    until_at: Mapped[datetime | None] = mapped_column(default=None)
    deputy_for_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), index=True, default=None)
    granted_by_id: Mapped[UUID | None] = mapped_column(default=None)

    def holds_at(self, instant: datetime) -> bool:
        """Whether the role is held at an instant."""
        return self.from_at <= instant and self.holds_after(instant)

    def holds_after(self, instant: datetime) -> bool:
        """Whether the role is held at an instant or at a later one."""
        return self.until_at is None or instant < self.until_at


class SecondFactorRule(Versioned, Record, Base):
    """Whose second factor is a must: roles of one hospital, or of the whole group. Read at the door, before there is an actor."""

    __tablename__ = "second_factor_rules"
    __table_args__ = (
        Index("uq_second_factor_rules_hospital_id", "hospital_id", unique=True, postgresql_nulls_not_distinct=True),
    )

    hospital_id: Mapped[UUID | None] = mapped_column(ForeignKey("hospitals.id"), default=None)  # None: the group
    roles: Mapped[list[str]] = mapped_column(default=list)


class LoginSession(Record, Base):
    """A browser that is signed in; listed to its owner, revocable at once."""

    __tablename__ = "login_sessions"
    __table_args__ = (Index("ix_login_sessions_user_id", "user_id"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    current_hospital_id: Mapped[UUID | None] = mapped_column(ForeignKey("hospitals.id"), index=True, default=None)
    agent: Mapped[str] = mapped_column(code_column(200), default="")
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class RefreshToken(Record, Base):
    """A refresh token of the API: good once; using it twice revokes its whole family."""

    __tablename__ = "refresh_tokens"
    __table_args__ = (Index("ix_refresh_tokens_family", "family"), Index("ix_refresh_tokens_user_id", "user_id"))

    user_id: Mapped[UUID] = mapped_column(ForeignKey("users.id"))
    family: Mapped[UUID]
    token_digest: Mapped[bytes] = mapped_column(LargeBinary(32), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
    revoked_at: Mapped[datetime | None] = mapped_column(default=None)


class AccountLink(Record, Base):
    """A link mailed to a person: an invitation or a new password. The token is derived from the handle; none is stored.

    Without a person: somebody asked for a new password of an e-mail that nobody has, and the work was the same.
    """

    __tablename__ = "account_links"
    __table_args__ = (Index("ix_account_links_user_id", "user_id"),)

    user_id: Mapped[UUID | None] = mapped_column(ForeignKey("users.id"), default=None)
    purpose: Mapped[str] = mapped_column(code_column(12))  # invite or reset
    handle: Mapped[str] = mapped_column(code_column(12), unique=True)
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None] = mapped_column(default=None)
