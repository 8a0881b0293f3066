"""Files of an inquiry: taken, shown, scanned and erased as those of a complaint, and carried over to the complaint it becomes."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app.complaints.casework import filing
from app.complaints.inquiries.models import Inquiry
from app.core import files
from app.core.access.actor import acting_as
from app.core.attachments import jobs, keeping
from app.core.attachments.models import Attachment, FileState
from app.core.db import unit_of_work
from app.core.errors import Conflict
from app.core.events import record
from app.notifications.models import Notification
from app.organizations.events import PatientErased
from app.organizations.models import Patient
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.inquiring import asked, take
from tests.complaints.test_files import PDF, SYSTEM, VIRUS, every, photo, scanner, upload

__all__ = ["scanner"]  # a fixture


def attached(
    cast: Cast, data: bytes = PDF, name: str = "paper.pdf", by: str = "px_coordinator", inquiry: Inquiry | None = None
) -> Attachment:
    """A file of an inquiry, of a new one unless told otherwise."""
    actor, inquiry = cast.actor(by), inquiry or asked(cast, by)
    with acting_as(actor):
        return filing.attach("inquiry", inquiry.id, keeping.look_at([upload(data, name)]), actor=actor).rows[0]


def test_staff_add_and_open_files_on_the_page(app: Flask, reference_data: Cast, client: FlaskClient) -> None:
    inquiry = asked(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    token = csrf(app, client)
    data = {"files": (io.BytesIO(PDF), "طلب.pdf"), "csrf_token": token}
    assert client.post(f"/inquiries/{inquiry.id}/files", data=data).status_code == 303
    [row] = every(Attachment)
    assert "طلب.pdf" in client.get(f"/inquiries/{inquiry.id}/files").get_data(as_text=True)
    assert f"/inquiries/{inquiry.id}/files" in client.get(f"/inquiries/{inquiry.id}").get_data(as_text=True)

    answer = client.get(f"/inquiries/{inquiry.id}/files/{row.id}")
    assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    lie = {"files": (io.BytesIO(b"MZ\x90\0"), "cute.jpg"), "csrf_token": token}
    refused = client.post(f"/inquiries/{inquiry.id}/files", data=lie)
    assert (refused.status_code, "cute.jpg" in refused.get_data(as_text=True)) == (422, True)


def test_an_inquiry_is_entered_with_its_files_or_not_at_all(
    app: Flask, reference_data: Cast, client: FlaskClient
) -> None:
    sign_in(client, reference_data["px_coordinator"])
    data = {"words": "متى؟", "contact_name": "Huda", "contact_phone": "0501112233", "csrf_token": csrf(app, client)}
    lie = client.post("/inquiries/", data={**data, "files": (io.BytesIO(b"MZ\x90\0"), "x.jpg")})
    assert (lie.status_code, every(Inquiry), every(Attachment)) == (422, [], [])

    sent = [(io.BytesIO(photo()), "card.jpg"), (io.BytesIO(PDF), "form.pdf")]
    assert client.post("/inquiries/", data={**data, "files": sent}).status_code == 303
    rows = every(Attachment)
    assert [(each.name, each.about_type) for each in rows] == [("card.jpg", "inquiry"), ("form.pdf", "inquiry")]
    assert b"SecretPhone" not in files.read(rows[0].path)


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("outsider", 404), ("source_user", 404), ("staff", 403)])
def test_who_may_not_know_who_asks_gets_no_file(
    reference_data: Cast, client: FlaskClient, who: str, status: int
) -> None:
    row = attached(reference_data)
    sign_in(client, reference_data[who])
    for path in (f"/inquiries/{row.about_id}/files/{row.id}", f"/inquiries/{row.about_id}/files"):
        assert client.get(path).status_code == status
    root = f"/api/complaints/inquiries/{row.about_id}/attachments/"
    for path in (root, f"{root}{row.id}/content/"):
        assert client.get(path, headers=bearer(reference_data[who])).status_code == status


def test_a_partners_desk_reads_its_own_files_only(reference_data: Cast, client: FlaskClient) -> None:
    own = attached(reference_data, by="source_user")
    inquiry = every(Inquiry)[0]
    theirs = attached(reference_data, VIRUS, "office.pdf", inquiry=inquiry)
    sign_in(client, reference_data["source_user"])
    panel = client.get(f"/inquiries/{inquiry.id}/files").get_data(as_text=True)
    assert ("paper.pdf" in panel, "office.pdf" in panel) == (True, False)
    assert client.get(f"/inquiries/{inquiry.id}/files/{own.id}").status_code == 200
    assert client.get(f"/inquiries/{inquiry.id}/files/{theirs.id}").status_code == 404


def test_a_file_is_had_through_its_own_inquiry_only(reference_data: Cast, client: FlaskClient) -> None:
    row, other = attached(reference_data), asked(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    assert client.get(f"/inquiries/{other.id}/files/{row.id}").status_code == 404
    assert client.get(f"/complaints/{row.about_id}/files/{row.id}").status_code == 404


def test_another_system_sends_lists_and_gets_files(reference_data: Cast, client: FlaskClient) -> None:
    inquiry, keys = asked(reference_data), bearer(reference_data["px_coordinator"])
    root = f"/api/complaints/inquiries/{inquiry.id}/attachments/"
    made = client.post(f"{root}?name=form", data=PDF, headers=keys, content_type="application/pdf")
    assert (made.status_code, made.json["name"], made.json["media_type"]) == (201, "form.pdf", "application/pdf")
    assert client.get(root, headers=keys).json["count"] == 1
    assert client.get(f"{root}{made.json['id']}/content/", headers=keys).data == PDF
    refused = client.post(root, data=b"MZ", headers=keys, content_type="application/pdf")
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["files"])


def test_pictures_are_shown_small_once_the_scanner_spoke_and_a_virus_is_told_to_the_owner(
    reference_data: Cast, client: FlaskClient, scanner: None, drain: Callable[[], int]
) -> None:
    good, bad = attached(reference_data, photo(), "card.jpg"), attached(reference_data, VIRUS)
    sign_in(client, reference_data["px_coordinator"])
    address = f"/inquiries/{good.about_id}/files/{good.id}"
    assert (client.get(address).status_code, client.get(f"{address}/preview").status_code) == (409, 404)
    jobs.scan_attachments()
    drain()

    small = client.get(f"{address}/preview")
    assert (client.get(address).status_code, small.status_code, small.mimetype) == (200, 200, "image/webp")
    assert client.get(f"/inquiries/{bad.about_id}/files/{bad.id}").status_code == 409
    assert [each.about_id for each in every(Notification, Notification.kind == "inquiries/virus")] == [bad.about_id]


def test_the_complaint_that_an_inquiry_becomes_has_its_files_too_but_none_that_is_held_back(
    reference_data: Cast, client: FlaskClient, scanner: None
) -> None:
    clean = attached(reference_data, name="form.pdf", by="source_user")
    [inquiry] = every(Inquiry)
    attached(reference_data, VIRUS, "virus.pdf", inquiry=inquiry)
    jobs.scan_attachments()
    attached(reference_data, photo(), "card.jpg", inquiry=inquiry)
    [inquiry] = every(Inquiry)
    complaint_id = take(reference_data, inquiry, "convert").complaint_id

    carried = every(Attachment, Attachment.about_id == complaint_id)
    assert [(each.name, each.state, each.about_type) for each in carried] == [
        ("form.pdf", FileState.CLEAN, "complaint"),
        ("card.jpg", FileState.WAITING, "complaint"),
    ]
    assert (carried[0].sha256, carried[0].added_by_id) == (clean.sha256, clean.added_by_id)
    assert carried[0].path != clean.path and files.read(carried[0].path) == PDF
    assert len(every(Attachment, Attachment.about_id == inquiry.id)) == 3, "the inquiry keeps what it had"
    sign_in(client, reference_data["px_coordinator"])
    assert client.get(f"/complaints/{complaint_id}/files/{carried[0].id}").data == PDF


def test_an_erased_patient_leaves_no_bytes_on_the_inquiry_nor_on_the_complaint_that_it_became(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    inquiry = asked(reference_data, patient_id=patient.id, contact_name="")
    attached(reference_data, name="Mohammed.pdf", inquiry=inquiry)
    other = attached(reference_data, VIRUS, "other.pdf")
    take(reference_data, every(Inquiry, Inquiry.id == inquiry.id)[0], "convert")
    paths = [each.path for each in every(Attachment, Attachment.id != other.id)]
    with acting_as(SYSTEM), unit_of_work():
        record(PatientErased(patient.id, patient.hospital_id), actor=SYSTEM)
    drain()

    erased = every(Attachment, Attachment.id != other.id)
    assert [(each.path, each.name, each.state) for each in erased] == [("", "file.pdf", FileState.ERASED)] * 2
    assert len(paths) == 2 and not any((files.data_dir() / path).exists() for path in paths)
    assert (files.data_dir() / other.path).exists()


def test_a_file_that_is_carried_over_outlives_the_one_that_it_came_from(reference_data: Cast) -> None:
    row = attached(reference_data)
    again = files.put_again(row.path, folder=keeping.FOLDER)
    files.remove(row.path)
    assert files.read(again) == PDF
    with acting_as(SYSTEM), pytest.raises(Conflict):
        row.state = FileState.QUARANTINED
        keeping.take(row.id, about_id=row.about_id, actor=SYSTEM)


def test_a_file_whose_bytes_are_gone_does_not_keep_an_inquiry_from_becoming_a_complaint(reference_data: Cast) -> None:
    inquiry = asked(reference_data)
    gone = attached(reference_data, name="gone.pdf", inquiry=inquiry)
    attached(reference_data, PDF + b"2", "there.pdf", inquiry=inquiry)
    files.remove(gone.path)

    complaint_id = take(reference_data, every(Inquiry, Inquiry.id == inquiry.id)[0], "convert").complaint_id

    assert [each.name for each in every(Attachment, Attachment.about_id == complaint_id)] == ["there.pdf"]
