"""The components and layouts, rendered in both languages by an application that has the kernel's template parts and no database."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from flask import Flask, g, render_template, render_template_string
from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField
from wtforms.validators import DataRequired

from app.core import i18n
from app.core.access.actor import Actor, ActorKind
from app.core.db import uuid7
from app.core.time import clock
from app.core.web import assets, marks, security, shell
from app.core.web.forms import LineField, TextField, VersionField

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


class SampleForm(FlaskForm):
    """One field of each sort."""

    class Meta:
        csrf = False

    title = LineField("Title", [DataRequired()], description="One line.")
    note = TextField("Note")
    severity = SelectField("Severity", choices=[("low", "Low"), ("high", "High")])
    channel = RadioField("Channel", choices=[("sms", "SMS"), ("email", "E-mail")])
    urgent = BooleanField("Urgent")
    version = VersionField()


class Outline(HTMLParser):
    """Collects what a checker asks of a page: ids, headings, references between elements, unnamed controls."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: Counter[str] = Counter()
        self.tags: Counter[str] = Counter()
        self.pointed: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags[tag] += 1
        if "id" in values:
            self.ids[values["id"]] += 1
        for name in ("aria-describedby", "aria-labelledby", "for", "popovertarget", "aria-controls"):
            self.pointed |= set(values.get(name, "").split())


def outline(html: str) -> Outline:
    found = Outline()
    found.feed(html)
    return found


@pytest.fixture(scope="module")
def frame() -> Flask:
    """Give an application with languages, frame and static files only: pages must render without any domain."""
    built = Flask("frame", static_folder=str(ROOT / "static"), template_folder=str(ROOT / "templates"))
    built.config.update(
        SECRET_KEY="k", TRANSLATIONS=ROOT / "translations", SESSION_COOKIE_SECURE=False, TRUSTED_HOST_NAMES=()
    )
    for part in (i18n, assets, marks, shell, security):
        part.init_app(built)
    return built


@pytest.fixture(params=["en", "ar"])
def request_in(frame: Flask, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Open a request of a signed-in person in one language, before any domain has given a part of the frame."""
    monkeypatch.setattr(shell, "_parts", {})
    with frame.test_request_context("/ui/?tab=all"), clock.frozen(NOW):
        g.language = request.param
        g.actor = Actor(ActorKind.PERSON, uuid7(), name="Sara Al-Qahtani")
        yield request.param


def render(source: str, **context: Any) -> str:
    return render_template_string(source, **context)


def test_living_page_has_one_heading_unique_ids_and_no_dangling_reference(request_in: str) -> None:
    html = render_template("ui/index.html", sample_now=NOW, sample_due=NOW)
    found = outline(html)
    assert found.tags["h1"] == 1
    assert found.tags["main"] == 1
    assert [name for name, count in found.ids.items() if count > 1] == []
    assert found.pointed - set(found.ids) == set()
    assert f'lang="{request_in}" dir="{"rtl" if request_in == "ar" else "ltr"}"' in html
    assert ("tabler.rtl.min.css" in html) is (request_in == "ar")


def test_living_page_stays_within_the_weight_of_a_staff_page(request_in: str) -> None:
    html = render_template("ui/index.html", sample_now=NOW, sample_due=NOW)
    assert len(html.encode()) <= 150_000
    assert not re.search(r"\sstyle=|\son\w+=\"|<script(?![^>]*src=)", html)


def test_field_ties_label_help_and_error_together(request_in: str) -> None:
    form = SampleForm(data={"title": ""})
    form.title.errors = ["Give it a title."]
    html = render('{% from "components/fields.html" import field %}{{ field(form.title) }}', form=form)
    assert '<label class="form-label" for="title">' in html
    assert 'aria-describedby="title-help title-error"' in html
    assert 'aria-invalid="true"' in html
    assert 'id="title-help"' in html and 'id="title-error"' in html
    assert 'dir="auto"' in html


def test_field_without_help_or_error_points_nowhere(request_in: str) -> None:
    html = render('{% from "components/fields.html" import field %}{{ field(form.note) }}', form=SampleForm())
    assert "aria-describedby" not in html and "aria-invalid" not in html


@pytest.mark.parametrize(
    ("name", "sign"),
    [
        ("severity", "form-select"),
        ("channel", "<fieldset"),
        ("urgent", 'type="checkbox"'),
        ("version", 'type="hidden"'),
        ("note", "<textarea"),
    ],
)
def test_field_is_drawn_by_its_type(request_in: str, name: str, sign: str) -> None:
    form = SampleForm()
    html = render('{% from "components/fields.html" import field %}{{ field(form[name]) }}', form=form, name=name)
    assert sign in html


def test_errors_summary_links_to_each_field_at_fault(request_in: str) -> None:
    form = SampleForm()
    form.title.errors = ["Give it a title."]
    form.form_errors = ["The whole does not fit."]
    html = render('{% from "components/fields.html" import errors_summary %}{{ errors_summary(form) }}', form=form)
    assert 'href="#title"' in html and "The whole does not fit." in html and 'role="alert"' in html


def test_typed_text_is_escaped_everywhere(request_in: str) -> None:
    html = render(
        """{% from "components/status.html" import person, copyable, badge %}{% from "components/card.html" import facts, stat %}
        {% from "components/button.html" import button %}{{ person(bad) }}{{ copyable(bad) }}{{ badge(bad) }}
        {{ facts([(bad, bad)]) }}{{ stat(bad, bad, delta=bad) }}{{ button(bad, confirm=bad, attrs={"data-x": bad}) }}""",
        bad='"><script>alert(1)</script>',
    )
    assert "<script>" not in html


def test_pill_of_a_running_clock_carries_its_instant_and_a_paused_one_does_not(request_in: str) -> None:
    source = '{% from "components/status.html" import sla_pill %}{{ sla_pill(due, state, "2 h", reason="Why") }}'
    running = render(source, due=NOW, state="running")
    assert f'data-due="{NOW.isoformat()}"' in running and "{time}" in running and "Why" in running
    assert "data-due" not in render(source, due=NOW, state="paused")


def test_stars_are_radio_buttons_with_words_in_reading_order(request_in: str) -> None:
    html = render(
        '{% from "components/public.html" import stars %}{{ stars("q1", [(1, "Very bad"), (2, "Bad"), (3, "Good")], "2") }}'
    )
    assert re.findall(r'type="radio" name="q1" value="(\d)"', html) == ["1", "2", "3"]
    assert re.search(r'value="2"[^>]* checked', html) and html.count(" checked") == 1
    assert html.count('class="words"') == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 429, 500, 503])
def test_error_page_says_what_happened_and_what_to_do_and_asks_no_database(request_in: str, status: int) -> None:
    html = render_template(f"errors/{status}.html", status=status, message="What happened", request_id="abc123")
    assert "What happened" in html and 'class="button main"' in html
    assert outline(html).tags["h1"] == 1
    assert ("abc123" in html) is (status >= 500)
    assert "csrf" not in html


def test_error_fragment_carries_its_message_for_the_toast(request_in: str) -> None:
    html = render_template("errors/_error.html", status=429, message="Slow down", request_id="abc")
    assert re.search(r"<strong data-error-message>Slow down</strong>", html)


def test_patient_frame_carries_no_token_and_offers_the_other_language(request_in: str) -> None:
    html = render('{% extends "layouts/public.html" %}{% block title %}Visit{% endblock %}', hospital_name="Al Noor")
    assert "csrf" not in html and "tabler" not in html and "htmx" not in html
    other = "ar" if request_in == "en" else "en"
    assert f"?lang={other}" in html and f"?lang={request_in}" not in html
    assert len(html.encode()) < 6_000
