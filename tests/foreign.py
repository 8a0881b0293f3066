"""Ids of other records in what people send: where bodies and forms take them, and for each a row of hospital B.

Places are found, not listed: in the API's document, and in the forms of the pages that a person sees.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from html.parser import HTMLParser
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Rule

from app.accounts.models import User
from app.complaints.inquiries.models import Inquiry
from app.complaints.models import Complaint
from app.core.access.actor import acting_as
from app.core.access.wall import passage
from app.core.db import Base, db, unit_of_work, uuid7
from app.core.resources.resource import resource_at
from app.integrations.outbound.models import WebhookDelivery
from app.journeys.models import Journey
from app.organizations.models import Department, Hospital, Physician
from app.px_action_center.models import PxAction
from app.surveys.models import SurveyTemplate
from tests import litany
from tests.guards.test_doors import closed
from tests.walls import (
    BODIES,
    OF_ALL,
    SYSTEM,
    TABLES,
    House,
    address,
    first,
    path_in_document,
    plain,
    rows_for,
    takes_id,
    tenant_tables,
)

NOBODY = UUID("018f0000-0000-7000-8000-00000000beef")  # an id of nothing
WHO = ("hospital_admin", "px_coordinator", "department_manager", "physician", "nurse", "staff", "source_user", "viewer")
# names that neither a foreign key nor an address explains
NAMES: dict[str, Any] = {
    "assignee": User,
    "owner": User,
    "user": User,
    "person_id": Physician,
    "journey": Journey,
    "complaints.id": Complaint,
    "inquiries.id": Inquiry,
    "actions.id": PxAction,
    "outbound_api.ids": WebhookDelivery,
    "survey_instances_api.template_id": SurveyTemplate,
    "survey_triggers_api.template_id": SurveyTemplate,
}
# what the schema alone does not say: without it the request would be refused for another reason
MORE: dict[str, dict[str, Any]] = {
    "accounts_api.create_user": {"email": "new@example.org", "role": "department_manager"},
    "accounts_api.assign_role": {"role": "department_manager"},
    "promises_api.make_on_complaint": {"due_at": "2026-12-01T09:00:00Z"},
    "promises_api.make_on_inquiry": {"due_at": "2026-12-01T09:00:00Z"},
    "links_api.create": {"port": 26998},
    "links_api.replace": {"port": 26998},
    "inquiries_api.create": {"contact_name": "Sami Ali", "contact_phone": "0501234567", "subject": "x", "text": "x"},
    "complaints_api.export": {"reason": "for the yearly report"},
}
Place = tuple[str | int, ...]


@dataclass(frozen=True)
class Try:
    """A request that names a row besides that of its address: `put` gives its body with an id in that place."""

    name: str  # for people: method, address, place
    person: str
    method: str
    path: str
    model: Any
    own: UUID
    body: dict[str, Any]
    place: Place

    def put(self, row_id: UUID) -> dict[str, Any]:
        """Give the body with this id."""
        return _put(self.body, self.place, str(row_id))


def _put(body: Any, place: Place, value: str) -> Any:
    if not place:
        return value
    if isinstance(body, list):
        return [_put(body[0], place[1:], value)]
    return {**body, place[0]: _put(body[place[0]], place[1:], value)}


@contextmanager
def undone() -> Iterator[None]:
    """Let nothing of the block stay, though requests in it commit."""
    db.session.rollback()
    connection: Any = db.engine  # in these tests one connection for all
    before = connection.begin_nested()
    try:
        yield
    finally:
        db.session.rollback()
        before.rollback()


class Elsewhere:
    """Rows of hospital B: those that it has, and copies of A's rows where it has none."""

    def __init__(self, house: House) -> None:
        """Begin with what B has."""
        self._house = house
        self._made: dict[Any, UUID | None] = {}

    def row_of(self, model: Any) -> UUID | None:
        """Give the id of B's row; None for what belongs to no hospital."""
        if model not in self._made:
            self._made[model] = self._find(model)
        return self._made[model]

    def _find(self, model: Any) -> UUID | None:
        cast = self._house.cast
        known = {Hospital: cast.b.id, User: cast["outsider"].id, Department: cast.elsewhere.id}
        if model in known:
            return known[model]
        if model in OF_ALL or not hasattr(model, "hospital_id"):
            return None
        row = first(model, cast.b.id)
        return row.id if row is not None else self._copied(first(model, cast.a.id), cast.b.id)

    def _copied(self, row: Any, hospital_id: UUID) -> UUID:
        """Copy a row to a hospital; what must be unique gets other values."""
        columns = [each.key for each in sa.inspect(type(row)).column_attrs if not each.columns[0].computed]
        values = {key: getattr(row, key) for key in columns} | self._unlike(row)
        with acting_as(SYSTEM), unit_of_work():
            copy = type(row)(**values | {"id": uuid7(), "hospital_id": hospital_id})
            db.session.add(copy)
            db.session.flush()
            return UUID(str(copy.id))

    def _unlike(self, row: Any) -> dict[str, Any]:
        table, changed = row.__table__, dict[str, Any]()
        for index in (*table.indexes, *table.constraints):
            is_unique = getattr(index, "unique", False) or isinstance(index, sa.UniqueConstraint)
            for column in index.columns if is_unique else ():
                target = _targets(table).get(column.key)
                kinds = {str: uuid7().hex[-10:], bytes: uuid7().bytes, UUID: self.row_of(target) if target else uuid7()}
                fresh = kinds.get(type(getattr(row, column.key)))
                changed |= {column.key: fresh} if fresh else {}
        return changed


# in the API's document


def tries_of_api(house: House) -> Iterator[Try]:
    """Give a request for each place of each body of the API that takes an id, with a body that its schema allows."""
    for rule, method in closed(house.app):
        schema = _schema(house, rule, method)
        person = next((name for name in WHO if name in litany.DOORS[rule.endpoint]), None)
        if schema is None or person is None:
            continue
        rows = rows_for(house, rule)
        path = address(house, rule, {name: row.id for name, row in rows.items()})
        for place in _places(schema, house.document):
            builder = _Body(house, rule.endpoint, next(iter(rows.values()), None))
            model = model_of(rule.endpoint, place)
            body = builder.of(schema, place) | BODIES.get(rule.endpoint, {}) | MORE.get(rule.endpoint, {})
            name = f"{method} {rule.rule} {'.'.join(map(str, place))}"
            yield Try(name, person, method, path, model, builder.own(model), body, place)


def _schema(house: House, rule: Rule, method: str) -> Any:
    operation = house.document["paths"].get(path_in_document(rule), {}).get(method.lower(), {})
    content = operation.get("requestBody", {}).get("content", {}).get("application/json")
    return content and content["schema"]


def _resolved(schema: dict[str, Any], document: dict[str, Any]) -> dict[str, Any]:
    """Follow references, and of a choice the one that is not null."""
    while True:
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        elif choices := schema.get("anyOf") or schema.get("oneOf") or schema.get("allOf"):
            schema = next(each for each in choices if each.get("type") != "null")
        else:
            return schema


def _places(schema: dict[str, Any], document: dict[str, Any]) -> Iterator[Place]:
    schema = _resolved(schema, document)
    if schema.get("format") == "uuid":
        yield ()
    for name, below in schema.get("properties", {}).items():
        yield from ((name, *place) for place in _places(below, document))
    if "items" in schema:
        yield from ((0, *place) for place in _places(schema["items"], document))


@dataclass
class _Body:
    """Makes a body of what must be in it, and of what leads to one place."""

    house: House
    endpoint: str
    row: Any

    def of(self, schema: dict[str, Any], place: Place, at: Place = ()) -> Any:
        schema = _resolved(schema, self.house.document)
        if schema.get("format") == "uuid":
            return str(self.own(model_of(self.endpoint, at)))
        if "enum" in schema or "const" in schema:
            return schema.get("const", schema.get("enum", [None])[0])
        if schema.get("type") == "object" or "properties" in schema:
            return self._object(schema, place, at)
        if "items" in schema:
            count = max(schema.get("minItems", 0), 1 if place else 0)
            return [self.of(schema["items"], place[1:], (*at, 0))] * count
        return plain(schema)

    def _object(self, schema: dict[str, Any], place: Place, at: Place) -> dict[str, Any]:
        made = {}
        for name, below in schema.get("properties", {}).items():
            if name in (*schema.get("required", ()), "hospital_id") or place[:1] == (name,):
                made[name] = self.of(below, place[1:] if place[:1] == (name,) else (), (*at, name))
        if "version" in made:
            row = first(model_of(self.endpoint, (*at, "id")), self.house.cast.a.id) if "id" in made else self.row
            made["version"] = getattr(row, "version", 1)
        return made

    def own(self, model: Any) -> UUID:
        """Give a row of hospital A."""
        cast = self.house.cast
        known = {Hospital: cast.a.id, User: cast["staff"].id, Department: cast.er.id}
        if model in known:
            return known[model]
        row = first(model) if model in OF_ALL else first(model, cast.a.id)
        assert row is not None, f"let tests/walls.py write a row of {model.__name__}"
        return UUID(str(row.id))


def model_of(endpoint: str, place: Place) -> Any:
    """Give the table that an id in a body means. Fails for a name that is new."""
    blueprint = endpoint.partition(".")[0]
    names = [each for each in place if isinstance(each, str)]
    last = names[-1] if names[-1].endswith(("id", "ids")) else f"{names[-1]}_id"
    one = f"{last[:-4]}_id" if last.endswith("_ids") else last
    resource = resource_at(blueprint.removeprefix("admin_").removesuffix("_api")) if _is_resource(blueprint) else None
    own = _targets(resource.model.__table__).get(one) if resource else None
    if own:
        return own
    for name in (f"{endpoint}.{one}", f"{blueprint}.{one}", f"{blueprint}.{last}", ".".join(names), one):
        if name in TABLES or name in NAMES:
            return TABLES.get(name) or NAMES[name]
    found = _foreign_keys().get(one, set())
    stem = one.removesuffix("_id")
    model = next(iter(found)) if len(found) == 1 else NAMES.get(stem)
    assert model is not None, f"say in tests/foreign.py which table {'.'.join(names)} of {endpoint} means"
    return model


def _is_resource(blueprint: str) -> bool:
    try:
        return resource_at(blueprint.removeprefix("admin_").removesuffix("_api")) is not None
    except KeyError:
        return False


def _targets(table: sa.Table) -> dict[str, Any]:
    """Column -> the model that its foreign key names."""
    return {
        column.name: _models()[key.column.table.name] for column in table.columns for key in column.foreign_keys
    }  # fmt: skip


@cache
def _models() -> dict[str, Any]:
    return {each.local_table.name: each.class_ for each in Base.registry.mappers}  # type: ignore[attr-defined]


@cache
def _foreign_keys() -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = {}
    for each in Base.registry.mappers:
        for name, model in _targets(each.local_table).items():  # type: ignore[arg-type]
            found.setdefault(name, set()).add(model)
    return found


# what is linked


def is_named(hospital_id: UUID, row_id: UUID) -> list[str]:
    """List the tables in which a row of a hospital names a row."""
    found = []
    with passage("the test looks for an id in every row"):
        for table in tenant_tables():
            query = (
                f"SELECT 1 FROM {table.name} t WHERE hospital_id = :id AND id <> :row AND t::text LIKE :like LIMIT 1"
            )
            values = {"id": hospital_id, "row": row_id, "like": f"%{row_id}%"}
            if db.session.execute(sa.text(query), values).first():
                found.append(str(table.name))
    return found


# in the forms of pages


@dataclass
class Form:
    """A form as a browser would send it: its fields with their values, and the choices of its lists."""

    action: str
    method: str
    fields: dict[str, str]
    choices: dict[str, list[str]]


class _Forms(HTMLParser):
    """Reads the forms of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[Form] = []
        self._form: Form | None = None
        self._select = self._text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name = given.get("name", "")
        if tag == "form":
            self._form = Form(given.get("action", ""), given.get("method", "get").lower(), {}, {})
            self.found.append(self._form)
        elif self._form is None:
            return
        elif tag == "select" and name:
            self._select = name
            self._form.choices[name] = []
            self._form.fields[name] = ""
        elif tag == "option" and self._select:
            self._form.choices[self._select].append(given.get("value", ""))
            if "selected" in given:
                self._form.fields[self._select] = given.get("value", "")
        elif tag == "textarea" and name:
            self._form.fields[name] = "x" if "required" in given else ""
        elif tag == "input" and name and given.get("type") not in ("file", "submit", "button"):
            self._input(self._form, name, given)

    def _input(self, form: Form, name: str, given: dict[str, str]) -> None:
        if given.get("type") in ("checkbox", "radio"):
            form.choices.setdefault(name, []).append(given.get("value", "on"))
            if "checked" in given or (given["type"] == "radio" and "required" in given and name not in form.fields):
                form.fields[name] = given.get("value", "on")
            return
        samples = {"email": "a@example.org", "number": given.get("min", "1"), "date": "2026-12-01", "time": "09:00"}
        empty = samples.get(given.get("type", ""), "x") if "required" in given else ""
        form.fields[name] = given.get("value") or empty

    def handle_endtag(self, tag: str) -> None:
        if tag == "select" and self._form is not None and self._select:
            own = self._form.choices[self._select]
            if self._form.fields[self._select] == "" and "" not in own and own:
                self._form.fields[self._select] = own[0]
            self._select = ""
        elif tag == "form":
            self._form = None


def forms_of(text: str) -> list[Form]:
    """Read the forms of a page that change something."""
    reader = _Forms()
    reader.feed(text)
    return [each for each in reader.found if each.method == "post" and each.action.startswith("/")]


def pages_of_rows(house: House, person: str) -> Iterator[str]:
    """Give the text of each page and fragment of a row of hospital A that a person may open."""
    for rule, method in closed(house.app):
        if method == "GET" and takes_id(rule) and person in litany.DOORS[rule.endpoint]:
            rows = rows_for(house, rule)
            answer = house.ask(person, "GET", address(house, rule, {name: row.id for name, row in rows.items()}))
            if answer.status_code == 200 and answer.mimetype == "text/html":
                yield answer.text


def tries_of_forms(house: House, person: str, pages: Iterable[str]) -> Iterator[Try]:
    """Give a request for each field of each form of these pages that takes an id: once for each door and field."""
    adapter, tables, seen = house.app.url_map.bind("localhost"), _tables_of_rows(), set()
    for text in pages:
        for form in forms_of(text):
            try:
                endpoint, _values = adapter.match(form.action.partition("?")[0], method="POST")
            except HTTPException:
                continue
            for name, own in _ids_in(form, tables).items():
                if (endpoint, name) not in seen and own is not None:
                    seen.add((endpoint, name))
                    fields = {**form.fields, name: own}
                    told = f"POST {form.action} ({endpoint}) {name}"
                    yield Try(told, person, "POST", form.action, tables[own], UUID(own), fields, (name,))


def _ids_in(form: Form, tables: dict[str, Any]) -> dict[str, str | None]:
    """Which fields take ids, each with one of the form's own choices."""
    found: dict[str, str | None] = {}
    for name, value in form.fields.items():
        given = [value, *form.choices.get(name, [])]
        known = next((each for each in given if each in tables), None)
        if known is not None:
            found[name] = known
    return found


def _tables_of_rows() -> dict[str, Any]:
    """The id of every row -> its table."""
    found: dict[str, Any] = {}
    with acting_as(SYSTEM):
        for model in (*[_models()[each.name] for each in tenant_tables()], User, Hospital, *OF_ALL):
            found |= {str(each): model for each in db.session.execute(sa.select(model.id)).scalars()}
    return found
