"""The page of a patient: stored codes stand there in the reader's language."""

from __future__ import annotations

from datetime import date

import pytest
from flask.testing import FlaskClient

from app.core.access.actor import acting_as
from app.core.db import db, unit_of_work
from app.organizations.models import Patient
from tests.cast import Cast, sign_in


@pytest.mark.parametrize(("language", "word"), [("ar", "الأب"), ("en", "Father")])
@pytest.mark.parametrize("relation", ["father", "aunt"])
def test_the_guardians_relation_is_told_in_the_readers_language(
    cast: Cast, client: FlaskClient, language: str, word: str, relation: str
) -> None:
    child = Patient(
        hospital_id=cast.a.id, mrn="5", name_en="Sami", name_ar="سامي", birth_date=date(2020, 1, 1),
        guardian_name="Ali", guardian_phone_e164="+966501112233", guardian_relation=relation,
    )  # fmt: skip
    with acting_as(cast.actor("px_coordinator")), unit_of_work():
        db.session.add(child)
        db.session.flush()
    sign_in(client, cast["px_coordinator"])
    client.set_cookie("px_lang", language)

    html = client.get(f"/patients/{child.id}").get_data(as_text=True)

    assert (f"<bdi>{word}</bdi>" in html) == (relation == "father")
    assert ("<bdi>aunt</bdi>" in html) == (relation == "aunt")  # what no table knows stands as it was sent
