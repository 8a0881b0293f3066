"""Validation errors of pydantic, told in the caller's language: one table from error code to message."""

from __future__ import annotations

from typing import Any

from apiflask.exceptions import HTTPError, _ValidationError
from apiflask.schema_adapters import registry
from apiflask.schema_adapters.pydantic import PydanticAdapter
from flask import Request
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import BadRequest, UnsupportedMediaType

MESSAGES: dict[str, Any] = {
    "missing": _l("This field is required."),
    "extra_forbidden": _l("This field is not known here."),
    "string_type": _l("Give text."),
    "string_too_long": _l("This text is too long."),
    "string_too_short": _l("This text is too short."),
    "string_pattern_mismatch": _l("This text has not the expected form."),
    "int_type": _l("Give a whole number."),
    "int_parsing": _l("Give a whole number."),
    "int_from_float": _l("Give a whole number."),
    "int_parsing_size": _l("This number is too large."),
    "float_type": _l("Give a number."),
    "float_parsing": _l("Give a number."),
    "finite_number": _l("Give a number."),
    "bool_type": _l("Give true or false."),
    "bool_parsing": _l("Give true or false."),
    "greater_than": _l("This number is too small."),
    "greater_than_equal": _l("This number is too small."),
    "less_than": _l("This number is too large."),
    "less_than_equal": _l("This number is too large."),
    "enum": _l("Choose one of the listed codes."),
    "literal_error": _l("Choose one of the listed codes."),
    "uuid_parsing": _l("Give an id."),
    "uuid_type": _l("Give an id."),
    "datetime_parsing": _l("Give a date and time with its offset, such as 2026-11-24T13:05:00+03:00."),
    "datetime_type": _l("Give a date and time with its offset, such as 2026-11-24T13:05:00+03:00."),
    "datetime_from_date_parsing": _l("Give a date and time with its offset, such as 2026-11-24T13:05:00+03:00."),
    "datetime_object_invalid": _l("Give a date and time with its offset, such as 2026-11-24T13:05:00+03:00."),
    "timezone_aware": _l("Give the offset from UTC with the time, such as +03:00."),
    "date_type": _l("Give a date, such as 2026-11-24."),
    "date_parsing": _l("Give a date, such as 2026-11-24."),
    "date_from_datetime_parsing": _l("Give a date, such as 2026-11-24."),
    "date_from_datetime_inexact": _l("Give a date, such as 2026-11-24."),
    "list_type": _l("Give a list."),
    "too_long": _l("This list is too long."),
    "too_short": _l("This list is too short."),
    "dict_type": _l("Give an object."),
    "model_type": _l("Give an object."),
    "model_attributes_type": _l("Give an object."),
    "value_error": _l("This value is not possible."),
    "url_parsing": _l("Give a web address."),
    "none_required": _l("Leave this empty."),
}
OTHER = _l("This value is not possible.")
WHOLE = "body"


class CodedAdapter(PydanticAdapter):
    """APIFlask's pydantic adapter, but its errors keep their code and so find their message in the caller's language."""

    def validate_input(self, request: Request, location: str, **kwargs: Any) -> BaseModel:
        """Parse the JSON body or the query; raises 400 (broken JSON), 415 (not JSON) or 422 with fields."""
        data: Any
        if location == "json":
            if not request.is_json:
                raise UnsupportedMediaType()
            data = request.get_json(force=True, silent=True)
            if data is None and request.get_data(cache=True).strip() != b"null":
                raise BadRequest()
        elif location == "query":
            data = request.args.to_dict()
        else:
            return super().validate_input(request, location, **kwargs)
        try:
            return self.model_class.model_validate(data)
        except ValidationError as problem:
            raise _ValidationError(422, "", {"fields": fields_from(problem)}) from problem


def fields_from(problem: ValidationError) -> dict[str, list[Any]]:
    """Give field path -> messages from a pydantic error."""
    found: dict[str, list[Any]] = {}
    for error in problem.errors(include_url=False, include_input=False):
        name = ".".join(str(part) for part in error["loc"]) or WHOLE
        own = error.get("ctx", {}).get("message") if error["type"] == "value_error" else None
        found.setdefault(name, []).append(own or MESSAGES.get(error["type"], OTHER))
    return found


def fields_of(problem: HTTPError) -> dict[str, list[Any]]:
    """Give the fields that an APIFlask error carries, in our shape."""
    detail = problem.detail if isinstance(problem.detail, dict) else {}
    return dict(detail.get("fields", {}))


registry.register("pydantic", CodedAdapter)
