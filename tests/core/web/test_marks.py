"""Small marks and addresses of files: kept from page to page, and right on each."""

from __future__ import annotations

from flask import Flask, render_template_string
from markupsafe import Markup

from app.complaints.enums import ComplaintStatus
from app.core.i18n import in_language
from app.core.web import marks
from app.core.web.assets import asset, icon


def test_files_and_icons_stand_below_the_root_at_which_the_request_found_us(app: Flask) -> None:
    for root in ("", "/px", ""):
        with app.test_request_context("/", environ_overrides={"SCRIPT_NAME": root}):
            assert asset("css/app.css").startswith(f"{root}/static/css/app.css?v=")
            assert f'href="{root}/static/img/icons.svg?v=' in icon("clock")


def test_an_icon_turns_where_it_shows_a_direction_and_speaks_where_it_has_a_label(app: Flask) -> None:
    with app.test_request_context("/"):
        assert 'class="px-icon px-icon-s px-flip" aria-hidden="true"' in icon("send", "s")
        assert 'class="px-icon" role="img" aria-label="a &lt;b&gt;"' in icon("clock", label="a <b>")
        assert "px-flip" not in icon("send", flip=False)


def test_what_a_mark_says_is_text_unless_it_was_markup_before(app: Flask) -> None:
    with app.test_request_context("/"):
        assert "&lt;b&gt;</span>" in marks.badge("<b>")
        assert "<i>x</i></span>" in marks.badge(Markup("<i>x</i>"))
        assert "&lt;b&gt;</span>" in marks.status("<b>", "danger")
        assert marks.severity("high", "<b>").count("px-off") == 1


def test_each_language_gets_its_own_words(app: Flask) -> None:
    said = {}
    with app.test_request_context("/"):
        for code in ("en", "ar", "en", "ar"):
            with in_language(code):
                words = (marks.status(ComplaintStatus.NEW.label), marks.due_words(), marks.here_words())
                assert said.setdefault(code, words) == words

    assert all(english != arabic for english, arabic in zip(said["en"], said["ar"], strict=True))


def test_what_stands_in_a_translated_text_is_escaped_each_time(app: Flask) -> None:
    template = '{{ _("%(name)s is here", name=name) }}'
    with app.test_request_context("/"), in_language("en"):
        assert render_template_string(template, name="<b>") == "&lt;b&gt; is here"
        assert render_template_string(template, name="Sara") == "Sara is here"
