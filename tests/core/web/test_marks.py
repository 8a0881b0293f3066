"""Small marks and addresses of files: kept from page to page, and right on each."""

from __future__ import annotations

from datetime import timedelta

from flask import Flask, render_template_string
from markupsafe import Markup

from app.complaints.enums import ComplaintStatus
from app.core.access.actor import NOBODY
from app.core.i18n import in_language
from app.core.time import clock
from app.core.web import marks, menu
from app.core.web.assets import asset, icon
from tests.cast import Cast


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


BAD = '"><script>alert(1)</script>'


def test_every_mark_escapes_what_it_is_given(app: Flask) -> None:
    due = clock.now()
    with app.test_request_context("/"):
        drawn = {
            "sla_pill": marks.sla_pill(due, "running", BAD, BAD, BAD) + marks.sla_pill(due, BAD, BAD),
            "avatar": marks.avatar("<b> <b>"),
            "person": marks.person(BAD, BAD),
            "reference": marks.reference(BAD, BAD) + marks.reference(BAD),
            "eyes": marks.eyes(BAD),
            "select_cell": marks.select_cell(BAD, BAD),
        }

    for name, html in drawn.items():
        assert isinstance(html, Markup), name
        assert "<script" not in html and '"">' not in html and "<b>" not in html, name
        assert "&#34;&gt;&lt;script" in html or name == "avatar", name


def test_a_deadline_says_how_long_it_is_or_that_it_ended(app: Flask) -> None:
    now = clock.now()
    with clock.frozen(now), app.test_request_context("/"), in_language("en"):
        left = marks.deadline_pill(now + timedelta(hours=9), ended=False)
        soon = marks.deadline_pill(now + timedelta(hours=2, minutes=5), ended=False)
        late = marks.deadline_pill(now - timedelta(minutes=3), ended=False)
        ended, none = marks.deadline_pill(now, ended=now), marks.deadline_pill(None, ended=False)

    assert (
        'data-state="running"' in left and ">9 h left<" in left and f'data-due="{now + timedelta(hours=9):%Y}' in left
    )
    assert 'data-state="soon"' in soon and ">2 h 5 min left<" in soon
    assert 'data-state="breached"' in late and ">3 min overdue<" in late
    assert 'data-state="stopped"' in ended and "data-due" not in ended
    assert 'data-state="paused"' in none and "No deadline" in none


def test_a_person_is_marked_by_first_letters_two_of_a_latin_name(app: Flask) -> None:
    with app.test_request_context("/"):
        letters = [marks.avatar(name).striptags() for name in ("Sara Al-Qahtani", "sara", "عمر حداد", "", "  ")]

    assert letters == ["SA", "s", "ع", "?", "?"]


def test_the_side_bar_stands_below_the_root_in_each_language_with_the_present_page_marked(
    app: Flask, cast: Cast
) -> None:
    drawn = {}
    for root, code, path in (("", "en", "/complaints/"), ("/px", "ar", "/complaints/"), ("", "en", "/actions/")) * 2:
        with app.test_request_context(path, environ_overrides={"SCRIPT_NAME": root}), in_language(code):
            drawn[root, code, path] = html = menu.side_of(cast.actor("px_coordinator"))
            assert f'href="{root}{path}"' in html and html.count('aria-current="page"') == 1
            marked = html.partition('aria-current="page"')[0].rpartition("<a ")[2]
            assert f'href="{root}{path}"' in marked

    assert "Complaints" in drawn["", "en", "/complaints/"] and "Complaints" not in drawn["/px", "ar", "/complaints/"]
    with app.test_request_context("/"):
        assert 'href="/complaints/"' not in menu.side_of(NOBODY)  # drawn for who may, and for nobody else


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
