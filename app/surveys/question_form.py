"""The form of one question: its words, its answers as rows, and when it is shown as rows. Parses; rules are the services'."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, FloatField, IntegerField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, NumberRange, Optional

from app.core.errors import Invalid
from app.core.text.digits import western_digits
from app.core.web.forms import Form, LineField, TextField, VersionField, clean_line
from app.surveys.enums import FREE_TEXT, QuestionType
from app.surveys.models import SurveyQuestion
from app.surveys.rules.conditions import Mode, Row, RowComparator, build, read
from app.surveys.rules.questions import TEXT_LIMIT
from app.surveys.rules.wording import MOST_OPTIONS
from app.surveys.services.questions import QuestionFacts, facts_of

MOST_ROWS = 6
EMPTY_ROWS = 2  # each names every subject, so that more would make the page heavy
SPARE_OPTIONS = 3


class QuestionForm(Form):
    """Describe a question."""

    version = VersionField()
    type = SelectField(_l("Kind of question"), choices=[SelectChoice(each.value, each.label) for each in QuestionType])
    code = LineField(_l("Code"), most=40)
    text_en = TextField(_l("Question in English"), most=500)
    text_ar = TextField(_l("Question in Arabic"), most=500)
    help_en = LineField(_l("Help in English"), most=500)
    help_ar = LineField(_l("Help in Arabic"), most=500)
    section = LineField(_l("Section"), most=60)
    stage_code = LineField(_l("Only if the visit had the stage"), most=40)
    is_required = BooleanField(_l("Must be answered"))
    allow_na = BooleanField(_l("Offer “not applicable”"))
    is_scored = BooleanField(_l("Counts in the score"), default=True)
    is_flagged = BooleanField(_l("A bad answer alone makes the survey negative"))
    positive_answer = SelectField(
        _l("The good answer"), choices=[SelectChoice("yes", _l("Yes")), SelectChoice("no", _l("No"))]
    )
    weight = FloatField(_l("Weight"), [InputRequired(), NumberRange(min=0.01, max=100)], default=1)
    maximum = IntegerField(_l("Most characters"), [Optional(), NumberRange(min=1, max=TEXT_LIMIT)])
    show_mode = SelectField(
        _l("Shown"),
        choices=[
            SelectChoice(Mode.ALWAYS.value, _l("always")),
            SelectChoice(Mode.ALL.value, _l("only if all of these hold")),
            SelectChoice(Mode.ANY.value, _l("only if any of these holds")),
            SelectChoice(Mode.KEPT.value, _l("by the present condition")),
        ],
    )
    new_edition = BooleanField(_l("It asks something else now: begin a new edition"))

    @classmethod
    def of(cls, question: SurveyQuestion) -> QuestionForm:
        """Show a question as it is."""
        mode, rows = read(question.show_if)
        form = cls(
            formdata=None,
            data={
                **{name: getattr(question, name) for name in QuestionFacts.__dataclass_fields__},
                "version": question.version,
                "positive_answer": "yes" if question.positive_answer else "no",
                "show_mode": mode.value,
                "maximum": question.maximum if question.type in FREE_TEXT else None,
            },
        )
        form.kept_options, form.kept_rows = list(question.options), rows
        return form

    kept_options: list[Any] = []
    kept_rows: list[Row] = []

    rest: Mapping[str, Any] = {}  # what the service said of parts that are no field of this form

    @property
    def options_errors(self) -> Any:
        """What is wrong with the answers."""
        return self.rest.get("options", ())

    @property
    def show_if_errors(self) -> Any:
        """What is wrong with the condition."""
        return self.rest.get("show_if", ())

    def option_rows(self) -> list[dict[str, Any]]:
        """Give the rows of answers to show: those typed or kept, and some empty ones."""
        rows = _typed_options() if request.method == "POST" else [dict(each) for each in self.kept_options]
        empty = {"value": "", "label_en": "", "label_ar": "", "score": ""}
        spare = min(SPARE_OPTIONS, MOST_OPTIONS - len(rows))
        return rows + [dict(empty) for _spare in range(spare)]

    def condition_rows(self) -> list[Row | None]:
        """Give the rows of the condition to show and a few empty ones, up to the most there can be."""
        rows: list[Row | None] = list(_typed_rows() if request.method == "POST" else self.kept_rows)
        return rows + [None] * min(EMPTY_ROWS, MOST_ROWS - len(rows))

    def facts(self, present: SurveyQuestion | None = None) -> QuestionFacts:
        """Give what was typed; what the form does not show stays as it is in `present`. Raises Invalid (`show_if`)."""
        kind = QuestionType(self.type.data)
        same_kind = present is not None and present.type == kind
        base = facts_of(present) if present is not None and same_kind else None
        texts: tuple[str, ...] = ("text_en", "text_ar", "help_en", "help_ar", "code", "section")
        plain: dict[str, Any] = {name: getattr(self, name).data or "" for name in texts}
        plain |= {
            name: bool(getattr(self, name).data) for name in ("is_required", "allow_na", "is_scored", "is_flagged")
        }
        return QuestionFacts(
            **plain,
            type=kind,
            stage_code=self.stage_code.data or None,
            dimension=present.dimension if present is not None else "",
            options=tuple(_options(kind)),
            weight=self.weight.data or 0,
            positive_answer=self.positive_answer.data != "no",
            minimum=base.minimum if base else None,
            maximum=self.maximum.data if kind in FREE_TEXT else (base.maximum if base else None),
            top_values=base.top_values if base else (),
            show_if=self._condition(present),
        )

    def _condition(self, present: SurveyQuestion | None) -> dict[str, Any] | None:
        mode = Mode(self.show_mode.data)
        if mode is Mode.KEPT:
            return present.show_if if present is not None else None
        try:
            return build(mode, _typed_rows())
        except (ValueError, KeyError, TypeError):
            raise Invalid(show_mode=_("The condition cannot be read.")) from None


def _typed_rows() -> list[Row]:
    """Read the filled rows of the condition; a comparator that is none means "is"."""
    subjects = request.form.getlist("show_subject")[:MOST_ROWS]
    comparators = request.form.getlist("show_comparator")[:MOST_ROWS]
    return [
        Row(RowComparator(how) if how in set(RowComparator) else RowComparator.IS, subject[:500])
        for how, subject in zip(comparators, subjects, strict=False)
        if subject
    ]


def _typed_options() -> list[dict[str, Any]]:
    """Read the rows of answers in which anything was typed, as they were typed."""
    columns = [request.form.getlist(f"option_{name}")[:MOST_OPTIONS] for name in ("value", "en", "ar", "score")]
    rows = [
        dict(zip(("value", "label_en", "label_ar", "score"), map(_line, row), strict=True))
        for row in zip(*columns, strict=False)
    ]
    return [row for row in rows if any(row.values())]


def _options(kind: QuestionType) -> list[dict[str, Any]]:
    """Give the answers as a question keeps them; a row without a value takes its place's number."""
    if kind in FREE_TEXT or kind is QuestionType.NPS:
        return []
    first = 0 if kind is QuestionType.YES_NO else 1
    return [
        {
            "value": _whole(row["value"], place),
            "label_en": row["label_en"],
            "label_ar": row["label_ar"],
            "score": _whole(row["score"], None),
        }
        for place, row in enumerate(_typed_options(), first)
    ]


def _whole(text: str, otherwise: int | None) -> int | str | None:
    """Read a whole number where there is one; text of a value stays text."""
    plain = western_digits(text)
    if not plain:
        return otherwise
    if plain.lstrip("-").isascii() and plain.lstrip("-").isdigit() and len(plain) <= 6:
        return int(plain)
    return plain[:40] if otherwise is not None else None


def _line(text: str) -> str:
    return (clean_line(text) or "")[:200]
