"""The kinds of field of a resource: each knows how it is parsed, checked, shown, and typed in forms and in the API."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import KW_ONLY, dataclass, field
from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flask_babel import lazy_gettext as _l
from pydantic import StringConstraints
from wtforms import BooleanField, SelectField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import DataRequired, Email
from wtforms.validators import Optional as Maybe

from app.core.api.schemas import NO_NUL
from app.core.resources.days import day_of
from app.core.resources.problems import FieldProblem
from app.core.text.digits import strip_marks, western_digits
from app.core.text.fold import fold
from app.core.web.forms import LineField, UuidField, clean_line

MISSING = _l("This field is required.")


@dataclass(frozen=True)
class Field:
    """One field of a record. `name` is the attribute of the row and the name in forms, API and files."""

    name: str
    label: Any
    _: KW_ONLY
    required: bool = False
    fixed: bool = False  # given when the record is made, never changed
    listed: bool = False  # stands in the list
    help: Any = ""
    aliases: tuple[str, ...] = ()  # other headings under which files bring it
    mask: Callable[[Any], Any] | None = None  # personal: what those see who may not identify
    empty: Any = ""  # how nothing is stored

    @property
    def must_be_given(self) -> bool:
        """Whether leaving it out is an error: it is required and nothing stands in for it."""
        return self.required and not self.empty

    @property
    def annotation(self) -> Any:
        """The type of a value in the API."""
        return str

    def form_field(self) -> Any:
        """Give the field of the form."""
        return LineField(self.label, self._validators(), description=self.help)

    def parse(self, text: str) -> Any:
        """Read the text of a file's cell. Raises a ValueError that has `code` and `message`."""
        return self.clean(clean_line(text))

    def clean(self, value: Any) -> Any:
        """Check a value of a form or of the API and give it as it is stored. Raises as `parse`."""
        if value is None or value == "":
            if self.must_be_given:
                raise FieldProblem("missing")
            return self.empty
        return value

    def text(self, value: Any) -> str:
        """Give the value as text, for lists and files."""
        return "" if value is None else str(value)

    def typed(self, value: Any) -> str:
        """Give the value as one would type it."""
        return str(value)

    def _validators(self) -> list[Any]:
        return [DataRequired(MISSING)] if self.required else [Maybe()]


@dataclass(frozen=True)
class Text(Field):
    """A line of text; `rule` cleans it further (a phone number, a card's number) and may refuse it."""

    most: int = 200
    rule: Callable[[str], str] | None = None
    email: bool = False

    @property
    def annotation(self) -> Any:
        """Bounded text."""
        return Annotated[str, StringConstraints(strip_whitespace=True, max_length=self.most, pattern=NO_NUL)]

    def form_field(self) -> Any:
        """Give a line."""
        checks = [*self._validators(), *([Email(_l("This is no e-mail address."))] if self.email else [])]
        return LineField(self.label, checks, most=self.most, description=self.help, default=self.empty)

    def clean(self, value: Any) -> Any:
        """Bound, trim, and let the rule speak."""
        plain = Field.clean(self, clean_line(value))
        if not plain:
            return plain
        if len(plain) > self.most:
            raise FieldProblem("too_long")
        if self.email and ("@" not in plain or " " in plain):
            raise FieldProblem("email")
        return self.rule(plain) if self.rule else plain


@dataclass(frozen=True)
class Code(Text):
    """A short code: Western digits, no invisible marks."""

    most: int = 40

    def clean(self, value: Any) -> Any:
        """Give the code plain."""
        return Text.clean(self, western_digits(strip_marks(value)) if isinstance(value, str) else value)


@dataclass(frozen=True)
class Choice(Field):
    """One of a few codes."""

    options: Mapping[str, Any] = field(default_factory=dict)
    words: Mapping[str, str] = field(default_factory=dict)  # words of files that mean a code, folded
    draw: Callable[[str], Any] | None = None  # how a code looks: it is then chosen among pictures

    @property
    def annotation(self) -> Any:
        """One of the codes; nothing where nothing may be chosen."""
        codes = tuple(self.options) if self.required else ("", *self.options)
        return Literal[codes]

    def form_field(self) -> Any:
        """Give a select."""
        listed = [SelectChoice(code, label) for code, label in self.options.items()]
        nothing = [] if self.required else [SelectChoice("", "–")]
        return SelectField(self.label, choices=[*nothing, *listed], description=self.help)

    def clean(self, value: Any) -> Any:
        """Take a code, or a word that means one."""
        plain = Field.clean(self, value)
        if plain == self.empty or plain in self.options:
            return plain
        wanted = fold(str(plain))
        known = {fold(code): code for code in self.options} | dict(self.words)
        known |= {fold(str(label)): code for code, label in self.options.items()}
        if wanted not in known:
            raise FieldProblem("choice")
        return known[wanted]

    def text(self, value: Any) -> str:
        """Give the word for the code."""
        return str(self.options.get(value, value or ""))


YES = frozenset(fold(word) for word in ("yes", "true", "1", "y", "نعم", "صح"))
NO = frozenset(fold(word) for word in ("no", "false", "0", "n", "لا", "خطأ", ""))


@dataclass(frozen=True)
class Flag(Field):
    """Yes or no."""

    empty: Any = False

    @property
    def annotation(self) -> Any:
        """True or false."""
        return bool

    def form_field(self) -> Any:
        """Give a box to tick."""
        return BooleanField(self.label, description=self.help, default=bool(self.empty))

    def parse(self, text: str) -> Any:
        """Read yes and no in either language."""
        word = fold(text)
        if word not in YES | NO:
            raise FieldProblem("flag")
        return word in YES

    def clean(self, value: Any) -> Any:
        """Give a truth value."""
        return bool(value)

    def text(self, value: Any) -> str:
        """Give yes or no."""
        return str(_l("Yes") if value else _l("No"))


@dataclass(frozen=True)
class Day(Field):
    """A date; typed as Gregorian or Hijri."""

    empty: Any = None
    past: bool = False

    @property
    def annotation(self) -> Any:
        """A date."""
        return date

    def form_field(self) -> Any:
        """Give a line: a browser's own date field knows no Hijri."""
        note = self.help or _l("Such as 1990-04-25, or Hijri 1410-09-30.")
        return LineField(self.label, self._validators(), most=20, description=note)

    def clean(self, value: Any) -> Any:
        """Read a date in either calendar."""
        plain = Field.clean(self, value)
        if not plain:
            return None
        return day_of(plain, past=self.past)


@dataclass(frozen=True)
class Reference(Field):
    """A row of another resource, of the same hospital where both belong to one."""

    target: str = ""
    empty: Any = None

    @property
    def annotation(self) -> Any:
        """An id."""
        return UUID

    def form_field(self) -> Any:
        """Give an id; the page shows a select or a search box."""
        return UuidField(self.label, self._validators(), description=self.help)

    def parse(self, text: str) -> Any:
        """Give the natural key; the import looks it up."""
        return Field.clean(self, western_digits(strip_marks(clean_line(text) or "")))


def bilingual(name: str, label_en: Any, label_ar: Any, **settings: Any) -> tuple[Text, Text]:
    """Give the two fields of a text that is kept in both languages (`name` gives name_ar and name_en)."""
    return (Text(f"{name}_ar", label_ar, **settings), Text(f"{name}_en", label_en, **settings))


def zone_name(text: str) -> str:
    """Give the name of a time zone, as the rule of a `Text`. FieldProblem: there is no such zone."""
    try:
        return ZoneInfo(text).key
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise FieldProblem("choice") from None
