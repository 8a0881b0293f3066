"""What a survey asks: read once by a process, and anew as soon as anything of a question was changed; the cost of a submit."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from app.core.access.actor import Actor, acting_as, token_actor
from app.core.db import db, unit_of_work
from app.core.errors import NotFound
from app.core.keys.links import token_for
from app.core.time import clock
from app.notifications.models import Message
from app.surveys.models import SurveyInstance, SurveyQuestion
from app.surveys.services import answering, asking, questions, sheets
from app.surveys.services.sending import PURPOSE
from tests.cast import Cast
from tests.guards.test_pages import counted
from tests.surveys.conftest import SYSTEM, one, rows


def forget() -> None:
    """Be as a process that has just started."""
    asking._known.clear()
    asking._asked.clear()


def bearer(invited: SurveyInstance) -> Actor:
    """Who holds the link."""
    return token_actor(invited.id, invited.hospital_id, "survey link")


def texts(invited: SurveyInstance) -> dict[str, str]:
    """The English words of each question, as the bearer sees them."""
    actor = bearer(invited)
    with acting_as(actor):
        return {each.code: each.text_en for each in sheets.sheet(actor).questions}


def first_question(invited: SurveyInstance) -> SurveyQuestion:
    """The first question of the survey, from the table."""
    return one(SurveyQuestion, id=sa.cast(invited.questions[0], sa.Uuid()))


def test_a_corrected_word_is_shown_at_once(house: Cast, invited: SurveyInstance) -> None:
    question = first_question(invited)
    before = texts(invited)[question.code]

    facts = replace(questions.facts_of(question), text_en="A corrected word?")
    questions.change(question.id, facts, version=question.version, actor=house.actor("px_admin"))

    assert before != "A corrected word?"
    assert texts(invited)[question.code] == "A corrected word?"


def test_a_change_that_was_taken_back_is_never_shown(invited: SurveyInstance) -> None:
    question = first_question(invited)
    code, before = question.code, texts(invited)[question.code]

    with pytest.raises(ZeroDivisionError), acting_as(SYSTEM), unit_of_work():
        db.session.get_one(SurveyQuestion, question.id).text_en = "Never said"
        db.session.flush()
        assert "Never said" in texts(invited).values()
        raise ZeroDivisionError
    db.session.expire_all()

    assert texts(invited)[code] == before


def test_questions_that_are_known_are_not_read_again(invited: SurveyInstance) -> None:
    forget()
    with counted() as first:
        texts(invited)
    with counted() as second:
        texts(invited)

    assert len(second) == len(first) - 2 == 1


def test_a_full_memory_of_questions_begins_anew(invited: SurveyInstance, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asking, "MOST_KNOWN", 1)
    monkeypatch.setattr(asking, "MOST_ASKED", 1)
    wanted = texts(invited)

    asking._known.popitem()
    asking._asked[(("of another survey",), "")] = asking._asked.popitem()[1]

    assert texts(invited) == wanted
    assert len(asking._asked) == 1


def good_answers(invited: SurveyInstance) -> dict[str, str | None]:
    """Something to every question."""
    actor = bearer(invited)
    with acting_as(actor):
        asked = sheets.sheet(actor).questions
    return {each.code: str(each.bounds[1]) if each.bounds else "NA" if each.allow_na else None for each in asked}


def test_a_survey_is_submitted_in_three_statements_two_more_where_a_waiting_message_is_taken_back(
    invited: SurveyInstance,
) -> None:
    answers = good_answers(invited)
    db.session.expunge_all()
    with counted() as statements:
        found = answering.submit_by(token_for(PURPOSE, invited.handle), answers, language="ar", channel="api")

    assert len(answers) > 5 and found.instance.state == "completed"
    assert len(statements) == 5
    (message,) = rows(Message, about_id=invited.id)
    assert (message.status, message.reason) == ("suppressed", "withdrawn")


def test_a_survey_without_a_waiting_message_is_submitted_in_three_statements(invited: SurveyInstance) -> None:
    answers = good_answers(invited)
    with acting_as(SYSTEM):
        db.session.execute(sa.delete(Message))
    db.session.expunge_all()
    with counted() as statements:
        answering.submit_by(token_for(PURPOSE, invited.handle), answers, language="ar", channel="api")

    assert len(statements) == 3
    kept = one(SurveyInstance, id=invited.id)
    assert (kept.state, kept.version, kept.answered_channel) == ("completed", invited.version + 1, "api")
    assert kept.sections and kept.updated_at == kept.completed_at == clock.now()


def test_a_process_that_knows_no_questions_yet_takes_a_submission(invited: SurveyInstance) -> None:
    answers = good_answers(invited)
    db.session.expunge_all()
    forget()

    found = answering.submit_by(token_for(PURPOSE, invited.handle), answers, language="ar", channel="api")

    assert found.instance.state == "completed" and len(found.answers) == len(answers)


def test_whoever_shows_a_token_that_is_not_ours_finds_nothing(invited: SurveyInstance) -> None:
    for token in ("", "x", token_for("invite", invited.handle), token_for(PURPOSE, "aaaaaaaa")):
        with pytest.raises(NotFound):
            answering.submit_by(token, {}, channel="api")
