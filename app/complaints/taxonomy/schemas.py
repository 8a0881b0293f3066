"""Input and output of the API of the taxonomy."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import create_model

from app.complaints.taxonomy.fields import FIELDS
from app.core.api import In, Out, VersionedIn
from app.core.api.schemas import RequiredLine


class EditionIn(In):
    """The name of a draft, which begins as a copy of the edition in force."""

    name: RequiredLine


class EditionPatch(VersionedIn):
    """Another name of a draft."""

    name: RequiredLine


class TaxonomySourceOut(Out):
    """How many classes in use have their words from where."""

    source: str
    count: int


class EditionOut(Out):
    """One edition: in force, an earlier one, or a draft (never in force)."""

    id: UUID
    version: int
    name: str
    is_current: bool
    is_draft: bool
    based_on_id: UUID | None
    made_current_at: datetime | None
    in_use: int
    retired: int
    sources: list[TaxonomySourceOut]


_fields: dict[str, Any] = {each.name: (each.annotation, ... if each.required else "") for each in FIELDS}
EditionClassIn: Any = create_model("EditionClassIn", __base__=In, __doc__="The facts of a class.", **_fields)
_optional: dict[str, Any] = {each.name: (each.annotation | None, None) for each in FIELDS}
EditionClassPatch: Any = create_model(
    "EditionClassPatch",
    __base__=VersionedIn,
    __doc__="The facts of a class that change, and the version that was seen.",
    **_optional,
)


class EditionClassOut(Out):
    """One class of an edition."""

    id: UUID
    version: int
    taxonomy_id: UUID
    code: str
    domain_code: str
    domain_en: str
    domain_ar: str
    category_en: str
    category_ar: str
    subcategory_en: str
    subcategory_ar: str
    name_en: str
    name_ar: str
    source: str
    retired_at: datetime | None


class MappingLineOut(Out):
    """What a draft makes of a class of the edition in force: kept, mapped, none, missing or unused, and its points."""

    old_class_id: UUID
    old_code: str
    new_class_id: UUID | None
    new_code: str | None
    fate: str
    open_points: int
    ended_points: int


class MappingPlanOut(Out):
    """What putting a draft in force would do: points that move, lose their class, or stay; classes to be decided on."""

    moving: int
    losing: int
    staying: int
    missing: int
    results: list[MappingLineOut]


class ClassMappingIn(VersionedIn):
    """What a class becomes; null: nothing. The version is that of the edition."""

    new_class_id: UUID | None


class TaxonomyStepIn(VersionedIn):
    """The version that was seen."""


class PointsMovedOut(Out):
    """How many points of open complaints moved."""

    moved: int
