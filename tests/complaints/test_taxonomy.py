"""Editions of the taxonomy: drafts, classes, files, mapping, and putting one in force while complaints go on."""

from __future__ import annotations

import io
from typing import Any
from uuid import UUID

import pytest
import sqlalchemy as sa
from flask.testing import FlaskClient

from app.complaints import queries as complaint_queries
from app.complaints.models import Complaint, ComplaintPoint, ComplaintSuggestion
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.seeds import SOURCE
from app.complaints.taxonomy import classes, drafts, importing, queries, switching
from app.complaints.taxonomy.fields import FIELDS
from app.complaints.taxonomy.models import TaxonomyClass, TaxonomyUpload, TaxonomyVersion
from app.complaints.taxonomy.queries import Fate, Plan
from app.core.access.actor import acting_as
from app.core.db import db
from app.core.errors import Conflict, Invalid, NotAllowed, NotFound
from app.core.events import timeline
from app.core.i18n import in_language
from app.core.resources.problems import MESSAGES
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import received, step
from tests.page import Pages

FIRST, SECOND = "CLIN-01-01-01", "CLIN-01-01-02"


def keep(cast: Cast, act: Any, *args: Any, by: str = "px_admin", **kwargs: Any) -> Any:
    """Do something as a keeper of the taxonomy."""
    actor = cast.actor(by)
    with acting_as(actor):
        return act(*args, actor=actor, **kwargs)


def of(edition: TaxonomyVersion | None, code: str) -> TaxonomyClass:
    """A class of an edition; None: of the one in force."""
    query = sa.select(TaxonomyClass).join(TaxonomyVersion, TaxonomyVersion.id == TaxonomyClass.taxonomy_id)
    where = TaxonomyVersion.is_current if edition is None else TaxonomyVersion.id == edition.id
    return db.session.execute(query.where(where, TaxonomyClass.code == code)).scalar_one()


def plan(cast: Cast, edition: TaxonomyVersion) -> Plan:
    """What a draft would do."""
    return keep(cast, queries.plan_of, edition)  # type: ignore[no-any-return]


def with_point(cast: Cast, code: str, row: Complaint | None = None) -> tuple[Complaint, UUID]:
    """A complaint with one point of a class in force."""
    row = row or received(cast)
    found = keep(cast, points.add, row.id, PointFacts("Point", of(None, code).id), by="px_coordinator")
    return row, found.id


def point(cast: Cast, point_id: UUID) -> ComplaintPoint:
    """A point as it is in the database now."""
    with acting_as(cast.actor("px_coordinator")):
        query = sa.select(ComplaintPoint).where(ComplaintPoint.id == point_id)
        return db.session.execute(query.execution_options(populate_existing=True)).scalar_one()


def retired(cast: Cast, edition: TaxonomyVersion, code: str) -> None:
    """Retire a class of a draft."""
    keep(cast, classes.retire, of(edition, code).id, version=1)


def mapped(cast: Cast, edition: TaxonomyVersion, code: str, to: str | None) -> None:
    """Map a class in force to one of a draft, or to nothing."""
    target = of(edition, to).id if to else None
    keep(cast, drafts.map_class, edition.id, of(None, code).id, target, version=edition.version)


def in_force(cast: Cast, edition: TaxonomyVersion) -> int:
    """Put it in force; gives how many points moved."""
    return keep(cast, switching.make_current, edition.id, version=edition.version)  # type: ignore[no-any-return]


def test_a_new_edition_begins_as_a_copy_and_changes_nothing(reference_data: Cast) -> None:
    before = {row.code for row in complaint_queries.options_classes()}
    draft = keep(reference_data, drafts.start, "  Second   edition ")
    with acting_as(reference_data.actor("viewer")), pytest.raises(NotAllowed):
        queries.list_editions(actor=reference_data.actor("viewer"))
    listed = keep(reference_data, queries.list_editions, by="department_manager")
    assert [(each.edition.name, each.in_use) for each in listed] == [
        ("Second edition", len(before)),
        ("PX360 1", len(before)),
    ]
    assert dict(listed[0].sources) == dict(listed[1].sources) and sum(dict(listed[0].sources).values()) == len(before)
    assert draft.is_draft and not draft.is_current and draft.based_on_id == listed[1].edition.id
    assert {row.taxonomy_id for row in complaint_queries.options_classes()} == {listed[1].edition.id}


def test_names_of_editions_are_given_and_unique(reference_data: Cast) -> None:
    for name in ("", "x" * 81, "PX360 1"):
        with pytest.raises(Invalid) as refusal:
            keep(reference_data, drafts.start, name)
        assert set(refusal.value.fields) == {"name"}
    with pytest.raises(NotAllowed):
        keep(reference_data, drafts.start, "Mine", by="hospital_admin")


def test_classes_of_a_draft_are_added_changed_and_retired_on_record(reference_data: Cast) -> None:
    draft = keep(reference_data, drafts.start, "Second")
    facts = {each.name: f"x {each.name}" for each in FIELDS} | {"code": "NEW-01", "domain_code": "NEW", "source": ""}
    added = keep(reference_data, classes.add, draft.id, facts)
    changed = keep(reference_data, classes.change, added.id, {"name_ar": "صنف"}, version=added.version)
    assert (changed.name_ar, changed.name_en, changed.version) == ("صنف", "x name_en", 2)
    with pytest.raises(Conflict):
        keep(reference_data, classes.change, added.id, {"name_ar": "آخر"}, version=1)
    gone = keep(reference_data, classes.retire, added.id, version=2)
    assert gone.retired_at and keep(reference_data, classes.bring_back, added.id, version=3).retired_at is None
    actor = reference_data.actor("px_admin")
    with acting_as(actor):
        told = [each.data["what"] for each in timeline.of_subject(draft.id, actor=actor)][::-1]
    assert told == ["started", "class_added", "class_changed", "class_retired", "class_returned"]


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"code": FIRST}, "code"),
        ({"code": ""}, "code"),
        ({"code": "x" * 25}, "code"),
        ({"name_ar": " "}, "name_ar"),
        ({"domain_code": "TOO-LONG-1"}, "domain_code"),
    ],
)
def test_a_wrong_class_is_refused_by_field(reference_data: Cast, changed: dict[str, str], field: str) -> None:
    draft = keep(reference_data, drafts.start, "Second")
    facts = {each.name: f"x {each.name}" for each in FIELDS} | {"code": "NEW-01", "domain_code": "NEW", "source": ""}
    with pytest.raises(Invalid) as refusal:
        keep(reference_data, classes.add, draft.id, facts | changed)
    assert set(refusal.value.fields) == {field}


def test_the_edition_in_force_stays_as_it_is(reference_data: Cast) -> None:
    row = of(None, FIRST)
    edition = db.session.get_one(TaxonomyVersion, row.taxonomy_id)
    for act, args, more in (
        (classes.retire, (row.id,), {"version": 1}),
        (classes.change, (row.id, {"name_en": "x"}), {"version": 1}),
        (drafts.rename, (edition.id, "x"), {"version": 1}),
        (drafts.discard, (edition.id,), {}),
        (switching.make_current, (edition.id,), {"version": 1}),
        (drafts.map_class, (edition.id, row.id, None), {"version": 1}),
    ):
        with pytest.raises(Conflict) as refusal:
            keep(reference_data, act, *args, **more)
        assert refusal.value.code == "in_force"
    assert plan(reference_data, edition) == Plan((), has_classes=False)


def test_a_used_class_must_be_kept_or_mapped(reference_data: Cast) -> None:
    with_point(reference_data, FIRST)
    draft = keep(reference_data, drafts.start, "Second")
    retired(reference_data, draft, FIRST)
    retired(reference_data, draft, SECOND)
    before = plan(reference_data, draft)
    fates = {line.old.code: line.fate for line in before.lines}
    assert (fates[FIRST], fates[SECOND], fates["CLIN-01-01-03"]) == (Fate.MISSING, Fate.UNUSED, Fate.KEPT)
    with pytest.raises(Conflict) as refusal:
        in_force(reference_data, draft)
    assert refusal.value.code == "unmapped" and not db.session.get_one(TaxonomyVersion, draft.id).is_current

    with pytest.raises(Invalid):
        mapped(reference_data, draft, FIRST, SECOND)  # retired there
    mapped(reference_data, draft, FIRST, "CLIN-01-01-03")
    after = plan(reference_data, draft)
    assert (after.missing, after.moving, after.losing, after.staying) == (0, 1, 0, 0)
    assert in_force(reference_data, draft) == 1


def test_open_points_follow_and_ended_ones_stay(reference_data: Cast) -> None:
    opened, open_point = with_point(reference_data, FIRST)
    _lost, lost_point = with_point(reference_data, SECOND)
    ended, ended_point = with_point(reference_data, FIRST)
    step(reference_data, ended, "cancel")
    old = of(None, FIRST)
    draft = keep(reference_data, drafts.start, "Second")
    retired(reference_data, draft, FIRST)
    mapped(reference_data, draft, FIRST, "CLIN-01-01-03")
    mapped(reference_data, draft, SECOND, None)
    assert (plan(reference_data, draft).moving, plan(reference_data, draft).losing) == (1, 1)
    assert in_force(reference_data, draft) == 2

    moved = point(reference_data, open_point)
    assert moved.class_id == of(draft, "CLIN-01-01-03").id
    assert (moved.names["code"], moved.version) == (FIRST, 2)  # as it was chosen, until somebody edits
    assert (
        point(reference_data, lost_point).class_id is None and point(reference_data, lost_point).names["code"] == SECOND
    )
    stayed = point(reference_data, ended_point)
    assert (stayed.class_id, stayed.names["name_en"], stayed.version) == (old.id, old.name_en, 1)
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        assert any(each.kind.endswith("reclassified") for each in timeline.of_subject(opened.id, actor=actor))
        assert not any(each.kind.endswith("reclassified") for each in timeline.of_subject(ended.id, actor=actor))

    facts = PointFacts("Point", moved.class_id)
    edited = keep(reference_data, points.change, opened.id, moved.id, facts, version=2, by="px_coordinator")
    assert edited.names["code"] == "CLIN-01-01-03"


def test_a_reopened_complaint_may_keep_its_class_of_an_earlier_edition(reference_data: Cast) -> None:
    row, point_id = with_point(reference_data, FIRST)
    row = step(reference_data, row, "cancel")
    old = of(None, FIRST)
    draft = keep(reference_data, drafts.start, "Second")
    in_force(reference_data, draft)
    with acting_as(reference_data.actor("px_coordinator")):
        db.session.execute(
            sa.update(Complaint).where(Complaint.id == row.id).values(status="in_progress", closed_at=None)
        )
    facts = PointFacts("Point again", old.id)
    kept = keep(reference_data, points.change, row.id, point_id, facts, version=1, by="px_coordinator")
    assert (kept.class_id, kept.names["code"]) == (old.id, FIRST)
    with pytest.raises(Invalid):
        keep(reference_data, points.add, row.id, facts, by="px_coordinator")


def test_what_was_mapped_once_is_found_two_editions_later(reference_data: Cast) -> None:
    first = of(None, FIRST)
    second = keep(reference_data, drafts.start, "Second")
    mapped(reference_data, second, FIRST, SECOND)
    in_force(reference_data, second)
    third = keep(reference_data, drafts.start, "Third")
    mapped(reference_data, third, SECOND, "CLIN-01-01-03")
    in_force(reference_data, third)
    assert queries.successors()[first.id] == of(third, "CLIN-01-01-03").id


def test_suggestions_that_wait_name_the_class_of_the_new_edition(reference_data: Cast) -> None:
    row = received(reference_data)
    made = {
        code: ComplaintSuggestion(
            hospital_id=row.hospital_id,
            complaint_id=row.id,
            what="class",
            value=str(of(None, code).id),
            confidence=sure,
        )
        for code, sure in ((FIRST, 0.9), (SECOND, 0.5), ("CLIN-01-01-03", 0.4))
    }
    with acting_as(reference_data.actor("px_coordinator")):
        db.session.add_all(made.values())
        db.session.flush()
    draft = keep(reference_data, drafts.start, "Second")
    mapped(reference_data, draft, SECOND, FIRST)
    mapped(reference_data, draft, "CLIN-01-01-03", None)
    in_force(reference_data, draft)
    with acting_as(reference_data.actor("px_coordinator")):
        for each in made.values():
            db.session.refresh(each)
    assert (made[FIRST].value, made[FIRST].state) == (str(of(draft, FIRST).id), "open")
    assert [made[code].state for code in (SECOND, "CLIN-01-01-03")] == ["ignored", "ignored"]


def test_who_saw_an_older_draft_does_not_put_it_in_force(reference_data: Cast) -> None:
    draft = keep(reference_data, drafts.start, "Second")
    seen = draft.version
    retired(reference_data, draft, FIRST)
    if draft.version == seen:  # the clock of tests stands still
        draft.version += 1
        db.session.flush()
    with pytest.raises(Conflict):
        keep(reference_data, switching.make_current, draft.id, version=seen)


def test_a_draft_is_given_up_with_all_that_hangs_on_it(reference_data: Cast) -> None:
    draft = keep(reference_data, drafts.start, "Second")
    mapped(reference_data, draft, FIRST, SECOND)
    keep(reference_data, drafts.discard, draft.id)
    with pytest.raises(NotFound):
        keep(reference_data, queries.get_edition, draft.id)


def test_the_file_of_the_first_edition_becomes_a_draft(reference_data: Cast) -> None:
    with SOURCE.open("rb") as file:
        row = keep(reference_data, importing.upload, file, name="From a file")
    assert (row.rows_bad, len(row.rows)) == (0, len(complaint_queries.options_classes()))
    edition = keep(reference_data, importing.confirm, row.id, only_good=False)
    assert {line.fate for line in plan(reference_data, edition).lines} == {Fate.KEPT}
    assert of(edition, FIRST).name_ar == of(None, FIRST).name_ar and of(edition, FIRST).source
    assert db.session.execute(sa.select(TaxonomyUpload)).first() is None


def test_wrong_rows_are_told_in_the_readers_language(app: Any, reference_data: Cast, client: FlaskClient) -> None:
    lines = SOURCE.read_text(encoding="utf-8-sig").splitlines()
    wrong = lines[1].replace("CLIN-01-01-01", "CLIN-01-01-02")  # the code of the next row
    bare = ",".join([""] * 13 + ["BARE-1"])
    reference_data["px_admin"].language = "ar"
    db.session.flush()
    file = io.BytesIO("\n".join([lines[0], lines[2], wrong, bare]).encode())
    browser = sign_in(client, reference_data["px_admin"])
    form = {"csrf_token": csrf(app, browser), "name": "Wrong", "file": (file, "t.csv")}
    answer = browser.post("/admin/taxonomy/import", data=form, content_type="multipart/form-data")
    assert answer.status_code == 303
    where = answer.headers["Location"]
    shown = Pages(browser, "ar").get(where)
    with in_language("ar"):
        assert str(MESSAGES["repeated"]) in shown and str(MESSAGES["missing"]) in shown
    refused = browser.post(where, data={"csrf_token": csrf(app, browser)})
    assert refused.status_code == 422
    taken = browser.post(where, data={"csrf_token": csrf(app, browser), "only_good": "y"})
    edition = db.session.execute(sa.select(TaxonomyVersion).filter_by(name="Wrong")).scalar_one()
    assert taken.headers["Location"] == f"/admin/taxonomy/{edition.id}"
    assert [row.code for row in queries.options_of(edition.id)] == [SECOND]


def test_a_file_is_its_uploaders_alone(reference_data: Cast) -> None:
    row = keep(reference_data, importing.upload, io.BytesIO(b"code,name_en\nX-1,Waiting\n"), name="Mine")
    assert (row.rows_bad, row.rows) == (1, [])
    with pytest.raises(NotAllowed):
        keep(reference_data, importing.find, row.id, by="hospital_admin")
    with pytest.raises(Invalid):
        keep(reference_data, importing.confirm, row.id, only_good=True)


def test_the_pages_walk_from_a_draft_to_the_edition_in_force(
    app: Any, reference_data: Cast, client: FlaskClient
) -> None:
    with_point(reference_data, FIRST)
    browser = sign_in(client, reference_data["px_admin"])

    def send(address: str, **data: Any) -> Any:
        return browser.post(address, data={"csrf_token": csrf(app, browser), **data})

    home = send("/admin/taxonomy/", name="Second").headers["Location"]
    draft = db.session.execute(sa.select(TaxonomyVersion).filter_by(name="Second")).scalar_one()
    assert send(f"/admin/taxonomy/classes/{of(draft, FIRST).id}/retirement", version=1).status_code == 303
    listed = browser.get(f"{home}/mapping").get_data(as_text=True)
    assert FIRST in listed and "Put in force" not in listed
    refused = send(f"{home}/current", version=draft.version)
    assert refused.status_code == 409 and "neither mapped nor kept" in refused.get_data(as_text=True)
    where = f"{home}/mapping/{of(None, FIRST).id}"
    assert send(where, version=draft.version, new_class_id=of(draft, SECOND).id).status_code == 303
    assert "Put in force" in browser.get(f"{home}/mapping").get_data(as_text=True)
    assert send(f"{home}/current", version=draft.version).status_code == 303
    assert "In force" in browser.get(home).get_data(as_text=True)


def test_refused_forms_keep_what_was_typed_and_say_why(app: Any, reference_data: Cast, client: FlaskClient) -> None:
    draft = keep(reference_data, drafts.start, "Second")
    row = of(draft, FIRST)
    browser = sign_in(client, reference_data["px_admin"])
    typed = {each.name: getattr(row, each.name) for each in FIELDS}

    def send(address: str, **data: Any) -> tuple[int, str]:
        answer = browser.post(f"/admin/taxonomy/{address}", data={"csrf_token": csrf(app, browser), **data})
        return answer.status_code, answer.get_data(as_text=True)

    assert send(f"classes/{row.id}", **typed | {"version": 1, "name_en": "Theirs"})[0] == 303
    status, html = send(f"classes/{row.id}", **typed | {"version": 1, "name_en": "Mine"})
    assert status == 409 and "Theirs" in html and 'value="Mine"' in html and "Stands there now" in html
    status, html = send(f"classes/{row.id}", **typed | {"version": 2, "name_ar": ""})
    assert status == 422 and "This field is required." in html
    status, html = send(f"{draft.id}/name", version=draft.version, name="PX360 1")
    assert status == 422 and "Another edition has this name." in html
    status, html = send("", name="PX360 1")
    assert status == 422 and "Another edition has this name." in html
    assert send(f"{draft.id}/discard", version=draft.version)[0] == 303


def test_the_api_walks_the_same_way_and_readers_only_read(reference_data: Cast, client: FlaskClient) -> None:
    with_point(reference_data, FIRST)
    base = "/api/complaints/taxonomy"
    keeper, reader = bearer(reference_data["px_admin"]), bearer(reference_data["department_manager"])
    made = client.post(f"{base}/editions/", json={"name": "Second"}, headers=keeper)
    assert made.status_code == 201
    home = f"{base}/editions/{made.json['id']}"
    assert client.post(f"{base}/editions/", json={"name": "Third"}, headers=reader).status_code == 403
    answer = client.get(f"{home}/classes/?code={FIRST}", headers=reader)
    assert answer.status_code == 200, answer.text
    found = answer.json["results"]
    assert [row["code"] for row in found] == [FIRST]
    path = f"{base}/classes/{found[0]['id']}"
    renamed = client.patch(f"{path}/", json={"version": 1, "name_en": "Other"}, headers=keeper)
    assert renamed.json["name_en"] == "Other"
    assert client.post(f"{path}/retire/", json={"version": 2}, headers=keeper).json["retired_at"]
    plan = client.get(f"{home}/mapping/", headers=keeper).json
    assert plan["missing"] == 1
    version = client.get(f"{home}/", headers=reader).json["version"]
    old = next(line["old_class_id"] for line in plan["results"] if line["fate"] == "missing")
    answer = client.put(f"{home}/mapping/{old}/", json={"version": version, "new_class_id": None}, headers=keeper)
    assert answer.json["losing"] == 1
    version = client.get(f"{home}/", headers=reader).json["version"]
    assert client.post(f"{home}/make_current/", json={"version": version}, headers=keeper).json == {"moved": 1}
    assert client.get(f"{home}/", headers=reader).json["is_current"]
