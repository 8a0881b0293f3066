"""An administrator brings patients from a file: the check first, in their language, then the writing by a real worker."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import Workbook
from playwright.sync_api import Browser

from app.organizations.models import Patient
from tests.browser.conftest import check_accessible, sign_in, speaking
from tests.faults.stack import Stack

CHOICE = {"ar": "اختر ملفًا", "en": "Choose a file"}
HEADINGS = {
    "ar": ["رقم الملف", "الاسم بالعربية", "الجوال", "تاريخ الميلاد"],
    "en": ["File number", "Name in Arabic", "Mobile phone", "Birth date"],
}


def workbook(path: Path, language: str, start: int) -> Path:
    """Write two good rows, one with Arabic digits and a Hijri date, and one whose phone can not be read."""
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HEADINGS[language])
    sheet.append([f"{start}", "محمد سعد الحربي", "0501112233", "1990-04-25"])
    sheet.append([f"{start + 1}", "نورة فهد القحطاني", "٠٥٠٧٦٥٤٣٢١", "1410-09-30"])
    sheet.append([f"{start + 2}", "سارة", "12", ""])
    book.save(path)
    return path


@pytest.mark.parametrize(("language", "start"), [("ar", 81001), ("en", 82001)])
def test_rows_are_checked_before_they_are_written(
    browser: Browser, stack: Stack, tmp_path: Path, language: str, start: int
) -> None:
    desk = speaking(browser, language)
    sign_in(desk, stack, "hospital_admin", language)
    desk.goto(f"{stack.address}/admin/patients/import")
    check_accessible(desk)
    assert desk.inner_text(".file-face") == CHOICE[language]
    desk.set_input_files("input[type=file]", workbook(tmp_path / "patients.xlsx", language, start))
    assert desk.inner_text(".file-names") == "patients.xlsx"
    desk.click("#upload button.btn-primary")
    desk.wait_for_selector("#problems", timeout=60_000)  # the page follows the worker's check by itself
    check_accessible(desk)
    assert desk.locator("html").get_attribute("dir") == ("rtl" if language == "ar" else "ltr")
    problems = desk.locator("#problems tbody tr")
    assert problems.count() == 1
    assert problems.first.locator("td").first.inner_text().strip() == "4"
    assert stack.rows(Patient, mrn=str(start)) == []

    desk.check("input[name=only_good]")
    desk.click("#run button.btn-primary")
    stack.wait("the rows", lambda: stack.rows(Patient, mrn=str(start + 1)))
    written = {each.mrn: each for number in range(3) for each in stack.rows(Patient, mrn=str(start + number))}
    assert sorted(written) == [str(start), str(start + 1)]
    assert written[str(start + 1)].phone_e164 == "+966507654321"
    assert written[str(start + 1)].birth_date.isoformat() == "1990-04-25"
    desk.wait_for_selector("#run .px-alert[data-tone=success]")
    assert desk.problems == []  # type: ignore[attr-defined]
