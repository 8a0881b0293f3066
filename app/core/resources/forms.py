"""The form of a resource, generated from its fields, and the choices that its page offers."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from flask import url_for

from app.core.access.actor import Actor
from app.core.resources import queries
from app.core.resources.fields import Field, Reference
from app.core.resources.resource import RESOURCES, Resource, resource_at
from app.core.web.forms import Form, VersionField


@lru_cache(maxsize=128)
def form_class(path: str, *, is_new: bool) -> type[Form]:
    """Give the form of a resource; fixed fields stand only in the form of a new record."""
    resource = resource_at(path)
    fields: dict[str, Any] = {each.name: each.form_field() for each in resource.all_fields if is_new or not each.fixed}
    return type(f"{resource.subject.title()}Form", (Form,), {**fields, "version": VersionField()})


def values_of(resource: Resource, form: Form) -> dict[str, Any]:
    """Give what was typed, by field name."""
    return {name: field.data for name, field in form._fields.items() if name in resource.by_name}


def shown_values(resource: Resource, row: Any) -> dict[str, Any]:
    """Give a row's values as a form shows them (dates as text)."""
    return {
        each.name: value
        if isinstance(each, Reference) or isinstance(value, bool) or value is None
        else each.typed(value)
        for each in resource.all_fields
        for value in (getattr(row, each.name),)
    } | {"version": row.version}


@dataclass(frozen=True, slots=True)
class Choices:
    """What a reference field offers: `rows` for a select when they are few, else the address of a search box."""

    rows: list[tuple[Any, str]] | None
    url: str
    shown: str


def choices_of(resource: Resource, form: Form, *, actor: Actor) -> dict[str, Choices]:
    """Give the choices of every reference in the form: at most two statements each, however many rows there are."""
    found: dict[str, Choices] = {}
    for each in resource.all_fields:
        if isinstance(each, Reference) and each.name in form._fields and each.target in RESOURCES:
            found[each.name] = _choices(each, form[each.name].data, actor)
    return found


def _choices(each: Field, chosen: Any, actor: Actor) -> Choices:
    assert isinstance(each, Reference)
    target = resource_at(each.target)
    listed = queries.options(target, "", actor=actor, most=queries.FEW + 1)
    url = url_for(f"admin_{target.path}.options")
    if len(listed) <= queries.FEW:
        rows = [(row.id, target.label(row)) for row in listed]
        if chosen is not None and chosen not in {row_id for row_id, _label in rows}:
            rows.append((chosen, queries.label_of(each.target, chosen, actor=actor) or "–"))
        return Choices(rows, url, "")
    return Choices(None, url, queries.label_of(each.target, chosen, actor=actor))
