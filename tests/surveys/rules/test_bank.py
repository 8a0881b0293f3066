"""The question bank that comes with PX360: every row is read, and a broken row is named."""

import csv
import json
from pathlib import Path

import pytest

from app.core.text.scripts import Script, looks_arabic, script_of
from app.surveys.enums import FREE_TEXT, QuestionType
from app.surveys.rules.answers import clean
from app.surveys.rules.bank import QUESTION_BANK, BankError, read_bank, read_sections, section_code
from app.surveys.rules.logic_check import validate_logic
from app.surveys.rules.questions import Answer, Option, Question
from app.surveys.rules.scoring import item_score, score

BANK = read_bank()
QUESTIONS = [question for found in BANK.values() for question in found.questions]
ROWS = {row["code"]: row for row in csv.DictReader(QUESTION_BANK.read_text("utf-8-sig").splitlines())}


def test_the_bank_holds_six_journeys_and_75_questions() -> None:
    assert {journey: len(found.questions) for journey, found in BANK.items()} == {
        "opd": 18, "inpatient": 20, "ems": 11, "day_case": 10, "complaint_resolution": 9, "call_center": 7,
    }  # fmt: skip
    assert {question.code for question in QUESTIONS} == set(ROWS)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.code)
def test_each_question_says_what_its_row_says(question: Question) -> None:
    row = ROWS[question.code]

    assert (question.type, question.text_en, question.text_ar) == (row["type"], row["text_en"], row["text_ar"])
    assert script_of(question.text_en) is Script.LATIN
    assert looks_arabic(question.text_ar)
    assert question.allow_na is ("NA=" in row["scale"])
    assert len(question.options) == row["scale"].count("=") - question.allow_na
    assert question.is_scorable is (question.type not in FREE_TEXT | {QuestionType.NPS})
    assert question.section == section_code(row["stage"])


@pytest.mark.parametrize("question", [q for q in QUESTIONS if q.type not in FREE_TEXT], ids=lambda q: q.code)
def test_the_top_answers_of_each_question_are_its_best_and_can_be_given(question: Question) -> None:
    grades = {value: item_score(question, value) for value in question.values or ()}

    assert question.top_values
    assert question.top_values <= set(grades)
    assert max(question.top_values, key=lambda value: grades[value] or 0) == max(grades, key=lambda v: grades[v] or 0)
    for value in grades:
        assert clean(question, str(value)) == Answer(question.code, value)


def test_free_text_is_bounded_as_the_bank_says() -> None:
    limits = {question.text_limit for question in QUESTIONS if question.type in FREE_TEXT}

    assert limits == {1000}


def test_options_survive_being_stored_as_json() -> None:
    options = [option for question in QUESTIONS for option in question.options]

    assert [Option.from_json(json.loads(json.dumps(option.to_json()))) for option in options] == options


def test_the_options_are_in_both_languages() -> None:
    option = BANK["opd"].questions[0].options[0]

    assert (option.value, option.label_en, option.label_ar) == (1, "Very poor", "سيئ جدًا")


@pytest.mark.parametrize("journey", BANK)
def test_best_answers_to_a_whole_set_score_100_and_worst_score_0(journey: str) -> None:
    questions = BANK[journey].questions
    scorable = [question for question in questions if question.is_scorable]
    best = {q.code: Answer(q.code, max(q.grades, key=q.grades.__getitem__)) for q in scorable}
    worst = {q.code: Answer(q.code, min(q.grades, key=q.grades.__getitem__)) for q in scorable}

    assert (score(questions, best).overall, score(questions, worst).overall) == (100, 0)
    assert score(questions, best).top_box == len(scorable)
    assert validate_logic(questions) == ()


def test_every_section_has_a_name_in_both_languages() -> None:
    sections = read_sections()

    assert {question.section for question in QUESTIONS} == set(sections)
    assert all(looks_arabic(s.label_ar) and script_of(s.label_en) is Script.LATIN for s in sections.values())


def test_every_question_has_a_dimension() -> None:
    assert all(all(found.dimensions.values()) for found in BANK.values())


HEAD = "journey,stage,type,text_en,text_ar,scale,code,dimension,top_box,scored\n"


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ("opd,A,stars,t,t,1=a/b,X-1,d,1,yes\n", "X-1: type"),
        ("opd,A,rating,t,t,1=a,X-1,d,1,yes\n", "X-1: scale"),
        ("opd,A,rating,t,t,one=a/b,X-1,d,1,yes\n", "X-1: scale value"),
        ("opd,A,nps,t,t,zero to ten,X-1,d,9-10,yes\n", "X-1: scale"),
        ("opd,A,text,t,t,0-10,X-1,d,,no\n", "X-1: scale"),
        ("opd,A,nps,t,t,0-10,X-1,d,best,yes\n", "X-1: top box"),
        ("opd,A,nps,t,t,0-10,X-1,d,,yes\nems,A,nps,t,t,0-10,X-1,d,,yes\n", "X-1: code given twice"),
    ],
)
def test_a_broken_row_is_refused_by_name(tmp_path: Path, rows: str, message: str) -> None:
    bank = tmp_path / "bank.csv"
    bank.write_text("\ufeff" + HEAD + rows, encoding="utf-8")

    with pytest.raises(BankError, match=message):
        read_bank(bank)
