"""The pages of a resource under /admin/: list, one record, choices, files out. Imports: `import_views.py`."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from flask import Blueprint, Response, g, request, url_for
from flask_babel import gettext as _

from app.core.access.actor import Actor
from app.core.access.policy import can, can_on
from app.core.errors import Conflict, Invalid
from app.core.events import timeline
from app.core.resources import commands, export, queries
from app.core.resources.fields import Reference
from app.core.resources.forms import choices_of, form_class, shown_values, values_of
from app.core.resources.resource import RESOURCES, Resource
from app.core.web import current_actor, page, requires, see_other

LAST_PAGE = 400


def has_several_hospitals(actor: Actor) -> bool:
    """Tell whether rows of more than one hospital may meet in a list."""
    return actor.hospital_ids is None or len(actor.hospital_ids) > 1


def wanted_list() -> queries.Wanted:
    """Read the list's wishes from the address."""
    args = request.args
    number = args.get("page", "1")
    return queries.Wanted(
        text=args.get("q", "")[:100],
        filters={name: args[name][:60] for name in args if name not in ("q", "page", "order", "archived")},
        order=args.get("order", "")[:40],
        archived=args.get("archived") == "1",
        page=min(max(int(number), 1), LAST_PAGE) if number.isascii() and number.isdigit() else 1,
    )


def blueprint(resource: Resource) -> Blueprint:
    """Make the pages of a resource."""
    bp = Blueprint(f"admin_{resource.path}", __name__, url_prefix=f"/admin/{resource.path}")
    _lists(bp, resource)
    _new(bp, resource)
    _one(bp, resource)
    _history(bp, resource)
    _steps(bp, resource)
    return bp


def _lists(bp: Blueprint, resource: Resource) -> None:
    @bp.get("/", endpoint="listed")
    @requires(resource.panel)
    def listed() -> Response:
        """Show the list, narrowed by the address."""
        wanted = wanted_list()
        found = queries.page_of_rows(resource, wanted, actor=current_actor)
        return page("core/resources/list.html", part="core/resources/_rows.html", **_list_context(wanted, found))

    @bp.get("/options", endpoint="options")
    @requires(resource.needs.read)
    def options() -> Response:
        """Answer a search box."""
        rows = queries.options(resource, request.args.get("q", ""), actor=current_actor)
        return page("core/resources/_options.html", resource=resource, rows=rows)

    @bp.get("/export.<any(csv, xlsx):kind>", endpoint="export")
    @requires(resource.needs.write)
    def export_file(kind: str) -> Response:
        """Give everything that the list would show as a file."""
        return export.answer(resource, wanted_list(), kind, actor=g.actor)

    def _list_context(wanted: queries.Wanted, found: queries.Rows) -> dict[str, Any]:
        def link(**changes: Any) -> str:
            kept = {
                "q": wanted.text,
                "order": wanted.order,
                "archived": "1" if wanted.archived else "",
                **wanted.filters,
            }
            return "?" + urlencode({name: value for name, value in {**kept, **changes}.items() if value})

        columns = [each for each in resource.all_fields if each.listed]
        if resource.is_tenant and has_several_hospitals(current_actor):
            columns.append(resource.by_name["hospital_id"])
        return {
            "resource": resource,
            "wanted": wanted,
            "found": found,
            "columns": columns,
            "link": link,
            "masked": resource.is_masked(current_actor),
            "filters": _filters(resource, wanted, current_actor),
            "may_write": may_make(resource, current_actor),
            "figures": resource.figures(found.rows, current_actor) if resource.figures else None,
        }


def may_make(resource: Resource, actor: Actor) -> bool:
    """Tell whether the actor may make records here at all (a button's condition)."""
    return can(actor, resource.needs.write)


def _filters(resource: Resource, wanted: queries.Wanted, actor: Actor) -> list[dict[str, Any]]:
    shown = []
    for name in resource.filters:
        known = resource.by_name[name]
        if hasattr(known, "options"):
            choices = [*known.options.items()]
        elif hasattr(known, "target"):
            target = RESOURCES[known.target]
            rows = queries.options(target, "", actor=actor, most=queries.FEW + 1)
            if len(rows) > queries.FEW:
                continue
            choices = [(row.id, target.label(row)) for row in rows]
        else:
            choices = [("true", _("Yes")), ("false", _("No"))]
        if len(choices) < 2:
            continue
        shown.append({"name": name, "label": known.label, "options": choices, "value": wanted.filters.get(name, "")})
    return shown


def _only_hospital(actor: Actor) -> UUID | None:
    return None if has_several_hospitals(actor) else next(iter(actor.hospital_ids or ()), None)


def _proposed(resource: Resource) -> dict[str, Any]:
    """Give what the address proposes for the form of a new record; what can not be read is left out."""
    found: dict[str, Any] = {}
    for name, known in resource.by_name.items():
        text = request.args.get(name, "")[:200]
        if not text:
            continue
        with suppress(ValueError):
            found[name] = UUID(text) if isinstance(known, Reference) else text
    return found


def _new(bp: Blueprint, resource: Resource) -> None:
    def shown(form: Any, status: int = 200) -> Response:
        return page(
            "core/resources/new.html",
            status=status,
            resource=resource,
            form=form,
            choices=choices_of(resource, form, actor=current_actor),
        )

    @bp.get("/new", endpoint="new")
    @requires(resource.needs.write)
    def new() -> Response:
        """Show the empty form."""
        first = {"hospital_id": _only_hospital(current_actor), **_proposed(resource)}
        return shown(form_class(resource.path, is_new=True)(data=first))

    @bp.post("/new", endpoint="create")
    @requires(resource.needs.write)
    def create() -> Response:
        """Make the record."""
        form = form_class(resource.path, is_new=True)()
        if (resource.is_tenant or resource.is_shared) and form["hospital_id"].data is None:
            form["hospital_id"].data = _only_hospital(current_actor)
        answer = form.submit(lambda: commands.create(resource, values_of(resource, form), actor=current_actor))
        if not answer.ok:
            return shown(form, answer.status)
        return see_other(url_for(f"{bp.name}.show", row_id=answer.value.id), toast=_("Saved."))


def _one(bp: Blueprint, resource: Resource) -> None:
    def shown(row: Any, form: Any, status: int = 200) -> Response:
        return page(
            "core/resources/show.html",
            status=status,
            resource=resource,
            row=row,
            form=form,
            masked=resource.is_masked(current_actor),
            names=queries.names_of(resource, [row], actor=current_actor),
            choices=choices_of(resource, form, actor=current_actor),
            may_write=can_on(current_actor, resource.needs.write, row),
            entries=timeline.of_subject(row.id, actor=current_actor)[:8],
            beside=resource.beside(row, current_actor) if resource.beside else None,
        )

    @bp.get("/<uuid:row_id>", endpoint="show")
    @requires(resource.panel)
    def show(row_id: UUID) -> Response:
        """Show one record: the form for those who may change it, else the facts."""
        row = queries.found(resource, row_id, actor=current_actor)
        return shown(row, form_class(resource.path, is_new=False)(data=shown_values(resource, row)))

    @bp.post("/<uuid:row_id>", endpoint="save")
    @requires(resource.needs.write)
    def save(row_id: UUID) -> Response:
        """Change the record; who was too slow sees both versions and decides."""
        form = form_class(resource.path, is_new=False)()
        form.stands_there = partial(shown_values, resource)
        queries.found(resource, row_id, actor=current_actor)
        answer = form.submit(
            lambda: commands.update(
                resource, row_id, values_of(resource, form), version=form.version.data or 0, actor=current_actor
            )
        )
        if answer.ok:
            return see_other(url_for(f"{bp.name}.show", row_id=row_id), toast=_("Saved."))
        return shown(queries.found(resource, row_id, actor=current_actor), form, answer.status)


def _history(bp: Blueprint, resource: Resource) -> None:
    @bp.get("/<uuid:row_id>/history", endpoint="history")
    @requires(resource.panel)
    def history(row_id: UUID) -> Response:
        """Show everything that happened to the record."""
        row = queries.found(resource, row_id, actor=current_actor)
        return page(
            "core/resources/history.html",
            resource=resource,
            row=row,
            masked=resource.is_masked(current_actor),
            entries=timeline.of_subject(row.id, actor=current_actor),
        )


def _steps(bp: Blueprint, resource: Resource) -> None:
    @bp.post("/<uuid:row_id>/archive", endpoint="archive")
    @requires(resource.needs.write)
    def archive(row_id: UUID) -> Response:
        """Take the record out of lists."""
        try:
            commands.archive(resource, row_id, actor=current_actor)
        except Conflict as refusal:
            return see_other(url_for(f"{bp.name}.show", row_id=row_id), toast=refusal.message)
        return see_other(url_for(f"{bp.name}.show", row_id=row_id), toast=_("Archived."))

    @bp.post("/<uuid:row_id>/restore", endpoint="restore")
    @requires(resource.needs.write)
    def restore(row_id: UUID) -> Response:
        """Bring it back."""
        try:
            commands.restore(resource, row_id, actor=current_actor)
        except Conflict as refusal:
            return see_other(url_for(f"{bp.name}.show", row_id=row_id), toast=refusal.message)
        except Invalid as refusal:
            messages = [str(text) for texts in refusal.fields.values() for text in texts]
            return see_other(url_for(f"{bp.name}.show", row_id=row_id), toast=" ".join(messages))
        return see_other(url_for(f"{bp.name}.show", row_id=row_id), toast=_("Restored."))
