"""Red flags and suggestions: what the words warn of, what is suggested from where, and what people make of it."""

from __future__ import annotations

import csv
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints import queries
from app.complaints.enums import RED_FLAGS
from app.complaints.flags.seeds import SOURCE
from app.complaints.models import Complaint, ComplaintPoint, ComplaintSuggestion
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.rules import red_flags
from app.complaints.rules.guessing import by_words, joined, votes
from app.complaints.services import working
from app.complaints.suggestions import judging
from app.complaints.suggestions import services as suggesting
from app.core.access.actor import acting_as, system_actor
from app.core.db import db
from app.core.errors import Conflict, NotFound
from app.notifications.models import Notification
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import WORDS, received, step

SYSTEM = system_actor("a test of complaints")
Drain = Callable[[], int]
GRAVE = "أعطوني دواء خاطئ وسأنشر ذلك في تويتر"


def suggested(complaint: Complaint, what: str) -> list[ComplaintSuggestion]:
    """What is suggested, the surest first."""
    with acting_as(SYSTEM):
        query = sa.select(ComplaintSuggestion).filter_by(complaint_id=complaint.id, what=what)
        query = query.order_by(ComplaintSuggestion.confidence.desc()).execution_options(populate_existing=True)
        return list(db.session.execute(query).scalars())


def fresh(complaint: Complaint) -> Complaint:
    """The complaint as it stands."""
    with acting_as(SYSTEM):
        db.session.expire_all()
        return db.session.get_one(Complaint, complaint.id)


def class_id(code: str) -> UUID:
    """A class of the current edition."""
    with acting_as(SYSTEM):
        return next(each.id for each in queries.options_classes() if each.code == code)


def classified(cast: Cast, code: str, **facts: Any) -> Complaint:
    """An earlier complaint that somebody has worked on, with one point."""
    complaint = step(cast, received(cast, **facts), "activate")
    officer = cast.actor("px_coordinator")
    with acting_as(officer):
        points.add(complaint.id, PointFacts("A point", class_id(code), cast.ward.id), actor=officer)
    return complaint


def accept(cast: Cast, complaint: Complaint, suggestion: ComplaintSuggestion, who: str = "px_coordinator") -> None:
    """Take a suggestion."""
    actor = cast.actor(who)
    with acting_as(actor):
        judging.accept(complaint.id, suggestion.id, version=fresh(complaint).version, actor=actor)


@pytest.mark.parametrize(
    ("text", "flags"),
    [
        ("أعطوني دواءً خاطئاً", ["wrong_medicine"]),
        ("صرفوا الدواء الخاطئ", ["wrong_medicine"]),
        ("They gave my BABY the wrong   medicine.", ["wrong_medicine", "child"]),
        ("وللطفل حق", ["child"]),
        ("He says he will kill himself", ["self_harm"]),
        ("سأقتل نفسي", ["self_harm"]),
        ("ضَرَبَني الحارس", ["abuse"]),
        ("I will tell the media.", ["media_threat"]),
        ("تسريب معلوماتي", ["privacy"]),
        ("The doctor missed an otitis media; medicine was never wrong", []),
        ("The abused-looking chair in the childish room", ["abuse"]),
        ("Kidney clinic, harmless", []),
        (WORDS, []),
    ],
)
def test_flags_are_whole_words_in_either_language_however_spelled(text: str, flags: list[str]) -> None:
    assert red_flags.flags_in(of_the_file(), text) == flags


def of_the_file() -> red_flags.Phrases:
    """The phrases that every installation starts with."""
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        return red_flags.compiled((line["flag"], line["phrase"]) for line in csv.DictReader(lines))


def test_every_flag_of_the_file_has_a_name_a_graveness_and_words_in_both_languages() -> None:
    with SOURCE.open(encoding="utf-8", newline="") as lines:
        told = {(line["flag"], line["language"]) for line in csv.DictReader(lines)}
    assert told == {(flag, language) for flag in RED_FLAGS for language in ("ar", "en")}
    assert set(of_the_file()) == set(RED_FLAGS) == set(red_flags.GRAVENESS)


def test_the_words_of_classes_are_of_classes_that_exist(reference_data: Cast) -> None:
    with acting_as(SYSTEM):
        known = {each.code for each in queries.options_classes()}
    assert set(suggesting.class_words()) <= known


def test_near_cases_vote_by_their_likeness_and_words_strengthen_them() -> None:
    found = votes([("a", 0.8), ("a", 0.6), ("b", 0.4)])
    assert [each.value for each in found] == ["a", "b"]
    assert found[0].confidence == pytest.approx(1.4 / 1.8 * (1 - 0.2 * 0.4))
    assert votes([]) == []

    named = by_words("انتظرت ساعات طويلة", {"wait": ["انتظرت ساعات"], "food": ["طعام بارد"]})
    assert [each.value for each in named] == ["wait"]
    both = joined(found, by_words("long wait", {"b": ["Long wait"]}))
    assert next(each for each in both if each.value == "b").confidence > found[1].confidence


def test_a_red_flag_rings_for_the_whole_office_at_once_and_is_urgent(reference_data: Cast, drain: Drain) -> None:
    received(reference_data, words=GRAVE)
    drain()
    with acting_as(SYSTEM):
        query = sa.select(Notification).where(Notification.user_id == reference_data["px_coordinator"].id)
        lines = db.session.execute(query).scalars().all()
    assert [(each.kind, each.is_urgent) for each in lines] == [("complaints/flagged", True)]


def test_flags_stand_on_the_page_and_in_the_queue_but_not_for_a_viewer(
    reference_data: Cast, client: FlaskClient
) -> None:
    complaint = received(reference_data, words=GRAVE)
    paths = (f"/complaints/{complaint.id}", "/complaints/?tab=all")
    client.set_cookie("px_lang", "en")
    sign_in(client, reference_data["px_coordinator"])
    for path in paths:
        assert "Wrong medicine" in client.get(path).get_data(as_text=True), path
    told = f"/api{paths[0].replace('/complaints/', '/complaints/complaints/')}/"
    assert client.get(told, headers=bearer(reference_data["viewer"])).json["red_flags"] == []
    sign_in(client, reference_data["viewer"])
    for path in paths:
        assert "Wrong medicine" not in client.get(path).get_data(as_text=True), path


def test_a_flag_suggests_the_severity_and_accepting_it_changes_it(reference_data: Cast, drain: Drain) -> None:
    complaint = received(reference_data, words=GRAVE)
    drain()
    (severity,) = suggested(complaint, "severity")
    assert (severity.value, severity.made_from["flags"]) == ("critical", ["wrong_medicine", "media_threat"])
    assert fresh(complaint).severity == "medium"  # nothing happens by itself

    accept(reference_data, complaint, severity)
    drain()

    assert fresh(complaint).severity == "critical"
    (severity,) = suggested(complaint, "severity")
    assert (severity.state, severity.judged_by_id) == ("accepted", reference_data["px_coordinator"].id)


def test_class_and_department_come_from_near_cases_and_accepting_writes_a_point(
    reference_data: Cast, drain: Drain
) -> None:
    for _number in range(2):
        classified(reference_data, "MGMT-01-02-02", words="The corridor lamps buzz all night long")
    complaint = received(reference_data, words="The corridor lamps buzz all the night")
    drain()
    best = suggested(complaint, "class")[0]
    (department,) = suggested(complaint, "department")
    assert best.value == str(class_id("MGMT-01-02-02"))
    assert best.made_from["cases"] == 2
    assert 0.5 < best.confidence < 1
    assert department.value == str(reference_data.ward.id)

    accept(reference_data, complaint, best)
    accept(reference_data, complaint, department)
    drain()

    with acting_as(SYSTEM):
        (point,) = db.session.execute(sa.select(ComplaintPoint).filter_by(complaint_id=complaint.id)).scalars()
    assert (str(point.class_id), point.department_id) == (best.value, reference_data.ward.id)
    assert point.names["name_en"] == "Noise"
    assert [each.state for each in suggested(complaint, "department")] == ["accepted"]


def test_class_comes_from_the_words_where_no_case_is_near(reference_data: Cast, drain: Drain) -> None:
    complaint = received(reference_data, words="الفاتورة خاطئة وفيها مبلغ زائد")
    drain()
    best = suggested(complaint, "class")[0]
    assert best.value == str(class_id("MGMT-01-04-01"))
    assert "cases" not in best.made_from
    assert best.made_from["phrase"]


def test_cases_of_another_hospital_teach_nothing(reference_data: Cast, drain: Drain) -> None:
    cast = reference_data
    classified(cast, "MGMT-01-02-02", words="The corridor lamps buzz all night long")
    outsider = cast.actor("outsider")
    with acting_as(outsider):
        from app.complaints.services import receiving

        facts = receiving.ComplaintFacts(words="The corridor lamps buzz all night long")
        other = receiving.receive(hospital_id=cast.b.id, facts=facts, actor=outsider)
    drain()
    assert suggested(other, "class") == suggested(other, "department") == []


def test_another_choice_of_a_person_corrects_and_the_same_choice_confirms(reference_data: Cast, drain: Drain) -> None:
    complaint = received(reference_data, words=GRAVE)
    drain()
    officer = reference_data.actor("px_coordinator")
    other = class_id("MGMT-01-02-02")
    with acting_as(officer):
        now = fresh(complaint)
        working.change_severity(complaint.id, "high", version=now.version, actor=officer)
        points.add(complaint.id, PointFacts("A point", other), actor=officer)
    drain()
    (severity,) = suggested(complaint, "severity")
    assert (severity.state, severity.corrected_to) == ("corrected", "high")
    classes = suggested(complaint, "class")
    assert {(each.state, each.corrected_to) for each in classes} == {("corrected", str(other))}

    with acting_as(officer):
        points.add(complaint.id, PointFacts("Another", UUID(classes[0].value)), actor=officer)
    drain()
    assert suggested(complaint, "class")[0].state == "accepted"


def test_made_twice_they_stand_once_and_what_nobody_judged_is_ignored_at_the_end(
    reference_data: Cast, drain: Drain
) -> None:
    complaint = received(reference_data, words=GRAVE)
    drain()
    with acting_as(SYSTEM):
        assert suggesting.suggest(complaint.id, actor=SYSTEM) == 0
    step(reference_data, fresh(complaint), "cancel")
    drain()
    assert {each.state for each in suggested(complaint, "severity")} == {"ignored"}


def test_a_judged_one_cannot_be_judged_again_and_not_by_who_does_not_see_it(reference_data: Cast, drain: Drain) -> None:
    complaint = received(reference_data, words=GRAVE)
    drain()
    (severity,) = suggested(complaint, "severity")
    with pytest.raises(NotFound):
        accept(reference_data, complaint, severity, "outsider")
    accept(reference_data, complaint, severity)
    with pytest.raises(Conflict):
        accept(reference_data, complaint, severity)
    with pytest.raises(NotFound):
        accept(reference_data, received(reference_data), severity)


def test_they_are_taken_and_turned_down_on_the_page_and_over_the_api(
    reference_data: Cast, client: FlaskClient, drain: Drain
) -> None:
    complaint = received(reference_data, words=GRAVE)
    drain()
    sign_in(client, reference_data["px_coordinator"])
    client.set_cookie("px_lang", "en")
    where = f"/complaints/{complaint.id}/suggestions"
    html = client.get(where).get_data(as_text=True)
    assert "90 % sure" in html
    assert "red flag: Wrong medicine" in html

    (severity,) = suggested(complaint, "severity")
    data = {"csrf_token": csrf(client.application, client), "version": fresh(complaint).version}
    assert client.post(f"{where}/{severity.id}/acceptance", data=data).status_code == 303
    assert "Accepted" in client.get(where).get_data(as_text=True)

    best = suggested(complaint, "class")[0]
    api = f"/api/complaints/complaints/{complaint.id}/suggestions/"
    head = bearer(reference_data["px_coordinator"])
    assert {each["what"] for each in client.get(api, headers=head).json["results"]} == {"severity", "class"}
    assert client.post(f"{api}{best.id}/ignore/", headers=head).json["state"] == "ignored"
    assert client.post(f"{api}{best.id}/accept/", headers=head, json={"version": 2}).status_code == 409
