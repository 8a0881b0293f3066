"""The pages of the same change to many: a preview of what will happen to each, the change, what became of each, and Undo.

A domain gives a blueprint the four addresses `preview`, `change`, `done` and `undo`, each with its right.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import Response, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from app.core.bulk.deeds import MOST, OWNER, Bulk
from app.core.errors import Invalid
from app.core.web import chosen
from app.core.web.chosen import Outcome, Verdict, read_ids, read_versions
from app.core.web.doors import current_actor
from app.core.web.forms import Form, LineField, TextField
from app.core.web.pages import page, see_other

UNDONE = "undone"  # instead of a verb: what became of each when a run was taken back


class BulkForm(Form):
    """What to change the chosen rows to; each change takes some of it. A queue with more to ask for adds its own fields."""

    assignee_id = LineField(_l("Owner"), most=40)
    severity = LineField(_l("Severity"), most=20)
    reason = TextField(_l("Reason"), most=2000)

    def given(self) -> dict[str, str]:
        """Give what was typed, by field."""
        return {field.name: str(field.data or "") for field in self if field.name != "csrf_token"}


@dataclass(frozen=True, slots=True)
class Words:
    """The words of a queue for its changes; those of a number give the whole phrase."""

    queue: Any
    counted: Callable[[int], str]  # "3 inquiries"
    changed: Callable[[int], str]  # "3 inquiries were changed."
    as_before: Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Pages:
    """The pages of one queue's changes; `line` is the template of a line, `first(limit)` gives those that the filters find."""

    bulk: Bulk
    blueprint: str
    queue_endpoint: str
    line: str
    words: Words
    first: Callable[[int], Sequence[Any]]
    people: Callable[[Sequence[Verdict]], Sequence[Any]]  # who may own those that may change
    choices: Mapping[str, Mapping[str, Any]]  # of a field: its codes and their labels
    form: type[BulkForm] = BulkForm

    def preview(self) -> Response:
        """Say of each chosen row what will happen or why not."""
        lines, verb = self._chosen(), request.args.get("verb", "")
        if not lines or verb not in self.bulk.deeds:
            return see_other(url_for(self.queue_endpoint), toast=_("Select some rows first."))
        return self._preview(verb, lines, self.form(formdata=None))

    def _chosen(self) -> Sequence[Any]:
        """The ticked rows, or the first of all that the filters find."""
        if request.args.get("all"):
            return self.first(MOST)
        return self.bulk.list_chosen(read_ids(request.args.getlist("ids"), MOST), actor=current_actor)

    def _preview(self, verb: str, lines: Sequence[Any], form: BulkForm, status: int = 200) -> Response:
        verdicts = self.bulk.preview(verb, lines, actor=current_actor)
        deed = self.bulk.deeds[verb]
        pairs = list(zip(lines, verdicts, strict=True))
        return page(
            "core/bulk/selected.html",
            status=status,
            pages=self,
            verb=verb,
            deed=deed,
            going=[(line, each) for line, each in pairs if not each.refusal],
            staying=[(line, each) for line, each in pairs if each.refusal],
            people=self.people(verdicts) if OWNER in deed.fields else [],
            form=form,
        )

    def change(self) -> Response:
        """Change them; goes on to what became of each."""
        form, verb = self.form(), request.form.get("verb", "")
        versions = read_versions(request.form.getlist("ids"), MOST)
        if verb not in self.bulk.deeds:
            raise Invalid(verb=_("Choose one of the listed codes."))
        answer = form.submit(lambda: self.bulk.run(verb, versions, form.given(), actor=current_actor))
        if not answer.ok:
            return self._preview(verb, self.bulk.list_chosen(list(versions), actor=current_actor), form, answer.status)
        token, outcomes = answer.value
        if not token:
            return see_other(url_for(self.queue_endpoint), toast=self.words.changed(_changed(outcomes)))
        return see_other(url_for(f"{self.blueprint}.done", of=token))

    def done(self) -> Response:
        """Show what became of each, with a way back for two minutes."""
        token = request.args.get("of", "")
        found = chosen.recall(self.bulk.place, token, actor=current_actor)
        if found is None:
            return see_other(url_for(self.queue_endpoint))
        lines = self.bulk.list_chosen([UUID(each.id) for each in found.outcomes], actor=current_actor)
        return page(
            "core/bulk/done.html",
            pages=self,
            done=found,
            said=(self.words.as_before if found.deed == UNDONE else self.words.changed)(len(found.changed)),
            lines={str(self.bulk.row_of(line).id): line for line in lines},
            token=token,
        )

    def undo(self) -> Response:
        """Take the run back where nobody changed the row since; goes on to those that stay, where there are some."""
        outcomes = self.bulk.undo(request.form.get("of", ""), actor=current_actor)
        if outcomes is None:
            return see_other(url_for(self.queue_endpoint), toast=_("It is too late to take this back."))
        count = _changed(outcomes)
        said, left = self.words.as_before(count), len(outcomes) - count
        if left:
            token = chosen.remember(self.bulk.place, UNDONE, outcomes, actor=current_actor, within=timedelta(0))
            if token:
                return see_other(url_for(f"{self.blueprint}.done", of=token))
            stays = ngettext(
                "%(num)s was changed by somebody since and stays.",
                "%(num)s were changed by somebody since and stay.",
                left,
            )
            said = f"{said} {stays}"
        return see_other(url_for(self.queue_endpoint), toast=said)


def _changed(outcomes: Sequence[Outcome]) -> int:
    return sum(not each.refusal for each in outcomes)
