"""What a resource is: one declaration from which control panel, REST endpoints, import and export are made."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Any, Protocol
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import ColumnElement

from app.core.access.actor import Actor
from app.core.access.policy import can
from app.core.db import GroupOrTenant, SoftDeleted, Tenant, Versioned
from app.core.events import Event
from app.core.events.timeline import describe
from app.core.i18n import named
from app.core.resources.beside import Beside, Figures
from app.core.resources.fields import Field, Reference


class Row(Protocol):
    """A row that a resource can keep: soft-deleted and versioned."""

    id: UUID
    version: int
    archived_at: Any
    archived_by_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Needs:
    """Which permission opens what."""

    read: str
    write: str
    panel: str = ""  # the pages under /admin/; empty: as `write`
    identify: str = ""  # who lacks it sees personal fields masked


@dataclass(frozen=True)
class RecordEvent(Event):
    """Something happened to a record; which fields, stands here, what they hold, in the details."""

    fields: tuple[str, ...] = ()


VERBS: Mapping[str, tuple[Any, str]] = {
    "created": (_l("Made"), "plus"),
    "changed": (_l("Changed"), "edit"),
    "archived": (_l("Archived"), "archive"),
    "restored": (_l("Restored"), "archive-off"),
    "exported": (_l("Exported"), "download"),
}

Writer = Callable[..., Any]


@dataclass(frozen=True, kw_only=True)
class Resource:
    """One kind of plain record. `path` names it in addresses, endpoints and references; `key` is its natural key."""

    path: str
    domain: str
    subject: str  # subject type of its events
    model: type[Any]
    title: Any
    singular: Any
    api: str
    needs: Needs
    fields: tuple[Field, ...]
    key: str
    unique_with: tuple[str, ...] = ()  # further fields that make the key unique
    icon: str = "database"
    note: Any = ""
    search: Callable[[str, Actor], ColumnElement[bool]] | None = None
    filters: tuple[str, ...] = ()  # names of choices, flags and references
    order: tuple[str, ...] = ("name_en", "id")
    label: Callable[[Any], str] = named
    validate: Callable[[dict[str, Any], Any], None] | None = None  # rules over several fields; raises Invalid
    in_use: Callable[[Any], Any] | None = None  # why a record may not be archived now, or None
    may_not_return: Callable[[Any], Any] | None = None  # why an archived row may not be restored, or None
    kept_keys: Callable[[UUID, Collection[str]], Collection[str]] | None = None  # of these keys those that a hospital's
    # older records keep for themselves though no row has them now
    # in place of the plain writing, for many at once: of each the row, or a Refusal
    create: Writer | None = None  # (list of values, *, actor)
    update: Writer | None = None  # (list of rules.Wanted, *, actor)
    imports: bool = True
    of_group: bool = False  # a row is of no hospital: the whole group's
    mark: Callable[[Any], Any] | None = None  # a small picture before the name
    figures: Callable[[Sequence[Any], Actor], Figures] | None = None  # further columns of the list; one statement
    beside: Callable[[Any, Actor], Beside] | None = None  # what depends on a record
    page: str = ""  # endpoint of the record's own page where it has one (takes <subject>_id)
    links: tuple[tuple[Any, str, str], ...] = ()  # further buttons above the list: label, endpoint, icon
    extra: Mapping[str, Any] = field(default_factory=dict)  # further outputs of the API: name -> type

    def __post_init__(self) -> None:
        """Check the declaration and give its events their words."""
        if not issubclass(self.model, SoftDeleted) or not issubclass(self.model, Versioned):
            raise TypeError(f"{self.model.__name__} must be SoftDeleted and Versioned")
        for verb, (label, icon) in VERBS.items():
            describe(self.event(verb).kind, label, icon)

    @property
    def is_tenant(self) -> bool:
        """Whether each record belongs to one hospital."""
        return issubclass(self.model, Tenant)

    @property
    def is_shared(self) -> bool:
        """Whether a record belongs to one hospital or, with none named, to the whole group."""
        return issubclass(self.model, GroupOrTenant)

    @property
    def panel(self) -> str:
        """The permission that opens the pages."""
        return self.needs.panel or self.needs.write

    @cached_property
    def all_fields(self) -> tuple[Field, ...]:
        """Every field, the hospital first where there is one."""
        if self.is_shared:
            whole = _l("Empty: for the whole group.")
            return (Reference("hospital_id", _l("Hospital"), target="hospitals", fixed=True, help=whole), *self.fields)
        if not self.is_tenant:
            return self.fields
        return (Reference("hospital_id", _l("Hospital"), target="hospitals", required=True, fixed=True), *self.fields)

    @cached_property
    def by_name(self) -> dict[str, Field]:
        """Every field by name."""
        return {each.name: each for each in self.all_fields}

    def event(self, verb: str) -> type[RecordEvent]:
        """Give the event class for a verb of `VERBS`."""
        return _event_class(self.domain, self.subject, verb)

    def hospital_of(self, row: Any) -> UUID | None:
        """Give the hospital that a row belongs to, or is."""
        if self.of_group:
            return None
        found: UUID | None = getattr(row, "hospital_id" if self.is_tenant or self.is_shared else "id")
        return found

    def is_masked(self, actor: Actor) -> bool:
        """Tell whether personal fields are hidden from this actor."""
        return bool(self.needs.identify) and not can(actor, self.needs.identify)

    def seen(self, row: Any, name: str, *, masked: bool) -> Any:
        """Give a row's value as the reader may see it."""
        value, known = getattr(row, name), self.by_name[name]
        return known.mask(value) if masked and known.mask is not None and value else value

    def values_of(self, row: Any) -> dict[str, Any]:
        """Give a row's fields as a dictionary, unmasked."""
        return {each.name: getattr(row, each.name) for each in self.all_fields}


@lru_cache(maxsize=512)
def _event_class(domain: str, subject: str, verb: str) -> type[RecordEvent]:
    marks = {"kind": f"{domain}.{subject}.{verb}", "subject_type": subject, "__doc__": "An event of a resource."}
    return type(f"{subject.title()}{verb.title()}", (RecordEvent,), marks)


RESOURCES: dict[str, Resource] = {}


def resource_at(path: str) -> Resource:
    """Find a declared resource by its path. KeyError: none is declared so."""
    return RESOURCES[path]
