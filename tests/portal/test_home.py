"""First pages by role: what each shows and hides, small numbers left out, figures that lead to their records."""

from __future__ import annotations

import html
import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.core.access.actor import acting_as, system_actor
from app.core.db import db, unit_of_work
from app.core.time import clock
from app.organizations.models import Physician
from app.portal import findings
from app.surveys.models import SurveyAnswer, SurveyInstance, SurveyTemplate
from app.surveys.trends import Month
from tests.cast import Cast, sign_in

SYSTEM = system_actor("a test of first pages")


def answered(cast: Cast, scores: list[float], *, days_ago: float = 3, department: str = "er", **more: Any) -> None:
    """Let patients of a department answer, so many days ago, with these scores and a comment each."""
    with acting_as(SYSTEM), unit_of_work():
        template = db.session.execute(sa.select(SurveyTemplate)).scalars().first()
        assert template is not None
        for score in scores:
            at = clock.now() - timedelta(days=days_ago)
            number = db.session.execute(sa.select(sa.func.count()).select_from(SurveyInstance)).scalar_one()
            row = SurveyInstance(
                hospital_id=cast.a.id, template_id=template.id, once=f"n{number}", handle=f"h{number:06d}",
                department_id=getattr(cast, department).id, send_at=at, invited_at=at, completed_at=at,
                state="completed", score=score, is_negative=score < 60, **more,
            )  # fmt: skip
            db.session.add(row)
            db.session.flush()
            db.session.add(SurveyAnswer(
                hospital_id=cast.a.id, instance_id=row.id, question_id=template.questions[-1].id, code="c",
                value=f"تعليق {number}", text_language="ar",
            ))  # fmt: skip


def home(client: FlaskClient, cast: Cast, who: str, language: str = "en") -> str:
    """The first page of a person."""
    sign_in(client, cast[who])
    client.set_cookie("px_lang", language)
    answer = client.get("/")
    assert answer.status_code == 200
    return html.unescape(answer.get_data(as_text=True))


@pytest.mark.parametrize(
    ("who", "title", "parts", "hidden"),
    [
        ("px_admin", "Command Center", {"trend", "departments", "list-overdue", "list-to_approve"}, {"comments"}),
        ("hospital_admin", "Command Center", {"trend", "departments", "list-overdue"}, {"callbacks"}),
        ("px_coordinator", "My desk", {"list-open", "list-mine", "callbacks", "comments"}, {"departments"}),
        ("department_manager", "My department", {"list-to_approve", "list-open", "trend", "comments"}, {"departments"}),
        ("nurse", "My department", {"trend", "list-mine"}, {"comments", "departments"}),
        ("viewer", "Reports", {"trend", "departments"}, {"comments", "list-mine", "callbacks"}),
        ("source_user", "Home", set(), {"trend", "comments", "departments", "list-mine"}),
    ],
)
def test_each_role_has_its_own_first_page(
    reference_data: Cast, client: FlaskClient, who: str, title: str, parts: set[str], hidden: set[str]
) -> None:
    answered(reference_data, [50, 60, 70, 80, 90])
    page = home(client, reference_data, who)

    assert re.search(rf"<h1>\s*{title}\s*</h1>", page)
    shown = set(re.findall(r'<section class="px-card[^"]*" id="([^"]+)"', page))
    assert parts <= shown
    assert not hidden & shown


def figure(page: str, label: str) -> str:
    """The number under a label."""
    found = re.search(rf'px-stat-label">{label}</span>.*?<bdi>([^<]*)</bdi>', page, re.DOTALL)
    assert found, label
    return found.group(1)


def test_a_mean_of_fewer_than_five_is_not_shown(reference_data: Cast, client: FlaskClient) -> None:
    answered(reference_data, [40, 41, 42, 43])
    few = home(client, reference_data, "hospital_admin")
    answered(reference_data, [44])
    enough = home(client, reference_data, "hospital_admin")

    assert (figure(few, "Patient experience score"), figure(few, "Answers")) == ("–", "4")
    assert figure(enough, "Patient experience score") == "42.0"
    assert "Too few answers yet to compare departments" in few
    assert "Emergency has the lowest score" in enough


def test_small_samples_are_marked(reference_data: Cast, client: FlaskClient) -> None:
    answered(reference_data, [70.0] * 29)
    few = home(client, reference_data, "viewer")
    answered(reference_data, [70.0])
    enough = home(client, reference_data, "viewer")

    assert "<li data-low" in few
    assert "<li data-low" not in enough


def test_the_chart_says_what_it_shows_with_a_table_and_links_behind(reference_data: Cast, client: FlaskClient) -> None:
    answered(reference_data, [90.0] * 6, days_ago=120)
    answered(reference_data, [60.0] * 6, days_ago=4)
    page = home(client, reference_data, "hospital_admin")

    assert "The score fell by 30 points within three months" in page
    trend = page[page.index('id="trend"') : page.index('id="departments"')]
    assert "<details" in trend
    assert "<table" in trend
    link = re.search(r'href="(/surveys/\?[^"]*month=2026-11[^"]*)"', trend)
    assert link
    listed = client.get(link.group(1)).get_data(as_text=True)
    assert listed.count('<tr id="s-') == 6
    assert "px-chip" in listed


def test_departments_lead_to_their_answers(reference_data: Cast, client: FlaskClient) -> None:
    cast = reference_data
    answered(cast, [80.0] * 5, days_ago=80)
    answered(cast, [50.0] * 5)
    answered(cast, [90.0] * 5, department="ward")
    page = home(client, cast, "hospital_admin")

    assert "Emergency fell most, by 30 points" in page
    listed = client.get(f"/surveys/?view=completed&department={cast.er.id}").get_data(as_text=True)
    assert listed.count('<tr id="s-') == 10


@pytest.mark.parametrize(("who", "answers"), [("department_manager", "5"), ("nurse", "5"), ("hospital_admin", "11")])
def test_figures_are_those_of_ones_own_part(reference_data: Cast, client: FlaskClient, who: str, answers: str) -> None:
    answered(reference_data, [70.0] * 5)
    answered(reference_data, [70.0] * 6, department="ward")

    assert figure(home(client, reference_data, who), "Answers") == answers


def test_a_physician_sees_own_ratings_and_comments_only(reference_data: Cast, client: FlaskClient) -> None:
    cast = reference_data
    with acting_as(SYSTEM), unit_of_work():
        own = Physician(hospital_id=cast.a.id, license_number="1", name_en="Dr. A", name_ar="د. أ",
                        user_id=cast["physician"].id)  # fmt: skip
        other = Physician(hospital_id=cast.a.id, license_number="2", name_en="Dr. B", name_ar="د. ب")
        db.session.add_all([own, other])
    answered(cast, [80.0] * 5, physician_id=own.id)
    answered(cast, [20.0] * 5, physician_id=other.id)
    page = home(client, cast, "physician")

    assert (figure(page, "My rating"), figure(page, "Answers")) == ("80.0", "5")
    assert {f"تعليق {number}" in page for number in range(5)} == {True}
    assert {f"تعليق {number}" in page for number in range(5, 10)} == {False}
    assert "/surveys/" not in page


def test_viewers_and_nurses_read_no_comment(reference_data: Cast, client: FlaskClient) -> None:
    answered(reference_data, [30.0] * 6)

    for who in ("viewer", "nurse", "staff", "source_user"):
        assert "تعليق" not in home(client, reference_data, who), who


@pytest.mark.parametrize(
    "who",
    [
        "px_admin",
        "hospital_admin",
        "department_manager",
        "px_coordinator",
        "physician",
        "nurse",
        "viewer",
        "source_user",
    ],
)
def test_no_first_page_takes_more_than_twelve_statements(reference_data: Cast, client: FlaskClient, who: str) -> None:
    answered(reference_data, [50.0, 70.0, 90.0] * 3)
    home(client, reference_data, who)
    db.session.remove()
    said: list[str] = []

    def note(_conn: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
        if not statement.startswith(("SAVEPOINT", "RELEASE")):
            said.append(statement)

    sa.event.listen(sa.Engine, "before_cursor_execute", note)
    try:
        answer = client.get("/")
    finally:
        sa.event.remove(sa.Engine, "before_cursor_execute", note)
    assert len(said) <= 12, "\n".join(said)
    assert len(answer.get_data()) <= 150_000


@pytest.mark.parametrize("who", ["px_admin", "department_manager", "px_coordinator", "viewer"])
def test_first_pages_speak_arabic(reference_data: Cast, client: FlaskClient, who: str) -> None:
    answered(reference_data, [50.0] * 6)
    page = home(client, reference_data, who, "ar")
    main = page[page.index("<main") : page.index("</main>")]

    assert 'dir="rtl"' in page
    words = re.sub(r"<[^>]+>|ACT-\d{4}-\d{6}|Al \w+ Hospital", " ", main)
    assert re.findall(r"[A-Za-z]{3,}", words) == []


def month(mean: float | None, answers: int = 50) -> Month:
    return Month("2026-01", answers, mean)


@pytest.mark.parametrize(
    ("means", "says"),
    [
        ([], "Too few"),
        ([None, None], "Too few"),
        ([70, 70, 70, 80, 80, 80], "rose by 10"),
        ([80, 80, 80, 70, 70, 70], "fell by 10"),
        ([80, 80, 80, 79, 79, 79], "steady at 79"),
        ([75, 75], "steady at 75"),
    ],
)
def test_a_finding_is_what_the_months_say(app: Any, means: list[float | None], says: str) -> None:
    with app.test_request_context(headers={"Accept-Language": "en"}):
        assert says in findings.of_months([month(mean) for mean in means])
