"""The patient's form without JavaScript: opening, saving, language, back, double taps, thanks, closed links, its weight."""

from __future__ import annotations

import gzip
import re
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.core.time import clock
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyTemplate
from app.surveys.services import sending, withdrawing
from tests.cast import Cast, count
from tests.surveys.conftest import answer_all, change, fill, hidden, highest, lowest, one, path_of, rows

HEAVIEST = 60_000  # bytes of the first page with everything but the font (ui.md section 5)


def test_the_first_screen_says_who_asks_why_and_how_long(invited: SurveyInstance, client: FlaskClient) -> None:
    page = client.get(path_of(invited))

    assert page.status_code == 200
    assert 'lang="ar" dir="rtl"' in page.text and "مستشفى النور" in page.text and "الطوارئ" in page.text
    assert "Set-Cookie" not in page.headers
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["Cache-Control"] == "no-store"
    assert "script-src 'self'" in page.headers["Content-Security-Policy"]


def test_the_link_and_its_token_fit_in_40_characters(invited: SurveyInstance) -> None:
    path = path_of(invited)

    assert len("https://h") + len(path) <= 40 + len("https://")  # a host of one letter: the rest is the token's
    assert len(path.removeprefix("/s/")) == 30


def test_the_first_page_weighs_less_than_60_kb_without_the_font(invited: SurveyInstance, client: FlaskClient) -> None:
    pages = [client.get(path_of(invited)).text, client.get(f"{path_of(invited)}?p=1").text]
    loaded = set(re.findall(r'(?:href|src)="(/static/[^"]+)"', pages[0]))
    assert any(address.partition("?")[0].endswith(".css") for address in loaded)

    weights = [len(gzip.compress(client.get(address).data)) for address in loaded]
    for page in pages:
        assert len(gzip.compress(page.encode())) + sum(weights) < HEAVIEST


@pytest.mark.parametrize(
    ("method", "headers"),
    [
        ("HEAD", {}),
        ("GET", {"User-Agent": "WhatsApp/2.23"}),
        ("GET", {"User-Agent": "facebookexternalhit/1.1"}),
        ("GET", {"Sec-Purpose": "prefetch;prerender"}),
    ],
)
def test_a_program_that_looks_at_the_link_is_no_sighting(
    invited: SurveyInstance, client: FlaskClient, method: str, headers: dict[str, str]
) -> None:
    assert client.open(path_of(invited), method=method, headers=headers).status_code == 200
    assert one(SurveyInstance).state == "pending"

    client.get(path_of(invited))
    assert one(SurveyInstance).state == "opened"


def test_a_link_opens_any_number_of_times(invited: SurveyInstance, client: FlaskClient) -> None:
    for _turn in range(3):
        assert client.get(path_of(invited)).status_code == 200

    assert one(SurveyInstance).state == "opened"


def test_a_token_that_is_not_ours_is_not_found_in_plain_words(invited: SurveyInstance, client: FlaskClient) -> None:
    path = path_of(invited)
    other = path[:-1] + ("A" if path[-1] != "A" else "B")

    for wrong in (other, "/s/short", f"{path}x"):
        page = client.get(wrong)
        assert page.status_code == 404
        assert invited.handle not in page.text


def test_each_page_is_saved_when_it_is_left(invited: SurveyInstance, client: FlaskClient) -> None:
    path = path_of(invited)
    client.post(path, data={**fill(client.get(f"{path}?p=1").text, lowest), "step": "next"})

    assert {row.value for row in rows(SurveyAnswer)} == {"1"}
    assert one(SurveyInstance).state == "in_progress"
    assert "checked" in client.get(f"{path}?p=1").text


def test_back_saves_too_and_shows_the_page_before(invited: SurveyInstance, client: FlaskClient) -> None:
    path = path_of(invited)
    client.post(path, data={**fill(client.get(f"{path}?p=1").text, lowest), "step": "next"})
    second = fill(client.get(f"{path}?p=2").text, highest)
    answer = client.post(path, data={**second, "step": "back"})

    assert "p=1" in answer.headers["Location"]
    assert {row.value for row in rows(SurveyAnswer)} == {"1", "5"} or len(rows(SurveyAnswer)) > 3


def test_the_language_changes_in_place_and_keeps_answers(invited: SurveyInstance, client: FlaskClient) -> None:
    path = path_of(invited)
    typed = fill(client.get(f"{path}?p=1").text, lowest)
    answer = client.post(path, data={**typed, "lang": "en"})
    page = client.get(answer.headers["Location"])

    assert answer.status_code == 303 and "p=1" in answer.headers["Location"]
    assert 'lang="en" dir="ltr"' in page.text and "checked" in page.text
    assert one(SurveyInstance).language == "en"


def test_a_low_score_ends_with_thanks_and_an_offer_to_call(invited: SurveyInstance, client: FlaskClient) -> None:
    thanks = answer_all(client, path_of(invited), lowest)
    page = client.get(thanks)
    assert "نعم، اتصلوا بي" in page.text or 'value="yes"' in page.text

    client.post(f"{path_of(invited)}/callback", data={"call": "yes"})
    instance = one(SurveyInstance)
    assert (instance.state, instance.is_negative, instance.wants_callback) == ("completed", True, True)
    assert instance.score == 0 and instance.nps == 0
    assert 'value="yes"' not in client.get(thanks).text


def test_a_high_score_offers_no_call_and_none_can_be_asked_for(invited: SurveyInstance, client: FlaskClient) -> None:
    thanks = answer_all(client, path_of(invited), highest)

    assert 'value="yes"' not in client.get(thanks).text
    client.post(f"{path_of(invited)}/callback", data={"call": "yes"})
    instance = one(SurveyInstance)
    assert (instance.is_negative, instance.wants_callback, instance.nps) == (False, None, 10)
    assert instance.score is not None and instance.score > 60


def test_sending_the_last_page_twice_makes_one_response(invited: SurveyInstance, client: FlaskClient) -> None:
    path = path_of(invited)
    answer_all(client, path, lowest)
    before = [(row.question_id, row.value) for row in rows(SurveyAnswer)]
    score = one(SurveyInstance).score

    again = client.post(path, data={"p": "9", "on-OPD-01": "1", "q-OPD-01": "5", "step": "next"})
    assert again.status_code == 303 and "/thanks" in again.headers["Location"]
    assert [(row.question_id, row.value) for row in rows(SurveyAnswer)] == before
    assert (one(SurveyInstance).score, logged("surveys.instance.completed")) == (score, 1)


def logged(kind: str) -> int:
    from app.core.events.models import EventLog

    return count(EventLog, kind=kind)


def test_a_second_tab_behind_the_first_still_saves(invited: SurveyInstance, client: FlaskClient) -> None:
    path = path_of(invited)
    first, second = client.get(f"{path}?p=1").text, client.get(f"{path}?p=1").text
    client.post(path, data={**fill(first, lowest), "step": "next"})
    client.post(path, data={**fill(second, highest), "step": "next"})

    assert {row.value for row in rows(SurveyAnswer)} == {"5"}


def test_an_answer_out_of_range_comes_back_with_what_was_typed(invited: SurveyInstance, client: FlaskClient) -> None:
    path = path_of(invited)
    data = fill(client.get(f"{path}?p=1").text, lowest)
    code = next(name for name in data if name.startswith("q-"))
    answer = client.post(path, data={**data, code: "77", "step": "next"})

    assert answer.status_code == 422 and 'role="alert"' in answer.text


def test_a_required_question_is_asked_for_at_the_end(invited: SurveyInstance, client: FlaskClient) -> None:
    from app.surveys.models import SurveyQuestion

    change(one(SurveyQuestion, code="OPD-02"), is_required=True)
    path = path_of(invited)
    where = f"{path}?p=1"
    for _page in range(20):
        empty = hidden(client.get(where).text)
        answer = client.post(path, data={**empty, "step": "next"})
        if answer.status_code == 422:
            break
        where = answer.headers["Location"]
    assert answer.status_code == 422 and "f-OPD-02" in answer.text
    assert one(SurveyInstance).state != "completed"


@pytest.mark.parametrize("how", ["expired", "revoked"])
def test_a_closed_link_says_so_and_takes_nothing(
    house: Cast, invited: SurveyInstance, client: FlaskClient, how: str
) -> None:
    path = path_of(invited)
    office = house.actor("px_coordinator")
    if how == "revoked":
        withdrawing.withdraw(invited.id, actor=office)
    assert invited.expires_at is not None
    with clock.frozen(invited.expires_at + timedelta(minutes=1) if how == "expired" else clock.now()):
        page = client.get(path)
        sent = client.post(path, data={"on-OPD-01": "1", "q-OPD-01": "5", "step": "next"})
        program = client.post(f"/api/surveys/public/{path[3:]}/submit/", json={"answers": {"OPD-01": 5}})

    assert (page.status_code, sent.status_code, program.status_code) == (410, 410, 409)
    assert 'dir="rtl"' in page.text and "<h1>" in page.text
    assert rows(SurveyAnswer) == []


def test_programs_read_and_submit_by_the_token(invited: SurveyInstance, client: FlaskClient) -> None:
    base = f"/api/surveys/public/{path_of(invited)[3:]}"
    sheet: Any = client.get(f"{base}/").get_json()
    assert sheet["questions"][0]["text_ar"] and sheet["state"] in ("pending", "opened")

    answers = {question["code"]: "5" for question in sheet["questions"] if question["type"] in ("rating", "likert")}
    done = client.post(f"{base}/submit/", json={"answers": answers, "language": "en"})
    assert (done.status_code, done.get_json()["state"]) == (200, "completed")
    assert "questions" not in done.get_json()
    again = client.post(f"{base}/submit/", json={"answers": {"OPD-01": "1"}})
    assert (again.status_code, again.get_json()["answers"]["OPD-01"]) == (200, 5)
    assert one(SurveyInstance).answered_channel == "api"
    wrong = client.post(f"{base}x/submit/", json={"answers": {}})
    assert wrong.status_code == 404


def test_a_question_that_changed_meanwhile_is_answered_as_it_was_asked(
    house: Cast, invited: SurveyInstance, client: FlaskClient
) -> None:
    from dataclasses import replace

    from app.surveys.models import SurveyQuestion
    from app.surveys.services import questions

    path = path_of(invited)
    admin = house.actor("px_admin")
    client.post(path, data={**fill(client.get(f"{path}?p=1").text, lowest), "step": "next"})
    asked = one(SurveyQuestion, code="OPD-01")
    facts = replace(questions.facts_of(asked), type="nps", options=(), top_values=())
    anew = questions.change(asked.id, facts, version=asked.version, actor=admin)

    assert anew.id != asked.id
    assert 'name="q-OPD-01" value="10"' not in client.get(f"{path}?p=1").text
    answer_all(client, path, lowest)
    assert one(SurveyAnswer, code="OPD-01").question_id == asked.id


def test_a_template_in_use_is_the_seeded_one(house: Any) -> None:
    assert {template.code for template in rows(SurveyTemplate, is_published=True)} == {
        "opd",
        "ems",
        "inpatient",
        "day_case",
        "complaint_resolution",
    }
    assert sending.PATH == "/s/"
