"""What the REST API of surveys takes and gives."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field, StringConstraints

from app.core.api import In, Out, VersionedIn
from app.core.api.schemas import NO_NUL, RequiredLine

Kind = Literal["ems", "inpatient", "opd", "day_case"]
Type = Literal["rating", "nps", "yes_no", "multiple_choice", "likert", "text", "textarea"]
Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500, pattern=NO_NUL)]
RequiredText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=500, pattern=NO_NUL)]
Code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=40, pattern=NO_NUL)]
Short = Annotated[str, StringConstraints(strip_whitespace=True, max_length=60, pattern=NO_NUL)]
Whole = Annotated[int, Field(ge=-100_000, le=100_000)]
Value = Whole | Annotated[str, StringConstraints(min_length=1, max_length=40, pattern=NO_NUL)]
Position = Annotated[int, Field(ge=1, le=200)]


class OptionIn(In):
    """One answer to choose; `score` grades it."""

    value: Value
    label_en: RequiredLine
    label_ar: RequiredLine
    score: Whole | None = None


class OptionOut(Out):
    """One answer to choose."""

    value: int | str
    label_en: str
    label_ar: str
    score: int | None


class QuestionOut(Out):
    """One question in force; `edition` rises when its meaning changed after somebody had answered."""

    id: UUID
    template_id: UUID
    hospital_id: UUID | None
    position: int
    code: str
    type: str
    section: str
    stage_code: str | None
    dimension: str
    text_en: str
    text_ar: str
    help_en: str
    help_ar: str
    options: list[OptionOut]
    is_required: bool
    allow_na: bool
    weight: float
    is_flagged: bool
    positive_answer: bool
    is_scored: bool
    minimum: int | None
    maximum: int | None
    top_values: list[int | str]
    show_if: dict[str, Any] | None
    edition: int
    replaces_id: UUID | None
    version: int


class SurveyTemplateOut(Out):
    """A template with its questions in order; `hospital_id` null: the group's."""

    id: UUID
    hospital_id: UUID | None
    code: str
    name_en: str
    name_ar: str
    intro_en: str
    intro_ar: str
    thanks_en: str
    thanks_ar: str
    journey_kind: str | None
    weighting: str
    minimum_items: int
    threshold: float
    link_days: int
    reminder_hours: int | None
    offers_callback: bool
    is_published: bool
    archived_at: datetime | None
    questions: list[QuestionOut]
    version: int


class SurveyTemplatePatch(VersionedIn):
    """A part of a template's own fields; null empties the kind of visit and the reminder."""

    name_en: RequiredLine | None = None
    name_ar: RequiredLine | None = None
    intro_en: Text | None = None
    intro_ar: Text | None = None
    thanks_en: Text | None = None
    thanks_ar: Text | None = None
    journey_kind: Kind | None = None
    weighting: Literal["sections", "questions"] | None = None
    minimum_items: Annotated[int, Field(ge=1, le=20)] | None = None
    threshold: Annotated[float, Field(ge=0, le=100)] | None = None
    link_days: Annotated[int, Field(ge=1, le=60)] | None = None
    reminder_hours: Annotated[int, Field(ge=1, le=720)] | None = None
    offers_callback: bool | None = None


class _TemplateFields(In):
    name_en: RequiredLine
    name_ar: RequiredLine
    intro_en: Text = ""
    intro_ar: Text = ""
    thanks_en: Text = ""
    thanks_ar: Text = ""
    journey_kind: Kind | None = None
    weighting: Literal["sections", "questions"] = "sections"
    minimum_items: Annotated[int, Field(ge=1, le=20)] = 2
    threshold: Annotated[float, Field(ge=0, le=100)] = 60
    link_days: Annotated[int, Field(ge=1, le=60)] = 10
    reminder_hours: Annotated[int, Field(ge=1, le=720)] | None = 48
    offers_callback: bool = True


class SurveyTemplateIn(_TemplateFields):
    """A new template, not published, without questions."""

    hospital_id: UUID | None = None


class SurveyTemplatePut(_TemplateFields, VersionedIn):
    """The whole of a template's own fields."""


class CopyIn(In):
    """Where a copy belongs; null: the group."""

    hospital_id: UUID | None = None


class _QuestionFields(In):
    code: Code = ""
    type: Type
    section: Short = ""
    stage_code: Code | None = None
    dimension: Short = ""
    text_en: RequiredText
    text_ar: RequiredText
    help_en: Text = ""
    help_ar: Text = ""
    options: list[OptionIn] = Field(default_factory=list, max_length=20)
    is_required: bool = False
    allow_na: bool = False
    weight: Annotated[float, Field(gt=0, le=100)] = 1
    is_flagged: bool = False
    positive_answer: bool = True
    is_scored: bool = True
    minimum: Annotated[int, Field(ge=0, le=10)] | None = None
    maximum: Annotated[int, Field(ge=1, le=2000)] | None = None
    top_values: list[Value] = Field(default_factory=list, max_length=20)
    show_if: dict[str, Any] | None = None


class QuestionIn(_QuestionFields):
    """A new question; without `position` it stands at the end, without `code` it is given the next free one."""

    template_id: UUID
    position: Position | None = None


class QuestionPut(_QuestionFields, VersionedIn):
    """The whole of a question. `new_edition`: it asks something else now, so answers so far stay with the one before."""

    position: Position | None = None
    new_edition: bool = False


class QuestionPatch(VersionedIn):
    """A part of a question; null empties stage, bounds and condition."""

    position: Position | None = None
    new_edition: bool = False
    code: Code | None = None
    type: Type | None = None
    section: Short | None = None
    stage_code: Code | None = None
    dimension: Short | None = None
    text_en: RequiredText | None = None
    text_ar: RequiredText | None = None
    help_en: Text | None = None
    help_ar: Text | None = None
    options: Annotated[list[OptionIn], Field(max_length=20)] | None = None
    is_required: bool | None = None
    allow_na: bool | None = None
    weight: Annotated[float, Field(gt=0, le=100)] | None = None
    is_flagged: bool | None = None
    positive_answer: bool | None = None
    is_scored: bool | None = None
    minimum: Annotated[int, Field(ge=0, le=10)] | None = None
    maximum: Annotated[int, Field(ge=1, le=2000)] | None = None
    top_values: Annotated[list[Value], Field(max_length=20)] | None = None
    show_if: dict[str, Any] | None = None


class VersionIn(In):
    """A step; the version is checked where it is given."""

    version: Annotated[int, Field(ge=1, le=2_147_483_647)] | None = None
