"""The REST door of the taxonomy: editions, their classes, the mapping, and putting one in force."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from apiflask import APIBlueprint

from app.complaints.policy import Perm
from app.complaints.taxonomy import classes, drafts, queries, switching
from app.complaints.taxonomy.models import TaxonomyClass
from app.complaints.taxonomy.queries import Edition, Line
from app.complaints.taxonomy.schemas import (
    ClassMappingIn,
    EditionClassIn,
    EditionClassOut,
    EditionClassPatch,
    EditionIn,
    EditionOut,
    EditionPatch,
    MappingPlanOut,
    PointsMovedOut,
    TaxonomyStepIn,
)
from app.core.api import Listing, ListQuery, documented, listing, page_of
from app.core.api.lists import equals, truth
from app.core.web import current_actor, requires

bp = APIBlueprint("taxonomy_api", __name__, url_prefix="/api/complaints/taxonomy")

CLASSES = Listing(
    ordering={"code": TaxonomyClass.code, "created_at": TaxonomyClass.created_at, "id": TaxonomyClass.id},
    default="code",
    filters={
        "code": equals(TaxonomyClass.code),
        "domain_code": equals(TaxonomyClass.domain_code),
        "source": equals(TaxonomyClass.source),
        "retired": lambda text: (
            TaxonomyClass.retired_at.is_not(None) if truth(text) else TaxonomyClass.retired_at.is_(None)
        ),
    },
    search=queries.matching,
)


def _told(found: Edition) -> dict[str, Any]:
    names = ("id", "version", "name", "is_current", "is_draft", "based_on_id", "made_current_at")
    return {
        **{name: getattr(found.edition, name) for name in names},
        "in_use": found.in_use,
        "retired": found.retired,
        "sources": [{"source": source, "count": count} for source, count in found.sources],
    }


def _edition(edition_id: UUID) -> dict[str, Any]:
    return _told(queries.get_edition(edition_id, actor=current_actor))


@bp.get("/editions/")
@bp.output(page_of(EditionOut))
@documented(bp, "List the editions of the taxonomy", "GET")
@requires(Perm.TAXONOMY_READ)
def list_editions() -> dict[str, Any]:
    """Give every edition, the newest first."""
    found = [_told(each) for each in queries.list_editions(actor=current_actor)]
    return {"count": len(found), "next": None, "previous": None, "results": found}


@bp.post("/editions/")
@bp.input(EditionIn)
@bp.output(EditionOut, status_code=201)
@documented(bp, "Begin an edition of the taxonomy", "POST")
@requires(Perm.TAXONOMY_WRITE)
def start(json_data: EditionIn) -> dict[str, Any]:
    """Begin a draft as a copy of the edition in force."""
    return _edition(drafts.start(json_data.name, actor=current_actor).id)


@bp.get("/editions/<uuid:edition_id>/")
@bp.output(EditionOut)
@documented(bp, "Read an edition of the taxonomy", "GET")
@requires(Perm.TAXONOMY_READ)
def read(edition_id: UUID) -> dict[str, Any]:
    """Give one edition with its counts."""
    return _edition(edition_id)


@bp.patch("/editions/<uuid:edition_id>/")
@bp.input(EditionPatch)
@bp.output(EditionOut)
@documented(bp, "Rename a draft of the taxonomy", "PATCH")
@requires(Perm.TAXONOMY_WRITE)
def rename(edition_id: UUID, json_data: EditionPatch) -> dict[str, Any]:
    """Give a draft another name."""
    drafts.rename(edition_id, json_data.name, version=json_data.version, actor=current_actor)
    return _edition(edition_id)


@bp.delete("/editions/<uuid:edition_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Give up a draft of the taxonomy", "DELETE")
@requires(Perm.TAXONOMY_WRITE)
def discard(edition_id: UUID) -> tuple[str, int]:
    """Remove a draft with its classes and its mapping."""
    drafts.discard(edition_id, actor=current_actor)
    return "", 204


@bp.get("/editions/<uuid:edition_id>/classes/")
@bp.input(ListQuery, location="query")
@bp.output(page_of(EditionClassOut))
@documented(bp, "List the classes of an edition", "GET")
@requires(Perm.TAXONOMY_READ)
def list_classes(edition_id: UUID, query_data: ListQuery) -> dict[str, Any]:
    """Give the classes of an edition, retired ones too."""
    edition = queries.get_edition(edition_id, actor=current_actor).edition
    return listing(queries.classes_of(edition.id), CLASSES, query_data)


@bp.post("/editions/<uuid:edition_id>/classes/")
@bp.input(EditionClassIn)
@bp.output(EditionClassOut, status_code=201)
@documented(bp, "Add a class to a draft", "POST")
@requires(Perm.TAXONOMY_WRITE)
def add_class(edition_id: UUID, json_data: Any) -> Any:
    """Add a class."""
    return classes.add(edition_id, json_data.model_dump(), actor=current_actor)


@bp.get("/classes/<uuid:class_id>/")
@bp.output(EditionClassOut)
@documented(bp, "Read a class of the taxonomy", "GET")
@requires(Perm.TAXONOMY_READ)
def read_class(class_id: UUID) -> Any:
    """Give one class of any edition."""
    return queries.get_class(class_id, actor=current_actor)


@bp.patch("/classes/<uuid:class_id>/")
@bp.input(EditionClassPatch)
@bp.output(EditionClassOut)
@documented(bp, "Change a class of a draft", "PATCH")
@requires(Perm.TAXONOMY_WRITE)
def change_class(class_id: UUID, json_data: Any) -> Any:
    """Change what is named."""
    facts = json_data.model_dump(exclude_unset=True)
    return classes.change(class_id, facts, version=facts.pop("version"), actor=current_actor)


@bp.post("/classes/<uuid:class_id>/retire/")
@bp.input(TaxonomyStepIn)
@bp.output(EditionClassOut)
@documented(bp, "Retire a class of a draft", "POST")
@requires(Perm.TAXONOMY_WRITE)
def retire(class_id: UUID, json_data: TaxonomyStepIn) -> Any:
    """Take a class out of the choices of a draft."""
    return classes.retire(class_id, version=json_data.version, actor=current_actor)


@bp.post("/classes/<uuid:class_id>/return/")
@bp.input(TaxonomyStepIn)
@bp.output(EditionClassOut)
@documented(bp, "Take a retired class of a draft back into use", "POST")
@requires(Perm.TAXONOMY_WRITE)
def bring_back(class_id: UUID, json_data: TaxonomyStepIn) -> Any:
    """Put a class back among the choices of a draft."""
    return classes.bring_back(class_id, version=json_data.version, actor=current_actor)


@bp.get("/editions/<uuid:edition_id>/mapping/")
@bp.output(MappingPlanOut)
@documented(bp, "Read what a draft would change", "GET")
@requires(Perm.TAXONOMY_READ)
def mapping(edition_id: UUID) -> dict[str, Any]:
    """Give what becomes of each class of the edition in force, and of the points that the caller may see."""
    return _plan(edition_id)


def _plan(edition_id: UUID) -> dict[str, Any]:
    edition = queries.get_edition(edition_id, actor=current_actor).edition
    plan = queries.plan_of(edition, actor=current_actor)
    counts = {name: getattr(plan, name) for name in ("moving", "losing", "staying", "missing")}
    return {**counts, "results": [_line(each) for each in plan.lines]}


def _line(line: Line) -> dict[str, Any]:
    return {
        "old_class_id": line.old.id,
        "old_code": line.old.code,
        "new_class_id": line.new.id if line.new else None,
        "new_code": line.new.code if line.new else None,
        "fate": line.fate,
        "open_points": line.open,
        "ended_points": line.ended,
    }


@bp.put("/editions/<uuid:edition_id>/mapping/<uuid:class_id>/")
@bp.input(ClassMappingIn)
@bp.output(MappingPlanOut)
@documented(bp, "Say what a class becomes in a draft", "PUT")
@requires(Perm.TAXONOMY_WRITE)
def map_class(edition_id: UUID, class_id: UUID, json_data: ClassMappingIn) -> dict[str, Any]:
    """Map a class of the edition in force; gives the whole plan."""
    drafts.map_class(edition_id, class_id, json_data.new_class_id, version=json_data.version, actor=current_actor)
    return _plan(edition_id)


@bp.delete("/editions/<uuid:edition_id>/mapping/<uuid:class_id>/")
@bp.output({}, status_code=204)
@documented(bp, "Take back what a class becomes in a draft", "DELETE")
@requires(Perm.TAXONOMY_WRITE)
def unmap_class(edition_id: UUID, class_id: UUID) -> tuple[str, int]:
    """Let a class keep its code again, where the draft has it."""
    drafts.unmap_class(edition_id, class_id, actor=current_actor)
    return "", 204


@bp.post("/editions/<uuid:edition_id>/make_current/")
@bp.input(TaxonomyStepIn)
@bp.output(PointsMovedOut)
@documented(bp, "Put an edition in force", "POST")
@requires(Perm.TAXONOMY_WRITE)
def make_current(edition_id: UUID, json_data: TaxonomyStepIn) -> dict[str, int]:
    """Put a draft in force; points of open complaints follow the mapping."""
    return {"moved": switching.make_current(edition_id, version=json_data.version, actor=current_actor)}
