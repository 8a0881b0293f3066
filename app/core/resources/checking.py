"""Checking rows of an import: text to values, references by their key, what is there already. Writes nothing."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.db import db
from app.core.errors import Invalid
from app.core.resources.fields import Flag, Reference
from app.core.resources.problems import FieldProblem, problem_of
from app.core.resources.resource import Resource, resource_at
from app.core.resources.rules import kept_keys

PART = 500


@dataclass(slots=True)
class Candidate:
    """One row of the file: its values, what is wrong with it, and the record that has its key already."""

    number: int
    values: dict[str, Any]
    problems: list[tuple[str, str]] = field(default_factory=list)  # field, code
    existing_id: UUID | None = None
    existing_version: int = 0
    later: dict[str, str] = field(default_factory=dict)  # references to rows of this same file, by key


class Checker:
    """Checks rows in parts; remembers the keys of the file so that the second of two is refused."""

    def __init__(self, resource: Resource, hospital_id: UUID, columns: list[str]) -> None:
        """Take where the rows shall go and which field each column is."""
        self.resource, self.hospital_id, self.columns = resource, hospital_id, columns
        self._seen: set[str] = set()
        self._targets: dict[str, dict[str, UUID]] = {}

    def parts(self, rows: Iterator[tuple[int, list[str]]]) -> Iterator[list[Candidate]]:
        """Give the rows in parts of up to 500, checked: a few statements for each part, whatever stands in it."""
        part: list[tuple[int, list[str]]] = []
        for row in rows:
            part.append(row)
            if len(part) == PART:
                yield self._checked(part)
                part = []
        if part:
            yield self._checked(part)

    def _checked(self, part: list[tuple[int, list[str]]]) -> list[Candidate]:
        found = [self._parsed(number, cells) for number, cells in part]
        existing = self._existing([each.values.get(self.resource.key) for each in found])
        for each in found:
            key = each.values.get(self.resource.key)
            if key in existing:
                each.existing_id, each.existing_version = existing[key]
        self._refuse_kept(found)
        for each in found:
            self._require(each)
            if not each.problems and self.resource.validate is not None:
                self._rules(each)
        return found

    def _parsed(self, number: int, cells: list[str]) -> Candidate:
        candidate = Candidate(number, {"hospital_id": self.hospital_id})
        for name, text in zip(self.columns, cells, strict=False):
            if not name:
                continue
            known = self.resource.by_name[name]
            if not text.strip() and not isinstance(known, Flag):
                continue  # an empty cell says nothing: what stands in the record stays
            try:
                value = known.parse(text)
                if isinstance(known, Reference):
                    self._look_up(candidate, known, value)
                else:
                    candidate.values[name] = value
            except ValueError as error:
                candidate.problems.append((name, problem_of(error)[0]))
        self._unrepeated(candidate)
        return candidate

    def _unrepeated(self, candidate: Candidate) -> None:
        key = candidate.values.get(self.resource.key)
        if key is None:
            return
        if key in self._seen:
            candidate.problems.append((self.resource.key, "repeated"))
        self._seen.add(key)

    def _refuse_kept(self, found: list[Candidate]) -> None:
        """Refuse new rows whose key an older record keeps for itself."""
        new = [each for each in found if each.existing_id is None and each.values.get(self.resource.key)]
        kept = {key for _hospital_id, key in kept_keys(self.resource, [each.values for each in new])}
        for each in new:
            if each.values[self.resource.key] in kept:
                each.problems.append((self.resource.key, "taken"))

    def _require(self, candidate: Candidate) -> None:
        """Refuse a new row that lacks what every record must have; a known record keeps what it has."""
        named = {name for name, _code in candidate.problems}
        for each in self.resource.fields:
            if not each.must_be_given or each.name in candidate.values or each.name in named:
                continue
            if candidate.existing_id is None or each.name == self.resource.key:
                candidate.problems.append((each.name, "missing"))

    def _rules(self, candidate: Candidate) -> None:
        empty = {each.name: each.empty for each in self.resource.all_fields}
        try:
            assert self.resource.validate is not None
            self.resource.validate({**empty, **candidate.values}, None)
        except Invalid as refusal:
            candidate.problems += [(name, "refused") for name in refusal.fields]

    def _look_up(self, candidate: Candidate, known: Reference, key: Any) -> None:
        """Take the id behind a natural key; a row that stands above in this same file is looked up when it is written."""
        if known.target not in self._targets:
            self._targets[known.target] = self._keys_of(resource_at(known.target))
        found = self._targets[known.target].get(str(key))
        if found is not None:
            candidate.values[known.name] = found
        elif known.target == self.resource.path and key in self._seen:
            candidate.later[known.name] = str(key)
        else:
            raise FieldProblem("unknown")

    def runs(self, rows: list[Candidate]) -> Iterator[list[Candidate]]:
        """Give good rows in runs to be written together: none refers to another of its own run."""
        run: list[Candidate] = []
        keys: set[Any] = set()
        for each in rows:
            if not keys.isdisjoint(each.later.values()):
                yield run
                run, keys = [], set()
            run.append(each)
            keys.add(each.values[self.resource.key])
        if run:
            yield run

    def resolve(self, run: list[Candidate]) -> None:
        """Put in the ids of rows of the same file that have been written by now; a row gets a problem where one was not."""
        keys = {key for each in run for key in each.later.values()}
        found = self._existing(keys) if keys else {}
        for each in run:
            for name, key in each.later.items():
                if key in found:
                    each.values[name] = found[key][0]
                else:
                    each.problems.append((name, "unknown"))

    def _keys_of(self, target: Resource) -> dict[str, UUID]:
        query = select(getattr(target.model, target.key), target.model.id).where(target.model.archived_at.is_(None))
        if target.is_tenant:
            query = query.where(target.model.hospital_id == self.hospital_id)
        return {str(key): row_id for key, row_id in db.session.execute(query)}

    def _existing(self, keys: Iterable[Any]) -> dict[Any, tuple[UUID, int]]:
        model = self.resource.model
        column = getattr(model, self.resource.key)
        query = select(column, model.id, model.version).where(
            column.in_({key for key in keys if key}),
            model.hospital_id == self.hospital_id,
            model.archived_at.is_(None),
        )
        return {key: (row_id, version) for key, row_id, version in db.session.execute(query)}
