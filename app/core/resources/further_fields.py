"""Further kinds of field of a resource: whole numbers within bounds, short lists of codes, and text of several lines."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field as Bounds
from pydantic import StringConstraints
from wtforms import SelectField
from wtforms.fields.choices import SelectChoice

from app.core.api.schemas import NO_NUL
from app.core.resources.fields import Choice, Field, Text
from app.core.resources.problems import FieldProblem
from app.core.text.digits import strip_marks, western_digits
from app.core.web.forms import LineField, TextField, clean_line, clean_text

BETWEEN = re.compile(r"[\s,;،]+")


@dataclass(frozen=True)
class Number(Field):
    """A whole number from `least` to `most`."""

    empty: Any = None
    least: int = 0
    most: int = 2_147_483_647

    @property
    def annotation(self) -> Any:
        """A whole number."""
        return int

    def form_field(self) -> Any:
        """Give a line; Arabic digits are read too."""
        return LineField(self.label, self._validators(), most=12, description=self.help)

    def clean(self, value: Any) -> Any:
        """Read the number. Raises FieldProblem: number."""
        plain = Field.clean(self, value)
        if plain is None:
            return None
        text = western_digits(strip_marks(str(plain)))
        if not re.fullmatch(r"-?[0-9]{1,10}", text) or not self.least <= int(text) <= self.most:
            raise FieldProblem("number")
        return int(text)


@dataclass(frozen=True)
class LiveChoice(Choice):
    """One of the codes of rows that administrators own: known when it is asked for, not when the application starts."""

    most: int = 40

    @property
    def annotation(self) -> Any:
        """Bounded text; which codes there are, is checked as it comes."""
        return Annotated[str, StringConstraints(strip_whitespace=True, max_length=self.most, pattern=NO_NUL)]

    def form_field(self) -> Any:
        """Give a select of what there is at that moment."""

        def now() -> list[SelectChoice]:
            nothing = [] if self.required else [SelectChoice("", "–")]
            return nothing + [SelectChoice(code, label) for code, label in self.options.items()]

        return SelectField(self.label, choices=now, description=self.help)


@dataclass(frozen=True)
class Codes(Field):
    """A few codes: a list in the API; in forms and files between commas, spaces or lines."""

    empty: Any = ()
    most: int = 40  # characters of one
    many: int = 20
    rule: Callable[[str], str] | None = None

    @property
    def annotation(self) -> Any:
        """A bounded list of short texts."""
        code = Annotated[str, StringConstraints(strip_whitespace=True, max_length=self.most, pattern=NO_NUL)]
        return Annotated[list[code], Bounds(max_length=self.many)]

    def form_field(self) -> Any:
        """Give a line."""
        first = ", ".join(self.empty)
        return LineField(self.label, self._validators(), most=400, description=self.help, default=first)

    def clean(self, value: Any) -> Any:
        """Give the codes, each once. Raises FieldProblem: too_long, or what the rule raises."""
        parts = BETWEEN.split(clean_line(value) or "") if isinstance(value, str) else list(value or ())
        found = [western_digits(strip_marks(part)).strip() for part in parts if part.strip()]
        if not found:
            return list(Field.clean(self, None))
        if len(found) > self.many or any(len(each) > self.most for each in found):
            raise FieldProblem("too_long")
        return list(dict.fromkeys(self.rule(each) if self.rule else each for each in found))

    def text(self, value: Any) -> str:
        """Give the codes in one line."""
        return ", ".join(value or ())

    def typed(self, value: Any) -> str:
        """Give the codes as one would type them."""
        return self.text(value)


@dataclass(frozen=True)
class LongText(Text):
    """Text of several lines."""

    most: int = 3_000

    def form_field(self) -> Any:
        """Give a box."""
        return TextField(self.label, self._validators(), most=self.most, description=self.help, default=self.empty)

    def parse(self, text: str) -> Any:
        """Read a cell; its lines stay."""
        return self.clean(text)

    def clean(self, value: Any) -> Any:
        """Bound it; lines stay, control characters go."""
        plain = Field.clean(self, (clean_text(value) or "").strip() if isinstance(value, str) else value)
        if plain and len(plain) > self.most:
            raise FieldProblem("too_long")
        return plain
