"""Imports: upload, check, confirm, write. Nothing is written before the reader has seen the check and said yes.

Long files are checked and written by a job in parts, each part one transaction of few statements that also keeps how far it
came, so a killed worker goes on where it stopped. A row whose key is known changes that record; empty cells change nothing.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any, BinaryIO
from uuid import UUID

from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from app.core import files
from app.core.access.actor import Actor, ActorKind, Holding, Role, acting_as, system_actor
from app.core.access.policy import can_reach_hospital, load, require, visible
from app.core.db import after_commit, command, db, unit_of_work
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound, Refusal
from app.core.jobs import enqueue, job, periodic
from app.core.jobs.queues import REPORTS
from app.core.resources import commands
from app.core.resources.checking import Candidate, Checker
from app.core.resources.commands import Edit
from app.core.resources.models import ImportRun, ImportState
from app.core.resources.reading import columns_of, opened
from app.core.resources.resource import Resource, resource_at
from app.core.time import clock

AT_ONCE = 64 * 1024  # bytes: smaller files are checked and written while the reader waits
KEPT_PROBLEMS = 300
STUCK = timedelta(minutes=2)
MOST_BYTES = 25 * files.MEGABYTE


@command
def upload(resource: Resource, stream: BinaryIO, *, name: str, hospital_id: UUID | None, actor: Actor) -> ImportRun:
    """Keep a file for an import. Invalid: no hospital, or not a table. NotAllowed: not in that hospital."""
    require(actor, resource.needs.write)
    if hospital_id is None:
        raise Invalid(hospital_id=commands.ONE_HOSPITAL)
    if not can_reach_hospital(actor, resource.needs.write, hospital_id):
        raise NotAllowed()
    stored = files.store(stream, folder="imports", allowed=files.TABLES, most=MOST_BYTES)
    run = ImportRun(
        resource=resource.path,
        hospital_id=hospital_id,
        file_name=name[:200],
        file_path=stored.path,
        media_type=stored.media_type,
        created_by_id=actor.id,
    )
    db.session.add(run)
    db.session.flush()
    run_id = run.id
    if stored.size > AT_ONCE:
        after_commit(lambda: _ask(run_id))
    else:
        go_on(run_id)
    return run


@command
def confirm(run_id: UUID, *, only_good: bool, resource: Resource, actor: Actor) -> ImportRun:
    """Say yes to a checked import. Conflict: it is not waiting for that. Invalid: rows are wrong and `only_good` is not set."""
    run = find(run_id, resource=resource, actor=actor, lock=True)
    if run.state != ImportState.CHECKED:
        raise Conflict(_l("This import is not waiting for a yes."), current=run)
    if run.rows_bad and not only_good:
        raise Invalid(only_good=_l("Some rows are wrong. Correct the file, or take the good rows only."))
    if run.rows_bad == run.rows_total:
        raise Invalid(only_good=_l("No row of this file can be written."))
    run.state, run.only_good, run.rows_seen = ImportState.WRITING, only_good, 0
    db.session.flush()
    if run.rows_total > 200:
        after_commit(lambda: _ask(run_id))
    else:
        go_on(run_id)
    return run


def find(run_id: UUID, *, resource: Resource, actor: Actor, lock: bool = False) -> ImportRun:
    """Find an import of this resource through the actor."""
    run = load(ImportRun, run_id, actor=actor, needs=resource.needs.write, lock=lock)
    if run.resource != resource.path:
        raise NotFound()
    return run


def recent(resource: Resource, *, actor: Actor, most: int = 10) -> list[ImportRun]:
    """Give the newest imports of this resource that the actor may see."""
    query = select(ImportRun).where(
        visible(ImportRun, actor, resource.needs.write), ImportRun.resource == resource.path
    )
    return list(db.session.execute(query.order_by(ImportRun.created_at.desc()).limit(most)).scalars())


def _ask(run_id: UUID) -> None:
    enqueue(continue_import, run_id)


@job(queue=REPORTS, timeout=3_600)
def continue_import(run_id: str) -> None:
    """Check or write what is left of an import."""
    go_on(UUID(run_id))


@job(queue=REPORTS)
def continue_stuck_imports() -> None:
    """Take up imports whose worker died or whose call was lost."""
    before = clock.now() - STUCK
    with acting_as(system_actor("find stuck imports")):
        query = select(ImportRun.id).where(
            ImportRun.state.in_((ImportState.WAITING, ImportState.WRITING)), ImportRun.updated_at < before
        )
        stuck = db.session.execute(query.order_by(ImportRun.created_at).limit(5)).scalars().all()
    for run_id in stuck:
        go_on(run_id)


periodic(continue_stuck_imports, every_seconds=120, purpose="Take up imports whose worker died")


def go_on(run_id: UUID) -> None:
    """Do what an import waits for, to its end; harmless when two do it at once."""
    with acting_as(system_actor("read an import")):
        run = db.session.get(ImportRun, run_id)
        if run is None:
            return
        state, actor = run.state, _actor_of(run)
    with acting_as(actor):
        if state == ImportState.WAITING:
            _check(run_id)
        elif state == ImportState.WRITING:
            _write(run_id, actor)


def _actor_of(run: ImportRun) -> Actor:
    """Give the person who said yes as actor, for this one hospital: the log names them, whoever's worker writes."""
    holding = Holding(Role.SYSTEM, frozenset({run.hospital_id}))
    return Actor(ActorKind.PERSON, run.created_by_id, (holding,), reason=f"import {run.id}")


def _check(run_id: UUID) -> None:
    run = db.session.get_one(ImportRun, run_id)
    resource = resource_at(run.resource)
    total = bad = new = 0
    problems: list[list[Any]] = []
    try:
        table = opened(files.read(run.file_path), run.media_type)
        columns = columns_of(resource, table.header)
        for part in Checker(resource, run.hospital_id, columns).parts(table.rows):
            total += len(part)
            bad += sum(bool(each.problems) for each in part)
            new += sum(not each.problems and each.existing_id is None for each in part)
            room = KEPT_PROBLEMS - len(problems)
            problems += [[each.number, name, code] for each in part for name, code in each.problems][: max(room, 0)]
            _keep(run_id, rows_seen=total)
    except Invalid as refusal:
        _finish(run_id, state=ImportState.REFUSED, problems=[[0, "", refusal.code]])
        return
    headings = [[heading, name] for heading, name in zip(table.header, columns, strict=False)]
    found = {"columns": headings, "rows_total": total, "rows_bad": bad, "rows_new": new, "problems": problems}
    if total == 0:
        _finish(run_id, state=ImportState.REFUSED, **{**found, "problems": [[0, "", "no_rows"]]})
    else:
        _keep(run_id, state=ImportState.CHECKED, **found)


def _write(run_id: UUID, actor: Actor) -> None:
    run = db.session.get_one(ImportRun, run_id)
    resource = resource_at(run.resource)
    table = opened(files.read(run.file_path), run.media_type)
    seen = 0
    checker = Checker(resource, run.hospital_id, columns_of(resource, table.header))
    for part in checker.parts(table.rows):
        seen += len(part)
        _write_part(run_id, part, seen, checker, actor)
    _finish(run_id, state=ImportState.DONE)


def _write_part(run_id: UUID, part: list[Candidate], seen: int, checker: Checker, actor: Actor) -> None:
    with unit_of_work():
        run = db.session.execute(
            select(ImportRun).where(ImportRun.id == run_id).with_for_update().execution_options(populate_existing=True)
        ).scalar_one()
        if run.rows_seen >= seen:
            return  # written before this worker came
        good = [each for each in part if not each.problems]
        for rows in checker.runs(good):
            _write_rows(checker, rows, actor)
        late = [[each.number, *each.problems[0]] for each in good if each.problems]
        run.rows_written += len(good) - len(late)
        run.problems = [*run.problems, *late][:KEPT_PROBLEMS]
        run.rows_seen = seen


def _write_rows(checker: Checker, rows: list[Candidate], actor: Actor) -> None:
    """Write rows that passed the check, each by the rules of one; who no longer passes gets a problem and is left out."""
    checker.resolve(rows)
    good = [each for each in rows if not each.problems]
    new = [each for each in good if each.existing_id is None]
    known = {each.existing_id: each for each in good if each.existing_id is not None}
    edits = {row_id: Edit(each.values, each.existing_version) for row_id, each in known.items()}
    made = commands.create_many(checker.resource, [each.values for each in new], actor=actor) if new else []
    changed = commands.update_many(checker.resource, edits, actor=actor) if edits else {}
    became = [*zip(new, made, strict=True), *((known[row_id], outcome) for row_id, outcome in changed.items())]
    for each, outcome in became:
        if isinstance(outcome, Refusal):  # somebody was faster than this file
            each.problems.append((next(iter(outcome.fields), ""), "refused"))


def _keep(run_id: UUID, **values: Any) -> None:
    with unit_of_work():
        run = db.session.get_one(ImportRun, run_id)
        for name, value in values.items():
            setattr(run, name, value)


def _finish(run_id: UUID, **values: Any) -> None:
    """Close an import; the uploaded file, which holds personal data, is not kept."""
    path = db.session.get_one(ImportRun, run_id).file_path
    _keep(run_id, finished_at=clock.now(), file_path="", **values)
    if path:
        files.remove(path)
