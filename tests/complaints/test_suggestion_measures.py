"""Measuring suggestions: counts by month, kind and confidence, no share of few, and the records behind each number."""

from __future__ import annotations

import re
from typing import Any

import pytest
from flask.testing import FlaskClient

from app.complaints.kpis.months import month_at, months_until
from app.complaints.kpis.rows import Wanted
from app.complaints.kpis.suggestion_counts import (
    BANDS,
    FEWEST,
    Tally,
    band_text,
    cells,
    list_suggestions,
    share_text,
    tallies,
)
from app.complaints.models import Complaint, ComplaintSuggestion
from app.core.access.actor import acting_as
from app.core.db import db, uuid7
from app.core.i18n import in_language
from app.core.time import clock
from tests.cast import Cast, bearer, sign_in
from tests.complaints.conftest import received
from tests.page import Pages

HIDDEN = {"ar": ">مخفي<", "en": ">hidden<"}


def suggested(cast: Cast, row: Complaint, states: dict[str, int], *, sure: float = 0.7, what: str = "class") -> None:
    """Suggestions of a complaint that came to these ends."""
    with acting_as(cast.actor("px_coordinator")):
        for state, count in states.items():
            db.session.add_all(
                ComplaintSuggestion(
                    hospital_id=row.hospital_id,
                    complaint_id=row.id,
                    what=what,
                    value=str(uuid7()) if what != "severity" else "high",
                    confidence=sure,
                    state=state,
                )
                for _number in range(count)
            )
        db.session.flush()


def this_year(cast: Cast, by: str = "px_coordinator", **narrowed: Any) -> Wanted:
    """The twelve months until now, for a person."""
    return Wanted(months_until(month_at(clock.now())), cast.actor(by), **narrowed)


def counted(cast: Cast, kind: str = "class", by: str = "px_coordinator", **narrowed: Any) -> Any:
    """The tallies of a kind for a person."""
    wanted = this_year(cast, by, **narrowed)
    with acting_as(wanted.actor):
        return tallies(kind, wanted, cells(wanted))


@pytest.mark.parametrize(
    ("tally", "share", "text"),
    [
        (Tally(), None, "–"),
        (Tally(accepted=9, open=40), None, "too few"),
        (Tally(accepted=6, corrected=3, ignored=1), 0.6, "60%"),
        (Tally(corrected=10), 0.0, "0%"),
        (Tally(accepted=10, open=5), 1.0, "100%"),
    ],
)
def test_a_share_is_of_what_ended_and_never_of_few(app: Any, tally: Tally, share: float | None, text: str) -> None:
    assert FEWEST == 10
    assert tally.share == share
    with app.test_request_context(), in_language("en"):
        assert share_text(tally) == text


def test_suggestions_are_counted_by_month_and_band(reference_data: Cast) -> None:
    row = received(reference_data)
    suggested(reference_data, row, {"accepted": 2, "open": 1}, sure=0.8)
    suggested(reference_data, row, {"corrected": 3}, sure=0.39)
    suggested(reference_data, row, {"ignored": 1}, sure=0.4)
    suggested(reference_data, row, {"ignored": 1}, what="severity")
    found = counted(reference_data)
    assert found.whole == Tally(accepted=2, corrected=3, ignored=1, open=1)
    assert found.by_month[month_at(clock.now())] == found.whole
    assert sum(each.made for each in found.by_month.values()) == 7
    assert [found.by_band[band].made for band in BANDS] == [3, 1, 0, 3]
    assert counted(reference_data, "severity").whole == Tally(ignored=1)
    assert [band_text(band) for band in BANDS] == ["0–40%", "40–60%", "60–80%", "80–100%"]


def test_what_a_person_may_not_count_is_not_counted(reference_data: Cast) -> None:
    suggested(reference_data, received(reference_data), {"accepted": 2})
    suggested(reference_data, received(reference_data, department_id=reference_data.ward.id), {"accepted": 3})
    assert counted(reference_data).whole.made == 5
    assert counted(reference_data, by="department_manager").whole.made == 2
    assert counted(reference_data, by="outsider").whole.made == 0
    assert counted(reference_data, department_id=reference_data.ward.id).whole.made == 3
    assert counted(reference_data, by="px_admin", hospital_id=reference_data.b.id).whole.made == 0


def test_the_records_behind_a_number_are_as_many_as_it_says(reference_data: Cast) -> None:
    row = received(reference_data)
    suggested(reference_data, row, {"accepted": 30, "corrected": 2}, sure=0.65)
    suggested(reference_data, row, {"accepted": 4}, sure=0.9)
    wanted = this_year(reference_data)
    with acting_as(wanted.actor):
        first = list_suggestions("class", wanted, state="accepted", band=0.6)
        rest = list_suggestions("class", wanted, state="accepted", band=0.6, key=first.next_key)
    found = [each.id for each, _row in first.rows + rest.rows]
    assert len(set(found)) == len(found) == counted(reference_data).by_band[0.6].accepted == 30
    assert rest.next_key is None


@pytest.mark.parametrize("language", ["ar", "en"])
def test_the_page_leads_from_a_number_to_its_records(reference_data: Cast, client: FlaskClient, language: str) -> None:
    row = received(reference_data)
    suggested(reference_data, row, {"accepted": 7, "corrected": 3, "open": 1})
    reference_data["viewer"].language = language
    db.session.flush()
    browser = sign_in(client, reference_data["viewer"])
    pages = Pages(browser, language)
    assert "/complaints/kpis/suggestions" in pages.get("/complaints/kpis/")
    html = pages.get("/complaints/kpis/suggestions?what=class")
    assert "70%" in html
    link = re.search(r'href="([^"]*suggestions/records[^"]*state=corrected[^"]*)"', html)
    assert link is not None
    records = pages.get(link[1].replace("&amp;", "&"))
    assert records.count(f"/complaints/{row.id}") >= 3 and records.count("<tr id=") == 3
    assert records.count(HIDDEN[language]) == 3  # a viewer knows no words, and a class says what they say
    assert browser.get("/complaints/kpis/suggestions/records?what=class&band=0.3").status_code == 404
    assert "70%" not in pages.get("/complaints/kpis/suggestions?what=severity")


def test_the_api_gives_the_same_numbers(reference_data: Cast, client: FlaskClient) -> None:
    row = received(reference_data)
    suggested(reference_data, row, {"accepted": 7, "corrected": 3}, sure=0.7)
    suggested(reference_data, row, {"ignored": 1}, sure=0.7, what="severity")
    address, headers = "/api/complaints/kpis/suggestions/", bearer(reference_data["department_manager"])
    found = client.get(f"{address}?what=class", headers=headers).json["results"]
    assert [(each["made"], each["accepted"], each["precision"]) for each in found] == [(10, 7, 0.7)]
    assert (found[0]["confidence_from"], found[0]["confidence_to"]) == (0.6, 0.8)
    assert client.get(address, headers=headers).json["count"] == 2
    assert client.get(f"{address}?since=2020-01", headers=headers).status_code == 422
    assert client.get(address, headers=bearer(reference_data["staff"])).status_code == 403
