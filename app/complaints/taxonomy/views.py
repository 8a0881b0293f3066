"""Pages of the taxonomy for its readers: editions, the classes of one, and what a draft would change."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Blueprint, Response, request, url_for
from flask_babel import gettext as _

from app.complaints.policy import Perm
from app.complaints.taxonomy import queries, story
from app.complaints.taxonomy.fields import FIELDS
from app.complaints.taxonomy.forms import ClassForm, MappingForm, NameForm
from app.complaints.taxonomy.models import TaxonomyClass
from app.complaints.taxonomy.queries import Fate
from app.core.access.policy import can
from app.core.events import timeline
from app.core.web import Answer, current_actor, page, requires

bp = Blueprint("taxonomy", __name__, url_prefix="/admin/taxonomy")
LAST_PAGE = 100


@bp.get("/")
@requires(Perm.TAXONOMY_READ)
def listed() -> Response:
    """List the editions."""
    return shown_list(NameForm())


def shown_list(form: NameForm, status: int = 200) -> Response:
    """Show the editions and the form of a new one."""
    return page(
        "complaints/taxonomy/list.html",
        status=status,
        rows=queries.list_editions(actor=current_actor),
        form=form,
        may_write=can(current_actor, Perm.TAXONOMY_WRITE),
    )


@bp.get("/<uuid:edition_id>")
@requires(Perm.TAXONOMY_READ)
def show(edition_id: UUID) -> Response:
    """Show one edition: its classes, what was done to it, and for a draft its next steps."""
    return shown_edition(edition_id)


def shown_edition(edition_id: UUID, answer: Answer | None = None) -> Response:
    """Show one edition, with what came of a form of its page."""
    found = queries.get_edition(edition_id, actor=current_actor)
    text, domain = request.args.get("q", "")[:100], request.args.get("domain", "")[:8]
    number = page_number()
    rows, more = queries.list_classes(edition_id, text=text, domain=domain, number=number)
    kept: dict[str, Any] = {"q": text, "domain": domain, "edition_id": edition_id}
    return page(
        "complaints/taxonomy/edition.html",
        part="complaints/taxonomy/_classes.html",
        status=answer.status if answer else 200,
        found=found,
        edition=found.edition,
        rows=rows,
        text=text,
        domain=domain,
        domains=queries.options_domains(edition_id),
        previous_url=url_for("taxonomy.show", page=number - 1, **kept) if number > 1 else None,
        next_url=url_for("taxonomy.show", page=number + 1, **kept) if more else None,
        answer=answer,
        name_form=NameForm(formdata=None, obj=found.edition),
        entries=timeline.of_subject(edition_id, actor=current_actor)[:8],
        said=story.said,
        may_edit=can(current_actor, Perm.TAXONOMY_WRITE) and found.edition.is_draft,
    )


def page_number() -> int:
    """Read the page of a list from the address."""
    text = request.args.get("page", "1")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() else 1


@bp.get("/classes/<uuid:class_id>")
@requires(Perm.TAXONOMY_READ)
def show_class(class_id: UUID) -> Response:
    """Show one class: the form in a draft for those who may write, else the facts."""
    row = queries.get_class(class_id, actor=current_actor)
    return shown_class(row.taxonomy_id, row, ClassForm(formdata=None, obj=row))


def shown_class(edition_id: UUID, row: TaxonomyClass | None, form: Any, answer: Answer | None = None) -> Response:
    """Show the page of a class, or of a new one."""
    edition = queries.get_edition(edition_id, actor=current_actor).edition
    return page(
        "complaints/taxonomy/class.html",
        status=answer.status if answer else 200,
        edition=edition,
        row=row,
        form=form,
        fields=FIELDS,
        answer=answer,
        may_edit=can(current_actor, Perm.TAXONOMY_WRITE) and edition.is_draft,
    )


@bp.get("/<uuid:edition_id>/mapping")
@requires(Perm.TAXONOMY_READ)
def mapping(edition_id: UUID) -> Response:
    """Show what a draft makes of each class of the edition in force, and what would happen to points."""
    return shown_mapping(edition_id)


def shown_mapping(edition_id: UUID, answer: Answer | None = None) -> Response:
    """Show the plan of a draft, with what came of the wish to put it in force."""
    edition = queries.get_edition(edition_id, actor=current_actor).edition
    plan = queries.plan_of(edition, actor=current_actor)
    by_fate = {fate: [line for line in plan.lines if line.fate is fate] for fate in Fate}
    fallback = next((each for each in (Fate.MISSING, Fate.MAPPED, Fate.NONE) if by_fate[each]), Fate.KEPT)
    wanted = request.args.get("tab", "")
    tab = Fate(wanted) if wanted in set(Fate) else fallback
    number, lines = page_number(), by_fate[tab]
    start = (number - 1) * queries.PAGE
    kept: dict[str, Any] = {"tab": tab.value, "edition_id": edition_id}
    return page(
        "complaints/taxonomy/mapping.html",
        status=answer.status if answer else 200,
        edition=edition,
        plan=plan,
        lines=lines[start : start + queries.PAGE],
        tabs=[
            {
                "label": fate.label,
                "url": url_for("taxonomy.mapping", edition_id=edition_id, tab=fate.value),
                "count": len(by_fate[fate]),
                "active": fate is tab,
            }
            for fate in Fate
        ],
        previous_url=url_for("taxonomy.mapping", page=number - 1, **kept) if number > 1 else None,
        next_url=url_for("taxonomy.mapping", page=number + 1, **kept) if len(lines) > start + queries.PAGE else None,
        answer=answer,
        may_edit=can(current_actor, Perm.TAXONOMY_WRITE) and edition.is_draft,
        finding=finding(plan),
    )


def finding(plan: queries.Plan) -> str:
    """State in one sentence what making a draft current would do."""
    return str(
        _(
            "Points of open complaints that would move: %(moving)s; that would have no class any more: %(losing)s. Points of "
            "ended complaints that keep the class of their time: %(staying)s.",
            moving=plan.moving,
            losing=plan.losing,
            staying=plan.staying,
        )
    )


@bp.get("/<uuid:edition_id>/mapping/<uuid:class_id>")
@requires(Perm.TAXONOMY_WRITE)
def map_one(edition_id: UUID, class_id: UUID) -> Response:
    """Ask what a class of the edition in force becomes."""
    return shown_map_one(edition_id, class_id, MappingForm(formdata=None))


def shown_map_one(edition_id: UUID, class_id: UUID, form: MappingForm, answer: Answer | None = None) -> Response:
    """Show the choice of what a class becomes."""
    edition = queries.get_edition(edition_id, actor=current_actor).edition
    line = queries.line_of(edition, class_id, actor=current_actor)
    if answer is None:
        form.version.data, form.version.raw_data = edition.version, None
        form.new_class_id.data = line.new.id if line.new else None
    return page(
        "complaints/taxonomy/map.html",
        status=answer.status if answer else 200,
        edition=edition,
        line=line,
        form=form,
        classes=queries.options_of(edition.id),
        may_edit=edition.is_draft,
        is_decided=line.fate in (Fate.MAPPED, Fate.NONE),
    )
