"""Who acts: a frozen value that the doors make once per request or job, and the scope in force for the tenant wall."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from enum import StrEnum
from uuid import UUID

ALL_HOSPITALS = None  # a holding that names no hospital reaches every hospital


class Role(StrEnum):
    """The fixed role codes of product.md section 2, and two that only programs hold."""

    PX_ADMIN = "px_admin"
    HOSPITAL_ADMIN = "hospital_admin"
    DEPARTMENT_MANAGER = "department_manager"
    PX_COORDINATOR = "px_coordinator"
    PHYSICIAN = "physician"
    NURSE = "nurse"
    STAFF = "staff"
    VIEWER = "viewer"
    SOURCE_USER = "source_user"
    SOURCE_SYSTEM = "source_system"  # a hospital system with an API key
    SYSTEM = "system"  # PX360 itself: jobs, handlers, seeds


LEVEL: dict[Role, int] = {
    Role.PX_ADMIN: 100,
    Role.HOSPITAL_ADMIN: 80,
    Role.DEPARTMENT_MANAGER: 60,
    Role.PX_COORDINATOR: 50,
    Role.PHYSICIAN: 40,
    Role.NURSE: 30,
    Role.STAFF: 20,
    Role.VIEWER: 10,
    Role.SOURCE_USER: 5,
}
ASSIGNABLE = tuple(LEVEL)


class ActorKind(StrEnum):
    """What stands behind an act: a person, PX360 itself, a hospital system, or the bearer of a link."""

    PERSON = "person"
    SYSTEM = "system"
    SOURCE = "source"
    TOKEN = "token"


@dataclass(frozen=True, slots=True)
class Holding:
    """One role as held now: in which hospitals (None: all) and departments (those below already included)."""

    role: Role
    hospital_ids: frozenset[UUID] | None = frozenset()
    department_ids: frozenset[UUID] = frozenset()


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts now, with everything that the policy needs; made by accounts, intake, jobs and token pages."""

    kind: ActorKind
    id: UUID | None
    holdings: tuple[Holding, ...] = ()
    name: str = ""
    reason: str = ""  # why a system or token scope was opened
    language: str = "en"
    session_id: UUID | None = None
    current_hospital_id: UUID | None = field(default=None)

    @property
    def hospital_ids(self) -> frozenset[UUID] | None:
        """The hospitals whose rows this actor can reach at all; None means every hospital."""
        reached: frozenset[UUID] = frozenset()
        for holding in self.holdings:
            if holding.hospital_ids is None:
                return ALL_HOSPITALS
            reached |= holding.hospital_ids
        return reached

    @property
    def only_hospital_id(self) -> UUID | None:
        """The hospital of who reaches one and no other; None for all others."""
        reached = self.hospital_ids
        return next(iter(reached)) if reached is not None and len(reached) == 1 else None

    @property
    def roles(self) -> frozenset[Role]:
        """Every role held now."""
        return frozenset(holding.role for holding in self.holdings)

    @property
    def level(self) -> int:
        """The highest level held; only ranks who may grant what."""
        return max((LEVEL.get(role, 0) for role in self.roles), default=0)

    @property
    def role(self) -> Role | None:
        """The highest role held: decides the home page and the label beside the name."""
        return max(self.roles, key=lambda role: LEVEL.get(role, 0), default=None)

    def has(self, *roles: Role) -> bool:
        """Tell whether any of `roles` is held."""
        return not self.roles.isdisjoint(roles)

    def narrowed_to(self, hospital_id: UUID) -> Actor:
        """Give the same actor looking at one hospital only; holdings elsewhere rest."""
        kept = tuple(
            replace(holding, hospital_ids=frozenset({hospital_id}))
            for holding in self.holdings
            if holding.hospital_ids is None or hospital_id in holding.hospital_ids
        )
        return replace(self, holdings=kept, current_hospital_id=hospital_id)


NOBODY = Actor(ActorKind.PERSON, None)


def system_actor(reason: str, hospital_id: UUID | None = None) -> Actor:
    """Give PX360 itself as actor, for one hospital or for all, with the reason that the audit trail shows."""
    hospitals = ALL_HOSPITALS if hospital_id is None else frozenset({hospital_id})
    return Actor(ActorKind.SYSTEM, None, (Holding(Role.SYSTEM, hospitals),), name="PX360", reason=reason)


def token_actor(link_id: UUID, hospital_id: UUID, reason: str) -> Actor:
    """Give the bearer of a link as actor: reaches one hospital's rows, through the link's own queries only."""
    return Actor(ActorKind.TOKEN, link_id, (Holding(Role.SYSTEM, frozenset({hospital_id})),), reason=reason)


_scope: ContextVar[Actor | None] = ContextVar("px360_scope", default=None)


def scope_in_force() -> Actor | None:
    """Give the actor in whose name statements run now, or None when no door has opened a scope."""
    return _scope.get()


def enter_scope(actor: Actor | None) -> None:
    """Set the scope for the rest of this request (the web door does; everyone else uses `acting_as`)."""
    _scope.set(actor)


@contextmanager
def acting_as(actor: Actor) -> Iterator[Actor]:
    """Open the scope of `actor` for the block: statements on tenant tables are narrowed to its hospitals."""
    token = _scope.set(actor)
    try:
        yield actor
    finally:
        _scope.reset(token)
