"""Files of a complaint: what is taken and what is refused, what is taken off, who may have them, the scanner, and erasure."""

from __future__ import annotations

import base64
import io
import os
import socketserver
import struct
import threading
import zipfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from PIL import Image
from werkzeug.datastructures import FileStorage

from app.complaints.casework import filing
from app.complaints.models import Complaint, ComplaintNote, ComplaintPaper, ComplaintPoint, Explanation
from app.core import files
from app.core.access.actor import acting_as, system_actor
from app.core.attachments import jobs, keeping, kinds
from app.core.attachments.models import Attachment, FileState
from app.core.db import db, unit_of_work
from app.core.errors import Conflict, Invalid
from app.core.jobs import queues
from app.core.time import clock
from app.notifications.models import Notification
from app.organizations.events import PatientErased
from app.organizations.models import Patient
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints.conftest import WORDS, received

SYSTEM = system_actor("a test of files")
PDF = b"%PDF-1.7\n" + b"0" * 200
VIRUS = PDF + b"EICAR"
# red, 40 x 20, taken with the SecretPhone held upright: what an iPhone sends by e-mail
HEIC = base64.b64decode("""
AAAAHGZ0eXBoZWljAAAAAG1pZjFoZWljbWlhZgAAAcdtZXRhAAAAAAAAACFoZGxyAAAAAAAAAABwaWN0AAAAAAAAAAAAAAAAAAAAADRpbG9jAA
AAAERAAAIAAQAAAAAB6wABAAAAAAAAADUAAgAAAAACIAABAAAAAAAAADwAAAA4aWluZgAAAAAAAgAAABVpbmZlAgAAAAABAABodmMxAAAAABVp
bmZlAgAAAQACAABFeGlmAAAAAA5waXRtAAAAAAABAAABBmlwcnAAAADlaXBjbwAAAHVodmNDAQNwAAAAkAAAAAAAHvAA/P34+AAADwNgAAEAGE
ABDAH//wNwAAADAJAAAAMAAAMAHroCQGEAAQApQgEBA3AAAAMAkAAAAwAAAwAeoCCBBZbqrprm4CGgwIAAAAyAAAADAIRiAAEABkQBwXPBiQAA
ABNjb2xybmNseAABAA0ABoAAAAAUaXNwZQAAAAAAAABAAAAAQAAAAChjbGFwAAAAKAAAAAEAAAAUAAAAAf///+gAAAAC////1AAAAAIAAAAQcG
l4aQAAAAADCAgIAAAACWlyb3QDAAAAGWlwbWEAAAAAAAAAAQABBoECAwWEhgAAABppcmVmAAAAAAAAAA5jZHNjAAIAAQABAAAAeW1kYXQAAAAx
KAGvCchaGNA5I1d//96Df//bZWh/WqrtWfxOv6DsZTrKQ59EsZPOO74MgIeDuF7LcAAAAAZFeGlmAABNTQAqAAAACAACAQ8AAgAAAAwAAAAmAR
IAAwAAAAEABgAAAAAAAFNlY3JldFBob25lAA==
""")


def photo(form: str = "JPEG", **extra: Any) -> bytes:
    """A picture that says where and with what it was taken, lying on its side."""
    exif = Image.Exif()
    exif[0x0112], exif[0x010F], exif[0x8825] = 6, "SecretPhone", {1: "N", 2: (24.0, 43.0, 0.0)}
    target = io.BytesIO()
    Image.new("RGB", (40, 20), "red").save(target, form, exif=exif, **extra)
    return target.getvalue()


def office(*names: str) -> bytes:
    """An office file with these parts."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        for name in ("word/document.xml", *names):
            archive.writestr(name, "<w/>" * 4000)
    return target.getvalue()


def upload(data: bytes, name: str = "paper.pdf") -> FileStorage:
    """What a form brings."""
    return FileStorage(io.BytesIO(data), filename=name)


def every(model: type, *where: Any) -> list[Any]:
    """Every row of a table, oldest first."""
    with acting_as(SYSTEM):
        return list(db.session.execute(sa.select(model).where(*where).order_by(model.created_at)).scalars())  # type: ignore[attr-defined]


def attached(cast: Cast, data: bytes = PDF, name: str = "paper.pdf", by: str = "px_coordinator") -> Attachment:
    """A file of a new complaint."""
    actor = cast.actor(by)
    complaint = received(cast, by)
    with acting_as(actor):
        return filing.attach("complaint", complaint.id, keeping.look_at([upload(data, name)]), actor=actor).rows[0]


@pytest.mark.parametrize("form", ["JPEG", "PNG", "WEBP"])
def test_a_picture_keeps_its_pixels_and_loses_place_time_and_device(reference_data: Cast, form: str) -> None:
    row = attached(reference_data, photo(form), "IMG_1.jpg")
    kept = files.read(row.path)
    with Image.open(io.BytesIO(kept)) as image:
        assert (image.size, dict(image.getexif())) == ((20, 40), {})  # upright, as the camera meant it
    assert b"SecretPhone" not in kept
    assert row.name == f"IMG_1.{kinds.ENDINGS[f'image/{form.lower()}']}"
    assert row.sha256 != row.received_sha256


def test_a_picture_of_an_iphone_is_kept_as_one_that_every_browser_draws(reference_data: Cast) -> None:
    row = attached(reference_data, HEIC, "IMG_2.HEIC")
    kept = files.read(row.path)
    with Image.open(io.BytesIO(kept), formats=["JPEG"]) as image:
        assert (image.size, dict(image.getexif())) == ((20, 40), {})
        red, green, _blue = image.getpixel((10, 20))  # type: ignore[misc]
        assert red > 200 and green < 60  # type: ignore[operator]
    assert b"SecretPhone" in HEIC and b"SecretPhone" not in kept
    assert (row.name, row.media_type) == ("IMG_2.jpg", "image/jpeg")
    assert "heic" not in kinds.ACCEPT  # a phone converts what a form does not name


def test_a_moving_picture_keeps_moving(reference_data: Cast) -> None:
    target = io.BytesIO()
    frames = [Image.new("L", (8, 8), number * 100) for number in range(3)]
    frames[0].save(target, "GIF", save_all=True, append_images=frames[1:], comment=b"SecretPhone")
    kept = files.read(attached(reference_data, target.getvalue(), "x.gif").path)
    with Image.open(io.BytesIO(kept)) as image:
        assert image.n_frames == 3
    assert b"SecretPhone" not in kept


@pytest.mark.parametrize(
    ("data", "name"),
    [
        (b"", "empty.pdf"),
        (b"MZ\x90\0 a program", "holiday.jpg"),
        (b"<svg onload=alert(1)>", "x.svg"),
        (b"<html><script>alert(1)</script>", "x.pdf"),
        (HEIC[:300], "broken.heic"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 64, "broken.png"),
        (office("word/vbaProject.bin"), "macro.docx"),
        (b"plain words", "notes.txt"),
    ],
)
def test_what_lies_about_its_type_or_carries_a_program_is_refused_and_nothing_is_kept(
    app: Flask, reference_data: Cast, data: bytes, name: str
) -> None:
    before = sum(len(names) for _path, _folders, names in os.walk(files.data_dir()))
    with pytest.raises(Invalid) as refusal:
        keeping.look_at([upload(data, name)])
    assert name in str(refusal.value.fields["files"][0])
    assert sum(len(names) for _path, _folders, names in os.walk(files.data_dir())) == before


def test_an_office_file_without_programs_is_taken(reference_data: Cast) -> None:
    assert attached(reference_data, office(), "letter.doc").name == "letter.docx"


def test_size_and_number_are_bounded_and_the_same_bytes_are_one_file(
    reference_data: Cast, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_BYTES", len(PDF))
    monkeypatch.setattr(keeping, "MOST_OF_A_CASE", 3)
    with pytest.raises(Invalid):
        keeping.look_at([upload(PDF + b"1")])
    with pytest.raises(Invalid):
        keeping.look_at([upload(PDF)] * 6)
    actor, complaint = reference_data.actor("px_coordinator"), received(reference_data)
    with acting_as(actor):
        for _time in range(2):
            filing.attach(
                "complaint", complaint.id, keeping.look_at([upload(PDF), upload(PDF, "again.pdf")]), actor=actor
            )
        assert len(every(Attachment)) == 1
        more = [upload(PDF[:-1] + bytes([number])) for number in range(3)]
        with pytest.raises(Invalid):
            filing.attach("complaint", complaint.id, keeping.look_at(more), actor=actor)
    db.session.rollback()
    assert len(every(Attachment)) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\scans\\a.pdf", "a.pdf"),
        ("تقرير.pdf", "تقرير.pdf"),
        ('"><img>.pdf', "img.pdf"),
        (".pdf", "file.pdf"),
        ("x\u202efdp.exe", "xfdp.pdf"),
    ],
)
def test_a_name_is_only_a_name(name: str, kept: str) -> None:
    assert kinds.named(name, "application/pdf") == kept


def test_staff_add_and_open_files_on_the_page(app: Flask, reference_data: Cast, client: FlaskClient) -> None:
    complaint = received(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    token = csrf(app, client)
    data = {"files": (io.BytesIO(PDF), "تقرير.pdf"), "csrf_token": token}
    assert client.post(f"/complaints/{complaint.id}/files", data=data).status_code == 303
    panel = client.get(f"/complaints/{complaint.id}/files").get_data(as_text=True)
    [row] = every(Attachment)
    assert "تقرير.pdf" in panel

    answer = client.get(f"/complaints/{complaint.id}/files/{row.id}")
    assert (answer.data, answer.mimetype) == (PDF, "application/pdf")
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    lie = {"files": (io.BytesIO(b"MZ\x90\0"), "cute.jpg"), "csrf_token": token}
    refused = client.post(f"/complaints/{complaint.id}/files", data=lie)
    assert (refused.status_code, "cute.jpg" in refused.get_data(as_text=True)) == (422, True)


@pytest.mark.parametrize(("who", "status"), [("viewer", 403), ("outsider", 404), ("source_user", 404), ("staff", 403)])
def test_who_may_not_know_the_complainant_gets_no_file(
    reference_data: Cast, client: FlaskClient, who: str, status: int
) -> None:
    row = attached(reference_data)
    sign_in(client, reference_data[who])
    for path in (f"/complaints/{row.about_id}/files/{row.id}", f"/complaints/{row.about_id}/files"):
        assert client.get(path).status_code == status


def test_a_file_is_had_through_its_own_complaint_only(reference_data: Cast, client: FlaskClient) -> None:
    row, other = attached(reference_data), received(reference_data)
    sign_in(client, reference_data["px_coordinator"])
    assert client.get(f"/complaints/{other.id}/files/{row.id}").status_code == 404


def test_a_partners_desk_adds_to_what_it_entered(reference_data: Cast) -> None:
    assert attached(reference_data, by="source_user").added_by_id == reference_data["source_user"].id


def test_who_complains_sends_pictures_with_the_words(reference_data: Cast, client: FlaskClient) -> None:
    queues.redis_client().flushdb()
    data = {"hospital_id": reference_data.a.id, "words": WORDS, "contact_phone": "0501112233", "lang": "en"}
    lie = client.post("/c/", data={**data, "files": (io.BytesIO(b"MZ\x90\0"), "x.jpg")})
    html = lie.get_data(as_text=True)
    assert (lie.status_code, 'id="files-error"' in html, WORDS in html) == (422, True, True)
    assert every(Complaint) == []

    files_sent = [(io.BytesIO(photo()), "room.jpg"), (io.BytesIO(PDF), "bill.pdf")]
    assert client.post("/c/", data={**data, "files": files_sent}).status_code == 303
    assert [(each.name, each.added_by_id) for each in every(Attachment)] == [("room.jpg", None), ("bill.pdf", None)]


def test_another_system_sends_lists_and_gets_files(reference_data: Cast, client: FlaskClient) -> None:
    complaint = received(reference_data)
    keys = bearer(reference_data["px_coordinator"])
    root = f"/api/complaints/complaints/{complaint.id}/attachments/"
    made = client.post(f"{root}?name=bill", data=PDF, headers=keys, content_type="application/pdf")
    assert (made.status_code, made.json["name"], made.json["media_type"]) == (201, "bill.pdf", "application/pdf")
    assert client.get(root, headers=keys).json["count"] == 1
    assert client.get(f"{root}{made.json['id']}/content/", headers=keys).data == PDF
    refused = client.post(root, data=b"MZ", headers=keys, content_type="application/pdf")
    assert (refused.status_code, list(refused.json["error"]["fields"])) == (422, ["files"])
    assert client.get(root, headers=bearer(reference_data["outsider"])).status_code == 404


class Clamd(socketserver.BaseRequestHandler):
    """Answers as ClamAV does: what holds EICAR is found."""

    def handle(self) -> None:
        """Take one stream."""
        line = self.request.makefile("rb")
        assert line.read(10) == b"zINSTREAM\0"
        data = b""
        while size := struct.unpack("!I", line.read(4))[0]:
            data += line.read(size)
        self.request.sendall(b"stream: Eicar FOUND\0" if b"EICAR" in data else b"stream: OK\0")


@pytest.fixture
def scanner(app: Flask) -> Iterator[None]:
    """A scanner on a real socket, which this installation uses."""
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Clamd) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        app.config["SCANNER_URL"] = f"tcp://127.0.0.1:{server.server_address[1]}"
        yield
        server.shutdown()
    app.config["SCANNER_URL"] = ""


def test_nothing_is_given_out_before_the_scanner_spoke_and_a_virus_never(
    reference_data: Cast, client: FlaskClient, scanner: None, drain: Callable[[], int]
) -> None:
    good, bad = attached(reference_data), attached(reference_data, VIRUS)
    sign_in(client, reference_data["px_coordinator"])
    assert client.get(f"/complaints/{good.about_id}/files/{good.id}").status_code == 409
    jobs.scan_attachments()
    drain()

    assert [each.state for each in every(Attachment)] == [FileState.CLEAN, FileState.QUARANTINED]
    assert client.get(f"/complaints/{good.about_id}/files/{good.id}").status_code == 200
    assert client.get(f"/complaints/{bad.about_id}/files/{bad.id}").status_code == 409
    assert [each.about_id for each in every(Notification, Notification.kind == "complaints/virus")] == [bad.about_id]


def test_while_the_scanner_is_away_files_wait(app: Flask, reference_data: Cast, scanner: None) -> None:
    address, app.config["SCANNER_URL"] = app.config["SCANNER_URL"], "tcp://127.0.0.1:1"
    row = attached(reference_data)
    jobs.scan_attachments()
    assert every(Attachment)[0].state == FileState.WAITING
    with acting_as(SYSTEM), pytest.raises(Conflict):
        keeping.take(row.id, about_id=row.about_id, actor=SYSTEM)
    app.config["SCANNER_URL"] = address
    jobs.scan_attachments()
    assert every(Attachment)[0].state == FileState.CLEAN


def test_an_erased_patient_leaves_no_word_in_anything_that_belongs_to_the_complaint(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    from app.complaints.explanations.services import Question, ask
    from app.core.events import record
    from tests.complaints.test_papers import issue, judged

    complaint = judged(reference_data, patient_id=patient.id, contact_name="Secret", words="Secret words")
    actor = reference_data.actor("px_coordinator")
    with acting_as(actor):
        ask(complaint.id, reference_data["physician"].id, Question("Secret?", "Secret extract"), actor=actor)
    issue(reference_data, every(Complaint)[0])
    with acting_as(SYSTEM), unit_of_work():
        record(PatientErased(patient.id, patient.hospital_id), actor=SYSTEM)
    drain()
    texts = [
        str(vars(row))
        for model in (Complaint, ComplaintNote, ComplaintPoint, Explanation, ComplaintPaper)
        for row in every(model)
    ]
    assert len(texts) >= 5
    for secret in ("Secret", "زدنا عدد الأطباء", "طول الانتظار", "قال إنه انتظر"):
        assert not [text for text in texts if secret in text], secret


def test_an_erased_patient_leaves_no_bytes_and_left_over_bytes_are_swept(
    reference_data: Cast, patient: Patient, drain: Callable[[], int]
) -> None:
    from app.core.events import record

    actor, complaint = reference_data.actor("px_coordinator"), received(reference_data, patient_id=patient.id)
    with acting_as(actor):
        [row] = filing.attach(
            "complaint", complaint.id, keeping.look_at([upload(PDF, "Mohammed.pdf")]), actor=actor
        ).rows
    path = row.path
    left = files.put(PDF, folder=keeping.FOLDER, media_type="application/pdf").path
    other = attached(reference_data, VIRUS).path
    with acting_as(SYSTEM), unit_of_work():
        record(PatientErased(patient.id, patient.hospital_id), actor=SYSTEM)
    drain()
    [erased] = every(Attachment, Attachment.id == row.id)
    assert (erased.path, erased.name, erased.state) == ("", "file.pdf", FileState.ERASED)
    assert not (files.data_dir() / path).exists()

    jobs.sweep_left_over_files()
    assert (files.data_dir() / left).exists()  # may belong to a request that is still running
    before_yesterday = (clock.now() - timedelta(days=2)).timestamp()
    for lying in (left, other):
        os.utime(files.data_dir() / lying, (before_yesterday, before_yesterday))
    jobs.sweep_left_over_files()
    assert not (files.data_dir() / left).exists()
    assert (files.data_dir() / other).exists()
