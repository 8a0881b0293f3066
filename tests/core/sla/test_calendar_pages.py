"""The panel of working calendars: what moves is shown before it is saved, and counted again after."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from flask import Flask, g
from flask.testing import FlaskClient
from flask_babel import refresh

from app.core.access.actor import acting_as
from app.core.db import unit_of_work, uuid7
from app.core.events.models import EventDetail, EventLog
from app.core.sla import clocks, many
from app.core.sla.models import SlaClock, SlaRecount, SlaRevision, WorkingCalendar
from app.px_action_center.models import PxAction
from app.px_action_center.services import opening
from tests.cast import Cast, bearer
from tests.conftest import NOON
from tests.core.conftest import SYSTEM, rows

BASE = "/admin/calendars"
RIYADH = timedelta(hours=3)


def riyadh(text: str) -> datetime:
    """An instant, written in Riyadh's time."""
    return datetime.fromisoformat(f"{text}+03:00")


@pytest.fixture
def group(reference_data: Cast) -> WorkingCalendar:
    """The group's calendar: Sunday to Thursday, 08:00 to 16:00."""
    return rows(WorkingCalendar)[0]  # type: ignore[no-any-return]


@pytest.fixture
def action(reference_data: Cast, drain: Any) -> PxAction:
    """An action of hospital A that opened on Tuesday at noon: due on Wednesday at 12:00 (8 working hours)."""
    with acting_as(SYSTEM):
        found = opening.open_by_hand(
            hospital_id=reference_data.a.id,
            title="Long wait",
            severity="critical",
            department_id=reference_data.er.id,
            patient_id=None,
            actor=reference_data.actor("px_coordinator"),
        )
    drain()
    return found


def week(version: int, **more: str) -> dict[str, str]:
    """The form of a week from 10:00 to 14:00, Sunday to Thursday."""
    form = {"version": str(version), "zone": "Asia/Riyadh", **more}
    for day in (6, 0, 1, 2, 3):
        form |= {f"opens-{day}-0": "10:00", f"closes-{day}-0": "14:00"}
    return form


def test_a_change_shows_which_deadlines_move_before_it_saves_anything(
    boss: FlaskClient, group: WorkingCalendar, action: PxAction
) -> None:
    answer = boss.post(f"{BASE}/{group.id}/week", data=week(group.version))

    assert answer.status_code == 200
    assert "One open deadline moves" in answer.text and action.reference in answer.text
    assert "Wed 25 Nov, 12:00" in answer.text and "Thu 26 Nov, 12:00" in answer.text
    assert rows(WorkingCalendar)[0].version == group.version
    assert rows(SlaClock)[0].due_at == riyadh("2026-11-25T12:00")
    assert rows(SlaRecount) == []


def test_the_confirmed_change_counts_from_the_original_start_and_keeps_the_cause(
    boss: FlaskClient, group: WorkingCalendar, action: PxAction, drain: Any
) -> None:
    first = boss.post(f"{BASE}/{group.id}/week", data=week(group.version))
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', first.text))
    assert hidden.pop("confirmed") == "1"
    answer = boss.post(f"{BASE}/{group.id}/week", data={**hidden, "confirmed": "1"})
    drain()

    assert answer.status_code == 303
    assert rows(SlaClock)[0].due_at == riyadh("2026-11-26T12:00")
    assert rows(PxAction)[0].due_at == riyadh("2026-11-26T12:00")
    last = max(rows(SlaRevision), key=lambda each: each.id)
    assert (last.cause, last.due_at) == ("calendar:week", riyadh("2026-11-26T12:00"))
    (moved,) = rows(EventLog, kind="core.clock.moved")
    assert moved.subject_id == action.id and moved.data["cause"] == "calendar:week"
    (recount,) = rows(SlaRecount)
    assert recount.moved == 1 and recount.finished_at is not None


def test_a_change_that_moves_nothing_is_saved_at_once(boss: FlaskClient, group: WorkingCalendar) -> None:
    answer = boss.post(f"{BASE}/{group.id}/week", data=week(group.version))

    assert answer.status_code == 303
    assert rows(WorkingCalendar)[0].definition["week"]["6"] == [[600, 840]]
    detail = rows(EventLog, kind="core.calendar.changed")
    with acting_as(SYSTEM):
        from app.core.db import db

        kept = db.session.get(EventDetail, detail[-1].id)
    assert kept is not None and list(kept.changes) == ["week"]


def test_a_stopped_clock_never_moves(boss: FlaskClient, group: WorkingCalendar, action: PxAction) -> None:
    with acting_as(SYSTEM), unit_of_work():
        row = rows(SlaClock)[0]
        many.stop([row.subject_id], [row.kind])

    assert boss.post(f"{BASE}/{group.id}/week", data=week(group.version)).status_code == 303
    assert rows(SlaClock)[0].due_at == riyadh("2026-11-25T12:00")


def test_a_holiday_may_be_given_in_the_hijri_calendar_and_in_both_languages(
    boss: FlaskClient, group: WorkingCalendar
) -> None:
    form = {"version": group.version, "name_en": "Closing", "name_ar": "إغلاق", "first": "1448-08-20", "last": ""}
    answer = boss.post(f"{BASE}/{group.id}/holidays/", data=form)

    assert answer.status_code == 303, answer.text
    (made,) = [each for each in rows(WorkingCalendar)[0].definition["holidays"] if each["name_en"] == "Closing"]
    assert (made["first"], made["last"], made["provisional"]) == ("2027-01-28", "2027-01-28", False)


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"first": "soon", "name_en": "X", "name_ar": "س"}, "Give a date such as"),
        ({"first": "2027-01-05", "last": "2027-01-04", "name_en": "X", "name_ar": "س"}, "The last day lies before"),
        ({"first": "2026-09-23", "name_en": "X", "name_ar": "س"}, "taken already"),
        ({"first": "2027-01-05", "name_en": "", "name_ar": "س"}, "This field is required"),
    ],
)
def test_days_that_break_a_rule_come_back_with_what_was_typed(
    boss: FlaskClient, group: WorkingCalendar, form: dict[str, str], words: str
) -> None:
    answer = boss.post(f"{BASE}/{group.id}/holidays/", data={"version": group.version, **form})

    assert answer.status_code == 422
    assert words in answer.text and form["first"] in answer.text


def test_a_provisional_day_is_confirmed_moved_or_removed_by_its_place(
    boss: FlaskClient, group: WorkingCalendar
) -> None:
    listed = group.definition["holidays"]
    place = next(n for n, each in enumerate(listed) if each["provisional"])
    address = f"{BASE}/{group.id}/holidays/{place}"

    assert boss.post(f"{address}/confirmation", data={"version": group.version}).status_code == 303
    assert rows(WorkingCalendar)[0].definition["holidays"][place]["provisional"] is False
    assert boss.post(f"{address}/removal", data={"version": group.version}).status_code == 303
    assert len(rows(WorkingCalendar)[0].definition["holidays"]) == len(listed) - 1


def test_who_saw_an_older_version_is_told_and_changes_nothing(boss: FlaskClient, group: WorkingCalendar) -> None:
    stale = boss.post(f"{BASE}/{group.id}/week", data=week(group.version - 1))
    place = boss.post(f"{BASE}/{group.id}/holidays/0/removal", data={"version": group.version - 1})

    assert stale.status_code == 409 and "Somebody changed this" in stale.text
    assert place.status_code == 409
    assert rows(WorkingCalendar)[0].version == group.version


def test_the_pages_read_in_both_directions_with_hijri_beside_gregorian(
    boss: FlaskClient, group: WorkingCalendar
) -> None:
    english = boss.get(f"{BASE}/{group.id}").text
    g.language = "ar"
    refresh()
    arabic = boss.get(f"{BASE}/{group.id}").text

    bar = re.compile(r'class="px-week-open" x="([\d.]+)" width="([\d.]+)"')
    x, width = map(float, bar.findall(english)[0])
    mirrored, same = map(float, bar.findall(arabic)[0])
    assert (width, mirrored) == (same, 960 - x - width)
    assert "1 Ramadan 1448 AH" in english and "1 رمضان 1448 هـ" in arabic
    for path in ("week", "holidays/new", "periods/new", "periods/0"):
        assert boss.get(f"{BASE}/{group.id}/{path}").status_code == 200


def test_a_hospital_admin_reads_the_groups_calendar_and_changes_only_the_own_one(
    admin: FlaskClient, outsider: FlaskClient, reference_data: Cast, group: WorkingCalendar
) -> None:
    assert admin.get(f"{BASE}/{group.id}").status_code == 200
    assert admin.post(f"{BASE}/{group.id}/week", data=week(group.version)).status_code == 403
    form = {"hospital_id": str(reference_data.a.id), "name_en": "Ours", "name_ar": "تقويمنا"}
    assert admin.post(f"{BASE}/", data=form).status_code == 303
    own = next(each for each in rows(WorkingCalendar) if each.hospital_id == reference_data.a.id)

    assert admin.post(f"{BASE}/{own.id}/week", data=week(own.version)).status_code == 303
    assert outsider.get(f"{BASE}/{own.id}").status_code == 404
    assert outsider.post(f"{BASE}/", data=form).status_code == 403


def test_a_hospitals_own_default_takes_over_its_open_deadlines_and_only_these(
    admin: FlaskClient, reference_data: Cast, group: WorkingCalendar, action: PxAction
) -> None:
    form = {"hospital_id": str(reference_data.a.id), "name_en": "Ours", "name_ar": "تقويمنا"}
    admin.post(f"{BASE}/", data=form)
    own = next(each for each in rows(WorkingCalendar) if each.hospital_id == reference_data.a.id)
    admin.post(f"{BASE}/{own.id}/week", data=week(own.version))
    facts = {**form, "version": str(own.version), "is_default": "y"}

    shown = admin.post(f"{BASE}/{own.id}", data=facts)
    assert "One open deadline moves" in shown.text and not rows(WorkingCalendar, id=own.id)[0].is_default
    assert admin.post(f"{BASE}/{own.id}", data={**facts, "confirmed": "1"}).status_code == 303

    clock = rows(SlaClock)[0]
    assert (clock.calendar_id, clock.due_at) == (own.id, riyadh("2026-11-26T12:00"))
    refused = admin.post(f"{BASE}/{own.id}/archive", data={"version": rows(WorkingCalendar, id=own.id)[0].version})
    assert refused.status_code == 409


def test_programs_read_preview_and_replace_a_calendar(
    app: Flask, reference_data: Cast, group: WorkingCalendar, action: PxAction
) -> None:
    client, headers = app.test_client(), bearer(reference_data["px_admin"])
    address = f"/api/sla/calendars/{group.id}/"
    seen = client.get(address, headers=headers).json
    assert seen is not None
    body = {**seen["definition"], "week": {"6": [[600, 840]], "1": [[600, 840]], "2": [[600, 840]]}}

    trial = client.post(f"{address}preview/", json={"version": seen["version"], "definition": body}, headers=headers)
    assert trial.status_code == 200 and trial.json is not None
    assert trial.json["count"] == 1 and UUID(trial.json["moves"][0]["subject_id"]) == action.id
    saved = client.patch(address, json={"version": seen["version"], "definition": body}, headers=headers)
    assert saved.status_code == 200, saved.text
    broken = client.patch(address, json={"version": 99, "definition": {"week": {}}}, headers=headers)
    assert broken.status_code == 422
    assert client.delete(address, headers=headers).status_code == 409
    assert rows(SlaClock)[0].due_at != riyadh("2026-11-25T12:00")


def test_the_preview_is_capped_and_says_so(
    boss: FlaskClient, reference_data: Cast, group: WorkingCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core.sla import recounts

    with acting_as(SYSTEM), unit_of_work():
        for _number in range(4):
            subject = clocks.Subject("action", uuid7(), reference_data.a.id, severity="critical")
            clocks.start("action.resolution", subject, actor=SYSTEM, started_at=NOON)
    monkeypatch.setattr(recounts, "LOOKED_AT", 3)
    monkeypatch.setattr(recounts, "SHOWN", 2)

    text = boss.post(f"{BASE}/{group.id}/week", data=week(group.version)).text

    assert "3 open deadlines move" in text and "The first 2 are shown." in text
    assert "More deadlines are open than can be shown" in text


def test_what_does_not_fit_into_the_command_goes_on_in_the_background_once(
    boss: FlaskClient, reference_data: Cast, group: WorkingCalendar, monkeypatch: pytest.MonkeyPatch
) -> None:
    from app.core.sla import recounts

    with acting_as(SYSTEM), unit_of_work():
        for _number in range(5):
            subject = clocks.Subject("action", uuid7(), reference_data.a.id, severity="critical")
            clocks.start("action.resolution", subject, actor=SYSTEM, started_at=NOON)
    monkeypatch.setattr(recounts, "BATCH", 2)
    monkeypatch.setattr(recounts, "AT_ONCE", 2)
    boss.post(f"{BASE}/{group.id}/week", data=week(group.version, confirmed="1"))
    moved = [each.due_at == riyadh("2026-11-26T12:00") for each in rows(SlaClock)]
    assert sum(moved) == 2 and rows(SlaRecount)[0].finished_at is None

    recounts.recount_clocks()
    recounts.recount_clocks()

    assert all(each.due_at == riyadh("2026-11-26T12:00") for each in rows(SlaClock))
    assert len(rows(SlaRevision, cause="calendar:week")) == 5
    assert rows(SlaRecount)[0].finished_at is not None and rows(SlaRecount)[0].moved == 5
