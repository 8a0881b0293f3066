"""A partner's desk: what it entered, and of the office's work the answer only."""

from __future__ import annotations

import io

from flask.testing import FlaskClient

from app.complaints import jobs
from app.complaints.casework import filing
from app.complaints.inquiries.services import writing as inquiry_writing
from app.complaints.models import Complaint
from app.complaints.papers import services as papers
from app.complaints.papers.services import LetterFacts
from app.complaints.points import services as points
from app.complaints.points.services import PointFacts
from app.complaints.services import writing
from app.core.access.actor import acting_as
from app.core.attachments import keeping
from app.core.attachments.models import Attachment
from tests.cast import Cast, bearer, csrf, sign_in
from tests.complaints import inquiring
from tests.complaints.conftest import received, step
from tests.complaints.test_files import PDF, upload
from tests.complaints.test_points_and_explanations import asked

SECRET = "the surgeon is known for this"
TOLD = "we shall call you on Sunday"


def of_the_desk(cast: Cast) -> Complaint:
    """A complaint that the desk entered."""
    return received(cast, by="source_user", channel="partner", contact_name="Ali", contact_phone="0501112299")


def page_of(client: FlaskClient, cast: Cast, who: str, address: str) -> str:
    """A page as a person sees it."""
    return sign_in(client, cast[who]).get(address).text


def add_file(cast: Cast, complaint: Complaint, by: str) -> Attachment:
    """A file that a person adds; each has bytes of its own."""
    actor = cast.actor(by)
    with acting_as(actor):
        file = keeping.look_at([upload(PDF + by.encode(), "paper.pdf")])
        return filing.attach("complaint", complaint.id, file, actor=actor).rows[0]


def test_it_reads_the_messages_to_who_complained_and_no_note_of_the_office(
    reference_data: Cast, client: FlaskClient
) -> None:
    own, officer = of_the_desk(reference_data), reference_data.actor("px_coordinator")
    with acting_as(officer):
        writing.add_note(own.id, SECRET, actor=officer)
        writing.add_note(own.id, TOLD, kind="message", actor=officer)
    seen = {
        who: [text in page_of(client, reference_data, who, f"/complaints/{own.id}") for text in (SECRET, TOLD)]
        for who in ("source_user", "px_coordinator", "viewer")
    }

    assert seen == {"source_user": [False, True], "px_coordinator": [True, True], "viewer": [False, False]}


def test_it_reads_no_note_on_an_inquiry_of_its_own(reference_data: Cast, client: FlaskClient) -> None:
    own, officer = inquiring.asked(reference_data, by="source_user"), reference_data.actor("px_coordinator")
    with acting_as(officer):
        inquiry_writing.add_note(own.id, SECRET, actor=officer)

    assert SECRET not in page_of(client, reference_data, "source_user", f"/inquiries/{own.id}")
    assert SECRET in page_of(client, reference_data, "px_coordinator", f"/inquiries/{own.id}")


def test_it_does_not_learn_who_was_asked_to_explain(reference_data: Cast, client: FlaskClient) -> None:
    own = of_the_desk(reference_data)
    asked(reference_data, own)

    assert "Physician" not in page_of(client, reference_data, "source_user", f"/complaints/{own.id}")
    assert "Physician" in page_of(client, reference_data, "px_coordinator", f"/complaints/{own.id}")


def test_it_has_its_own_files_and_no_other(reference_data: Cast, client: FlaskClient) -> None:
    own = of_the_desk(reference_data)
    mine, theirs = add_file(reference_data, own, "source_user"), add_file(reference_data, own, "px_coordinator")
    api, headers = f"/api/complaints/complaints/{own.id}/attachments/", bearer(reference_data["source_user"])
    found = client.get(api, headers=headers).json
    codes = [client.get(f"{api}{each.id}/content/", headers=headers).status_code for each in (mine, theirs)]
    sign_in(client, reference_data["source_user"])
    codes += [client.get(f"/complaints/{own.id}/files/{each.id}").status_code for each in (mine, theirs)]

    assert [each["id"] for each in found["results"]] == [str(mine.id)]
    assert codes == [200, 404, 200, 404]


def test_it_is_told_that_a_file_is_already_there_and_nothing_else_of_it(
    reference_data: Cast, client: FlaskClient
) -> None:
    own, officer = of_the_desk(reference_data), reference_data.actor("px_coordinator")
    with acting_as(officer):
        theirs = filing.attach(
            "complaint", own.id, keeping.look_at([upload(PDF, "Secret name.pdf")]), actor=officer
        ).rows[0]
    api, headers = (
        f"/api/complaints/complaints/{own.id}/attachments/?name=mine.pdf",
        bearer(reference_data["source_user"]),
    )
    refused = client.post(api, data=PDF, headers=headers)
    sign_in(client, reference_data["source_user"])
    shown = {}
    for what, sent in (("same", [PDF]), ("both", [PDF, PDF + b"1"]), ("new", [PDF + b"2"])):
        files = [(io.BytesIO(data), "mine.pdf") for data in sent]
        form = {"csrf_token": csrf(client.application, client), "files": files}
        shown[what] = client.post(f"/complaints/{own.id}/files", data=form, follow_redirects=True).text
    panel = client.get(f"/complaints/{own.id}/files").text

    assert (refused.status_code, refused.json["error"]["code"]) == (409, "already_there")
    assert "This file is already with the case." in shown["same"]
    assert "Files saved; 1 of them was already with the case." in shown["both"]
    assert "Files saved." in shown["new"]
    for text in (refused.text, panel, *shown.values()):
        assert "Secret name" not in text and str(theirs.id) not in text
    assert panel.count("mine.pdf") == 2


def test_the_office_gets_the_file_that_is_there(reference_data: Cast, client: FlaskClient) -> None:
    own = of_the_desk(reference_data)
    first = add_file(reference_data, own, "source_user")
    api = f"/api/complaints/complaints/{own.id}/attachments/?name=again.pdf"
    answer = client.post(api, data=PDF + b"source_user", headers=bearer(reference_data["px_coordinator"]))

    assert (answer.status_code, answer.json["id"], answer.json["name"]) == (201, str(first.id), "paper.pdf")


def test_it_has_the_letter_and_not_the_case_pack(reference_data: Cast, client: FlaskClient) -> None:
    own, officer = of_the_desk(reference_data), reference_data.actor("px_coordinator")
    for verb in ("activate", "start"):
        own = step(reference_data, own, verb)
    with acting_as(officer):
        points.add(own.id, PointFacts("Waiting", finding="upheld", answer="We are sorry."), actor=officer)
        papers.issue_letter(
            own.id, LetterFacts("en", "Hello.", "Bye.", "Mona", "Head"), version=own.version, actor=officer
        )
        papers.make_pack(own.id, "en", actor=officer)
    jobs.draw_papers()
    with acting_as(officer):
        file_of = {each.kind: each.attachment_id for each in papers.papers_of(own.id)}
    codes = {}
    sign_in(client, reference_data["source_user"])
    for kind, file_id in file_of.items():
        codes[kind] = client.get(f"/complaints/{own.id}/files/{file_id}").status_code
    panel = client.get(f"/complaints/{own.id}/files").text

    assert codes == {"letter": 200, "pack": 404}
    assert ("Letter 1" in panel, "Case pack" in panel) == (True, False)


def test_it_is_told_of_a_merge_and_not_led_into_what_it_may_not_see(reference_data: Cast, client: FlaskClient) -> None:
    own, other = of_the_desk(reference_data), received(reference_data)
    step(reference_data, own, "merge", other=other.reference)

    page = page_of(client, reference_data, "source_user", f"/complaints/{own.id}")
    assert (other.reference in page, f"/complaints/{other.id}" in page) == (True, False)
