"""Answering: the bearer of the link saves page by page; the first complete answer is the response, whatever is tapped twice."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, column, func, select
from sqlalchemy.dialects.postgresql import JSONB, insert

from app.core.access.actor import Actor, acting_as
from app.core.access.wall import passage
from app.core.db import command, db, uuid7, write_one
from app.core.errors import Invalid
from app.core.events import record
from app.core.text.scripts import looks_arabic
from app.core.time import clock
from app.core.web.live import touch
from app.notifications.services import messages
from app.surveys.enums import ALL_INVITATIONS, FREE_TEXT, REMINDER, InstanceState, Weighting
from app.surveys.events import SurveyCallbackChosen, SurveyCompleted, SurveyOpened
from app.surveys.models import SurveyAnswer, SurveyInstance
from app.surveys.rules.answers import AnswerProblem, clean, missing
from app.surveys.rules.questions import Answer, Question
from app.surveys.rules.scoring import Score, item_score, score, severity_for
from app.surveys.services import sheets
from app.surveys.services.sheets import Sheet, is_open
from app.surveys.workflow import INSTANCE, rise


@command
def note_opening(*, actor: Actor) -> None:
    """Note that the link was opened: a sighting, in its own short transaction."""
    instance = _locked(actor)
    if is_open(instance) and rise(instance, "open", actor=actor):
        record(
            SurveyOpened(
                instance.id, instance.hospital_id, instance.patient_id, instance.journey_id, instance.department_id
            ),
            actor=actor,
        )


def _locked(actor: Actor) -> SurveyInstance:
    return db.session.execute(
        select(SurveyInstance)
        .where(SurveyInstance.id == actor.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    ).scalar_one()


@command
def save(raw: Mapping[str, Any], *, actor: Actor, language: str | None = None) -> Sheet:
    """Save the answers of one page; what is not named stays. Nothing changes once the survey is complete or closed.

    Invalid: an answer is out of range (by question code); nothing of the page is lost, the caller still has it.
    """
    found = sheets.locked(actor)
    if not is_open(found.instance):
        return found
    answers = _cleaned(found.questions, raw)
    if answers:
        with passage("the answers of the link's own survey"):
            db.session.connection().execute(*_written(found, answers))
        db.session.expire(found.instance, ["answers"])
    return _taken(found, answers, actor, language)


def _taken(found: Sheet, answers: Mapping[str, Answer], actor: Actor, language: str | None) -> Sheet:
    instance = found.instance
    if language:
        instance.language = language
    if any(answer.is_given or answer.is_na for answer in answers.values()):
        rise(instance, "start", actor=actor)
    return replace(found, answers={**found.answers, **answers})


def _cleaned(questions: tuple[Question, ...], raw: Mapping[str, Any]) -> dict[str, Answer]:
    answers: dict[str, Answer] = {}
    problems: dict[str, Any] = {}
    for question in questions:
        if question.code not in raw:
            continue
        result = clean(question, raw[question.code])
        if isinstance(result, AnswerProblem):
            problems[question.code] = result.message
        else:
            answers[question.code] = result
    if problems:
        raise Invalid(**problems)
    return answers


_OWN = ("id", "question_id", "code", "value", "is_na", "score", "text_language")  # of each answer
_SHARED = ("created_at", "updated_at", "hospital_id", "instance_id")  # of all that are written together
_REPLACED = ("value", "is_na", "score", "text_language", "updated_at")


def _upsert() -> Any:
    """Make the statement that keeps answers or replaces them; the same for any number of rows, which come as one document."""
    columns = SurveyAnswer.__table__.columns
    own = [column(name, columns[name].type) for name in _OWN]
    rows = func.jsonb_to_recordset(bindparam("answers", type_=JSONB)).table_valued(*own, joins_implicitly=True)
    rows = rows.render_derived(with_types=True)
    shared = [bindparam(f"all_{name}", type_=columns[name].type) for name in _SHARED]
    statement = insert(SurveyAnswer.__table__).from_select(  # type: ignore[arg-type]
        [*_OWN, *_SHARED], select(*(rows.c[name] for name in _OWN), *shared), include_defaults=False
    )
    return statement.on_conflict_do_update(
        index_elements=["instance_id", "question_id"],
        set_={name: getattr(statement.excluded, name) for name in _REPLACED},
    )


_UPSERT = _upsert()


def _written(found: Sheet, answers: Mapping[str, Answer]) -> tuple[Any, dict[str, Any]]:
    """Give the statement that keeps answers, and its values."""
    instance, now = found.instance, clock.now()
    asked = {question.code: question for question in found.questions}
    return _UPSERT, {
        "answers": [_row(found.ids[code], asked[code], answer) for code, answer in answers.items()],
        "all_created_at": now,
        "all_updated_at": now,
        "all_hospital_id": instance.hospital_id,
        "all_instance_id": instance.id,
    }


def _row(question_id: UUID, question: Question, answer: Answer) -> dict[str, Any]:
    points = item_score(question, answer.value) if answer.is_given and answer.value is not None else None
    written = question.type in FREE_TEXT and isinstance(answer.value, str)
    return {
        "id": str(uuid7()),
        "question_id": str(question_id),
        "code": question.code,
        "value": None if answer.value is None else str(answer.value),
        "is_na": answer.is_na,
        "score": None if points is None else float(points),
        "text_language": ("ar" if looks_arabic(str(answer.value)) else "en") if written else "",
    }


@command
def submit(raw: Mapping[str, Any], *, actor: Actor, language: str | None = None, channel: str = "link") -> Sheet:
    """Save the last answers and complete the survey: score, event, and (if negative) the signal, in one transaction.

    A second submission, from a double tap or another tab, changes nothing and gets the same thanks.
    Invalid: a required visible question has no answer (by question code).
    """
    return _submit(sheets.locked(actor), raw, actor, language, channel)


@command
def submit_by(token: str, raw: Mapping[str, Any], *, language: str | None = None, channel: str = "link") -> Sheet:
    """The same for whoever shows the link's token: one statement finds and locks the survey. NotFound as `bearer`."""
    found, bearer = sheets.locked_by(token)
    with acting_as(bearer) as actor:
        return _submit(found, raw, actor, language, channel)


# whether an invitation or a reminder may still be sent
_WAITS = messages.any_waits(SurveyInstance.__table__.c.id, [*ALL_INVITATIONS, REMINDER])


def _submit(found: Sheet, raw: Mapping[str, Any], actor: Actor, language: str | None, channel: str) -> Sheet:
    instance = found.instance
    if not is_open(instance):
        return found
    answers = _cleaned(found.questions, raw)
    found = _taken(found, answers, actor, language)
    shown = found.shown
    unanswered = missing(shown, found.answers)
    if unanswered:
        raise Invalid(**dict.fromkeys(unanswered, AnswerProblem.REQUIRED.message))
    result = _score(found, shown)
    INSTANCE.apply(instance, "complete", actor=actor)
    instance.answered_channel = channel
    instance.remind_at = None
    _keep(instance, result)
    waits = write_one(instance, along=_written(found, answers) if answers else None, giving=_WAITS)
    db.session.expire(instance, ["answers"])
    if waits:  # asked after the lock, behind which nobody decides to send another
        messages.withdraw(instance.id, [*ALL_INVITATIONS, REMINDER], actor=actor)
    _say(instance, result, actor)
    touch("surveys", hospital_id=instance.hospital_id)
    return found


def _score(found: Sheet, shown: tuple[Question, ...]) -> Score:
    counted = {each.code: found.answers[each.code] for each in shown if each.code in found.answers}
    return score(
        found.questions,
        counted,
        weighting=Weighting(found.scored_by.weighting),
        minimum_items=found.scored_by.minimum_items,
        threshold=found.scored_by.threshold,
    )


def _keep(instance: SurveyInstance, result: Score) -> None:
    instance.score = None if result.overall is None else float(result.overall)
    instance.nps = result.nps
    instance.top_box = None if result.top_box_share is None else float(result.top_box_share)
    instance.sections = {name: float(value) for name, value in result.sections.items()}
    instance.is_negative = result.negative


def severity_of(result: Score) -> str | None:
    """Tell how grave a negative answer is; None when it is not negative."""
    return severity_for(None if result.overall is None else float(result.overall)) if result.negative else None


def _say(instance: SurveyInstance, result: Score, actor: Actor) -> None:
    record(
        SurveyCompleted(
            instance.id,
            instance.hospital_id,
            instance.patient_id,
            instance.journey_id,
            instance.department_id,
            instance.physician_id,
            instance.score,
            result.negative,
            severity_of(result),
            bool(instance.wants_callback),
            instance.cause_type,
            instance.cause_id,
        ),
        actor=actor,
    )


@command
def want_callback(wish: bool, *, actor: Actor) -> None:
    """Keep whether the person wants to be called back (offered after a low score)."""
    instance = _locked(actor)
    if instance.state != InstanceState.COMPLETED or not instance.is_negative or instance.wants_callback is wish:
        return
    instance.wants_callback = wish
    record(
        SurveyCallbackChosen(
            instance.id, instance.hospital_id, instance.patient_id, instance.journey_id, instance.department_id, wish
        ),
        actor=actor,
    )
    touch("surveys", hospital_id=instance.hospital_id)
