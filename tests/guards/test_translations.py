"""The Arabic catalogue is whole: nothing missing, empty, fuzzy or with other placeholders than the English."""

from __future__ import annotations

import re

from flask import Flask
from flask_babel import force_locale, gettext, ngettext

from app.core import translations
from app.surveys.enums import InstanceState

ISO_DATE = re.compile(r"\d{4}-\d{2}-\d{2}[T\d:+]*")


def test_every_sentence_stands_in_arabic() -> None:
    assert [f"{each.what}: {each.message}" for each in translations.problems()] == []


def test_the_compiled_catalogue_speaks(app: Flask) -> None:
    with app.test_request_context(), force_locale("ar"):
        assert gettext("Sign in") == "تسجيل الدخول"
        assert ngettext("%(num)s answer", "%(num)s answers", 2) == "إجابتان"
        assert ngettext("%(num)s answer", "%(num)s answers", 7) == "7 إجابات"


def test_english_is_the_source(app: Flask) -> None:
    with app.test_request_context(), force_locale("en"):
        assert ngettext("%(num)s answer", "%(num)s answers", 1) == "1 answer"


def test_a_date_in_digits_is_not_turned_around_by_the_arabic_before_it() -> None:
    """After Arabic letters 1990-04-25 is drawn from its end, unless marks isolate it."""
    loose = [
        f"{message.id}"
        for message in translations.catalogue()
        if message.id and isinstance(message.string, str)
        for found in ISO_DATE.finditer(message.string)
        if message.string[: found.start()][-1:] != "\u2066" or message.string[found.end() :][:1] != "\u2069"
    ]

    assert loose == []


def test_words_with_a_context_are_found_and_spoken(app: Flask) -> None:
    with app.test_request_context(), force_locale("ar"):
        assert str(InstanceState.COMPLETED.label) == "مكتملة"
