"""The API against its own document: made-up requests with real ids and tokens, and every answer as it is written there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from apiflask import APIFlask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)
from schemathesis.core.failures import FailureGroup

from app.core.api.schemas import ERROR, In, Out
from app.core.jobs import queues
from app.core.time import clock
from devstack.links import token_addresses
from tests.cast import Cast, bearer
from tests.conftest import NOON
from tests.world import DELAY, furnish

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
EXAMPLES = 6  # of each operation for each caller
LAST = ("DELETE", "logout", "change_password")  # what would end the callers' own sessions comes at the end
SOURCES = ("/api/integrations/events/", "/api/integrations/events/bulk_create/", "/api/integrations/hl7/")
CALLERS = ("px_admin", "px_coordinator")


@pytest.fixture
def furnished(app: APIFlask, reference_data: Cast, source_key: str) -> Iterator[str]:
    """A hospital with something of everything; gives the key of its system."""
    furnish(app, reference_data, source_key, count=2)
    with clock.frozen(NOON + DELAY):
        yield source_key


def document(app: APIFlask) -> dict[str, Any]:
    """Give the OpenAPI document of the application."""
    found = app.spec
    assert isinstance(found, dict)
    return found


def operations(app: APIFlask) -> list[Any]:
    """Every operation of the document, those that end sessions last."""
    schema = schemathesis.openapi.from_dict(document(app))
    schema.app = app
    found: list[Any] = [each.ok() for each in schema.get_all_operations()]  # type: ignore[union-attr]
    return sorted(
        found, key=lambda each: (each.method.upper() in LAST or each.path.rstrip("/").endswith(LAST[1:]), each.path)
    )


class RealValues:
    """Values of path parameters that exist: ids from the collections, a survey's token, the code of a role."""

    def __init__(self, client: FlaskClient, headers: dict[str, str]) -> None:
        """Ask as a caller who sees everything."""
        self.client, self.headers = client, headers
        self.known: dict[str, list[str]] = {}
        links = [each.split("/")[2].partition("?")[0] for each in token_addresses() if each.startswith("/s/")]
        self.fixed = {"token": links, "code": ["px_coordinator"], "verb": ["start", "cancel"]}

    def of(self, path: str, name: str) -> list[str]:
        """Give what a parameter of a path may be; empty when nothing is known."""
        if name in self.fixed:
            return self.fixed[name]
        collection = path.partition("{")[0]
        if collection not in self.known:
            answer = self.client.get(collection, headers=self.headers)
            rows = (answer.json or {}).get("results", []) if answer.status_code == 200 else []
            self.known[collection] = [row["id"] for row in rows][:5]
        return self.known[collection]


def try_operation(operation: Any, headers: dict[str, str], real: RealValues) -> None:
    """Send made-up requests of one operation as one caller; half of them to things that exist."""

    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate],
    )
    @given(case=operation.as_strategy(), choice=st.integers(0, 9))
    def attempt(case: Any, choice: int) -> None:
        for name in case.path_parameters or {}:
            values = real.of(operation.path, name)
            if values and choice < 8:
                case.path_parameters[name] = values[choice % len(values)]
        queues.redis_client().flushdb()  # limits have tests of their own
        answer = case.call(headers=headers)
        case.validate_response(answer, checks=CHECKS)

    attempt()


@pytest.mark.parametrize("caller", CALLERS)
def test_every_answer_to_made_up_requests_is_as_documented(
    app: APIFlask, cast: Cast, furnished: str, caller: str
) -> None:
    real = RealValues(app.test_client(), bearer(cast["px_admin"]))
    token = bearer(cast[caller])
    wrong = []
    for operation in operations(app):
        is_source = operation.method.upper() == "POST" and operation.path in SOURCES
        headers = {**({"Authorization": f"Bearer {furnished}"} if is_source else token), "Accept-Encoding": "identity"}
        try:
            try_operation(operation, headers, real)
        except FailureGroup as problem:  # every operation is tried; the list below tells of all
            wrong += [f"{operation.method.upper()} {operation.path}: {each}" for each in problem.exceptions]
    assert wrong == [], "\n\n".join(wrong)


def test_no_two_schemas_share_a_name(app: APIFlask) -> None:
    """The document knows a schema by its name only, so the second of one name would be described as the first."""
    seen: dict[str, Any] = {}
    queue: list[Any] = [In, Out]
    while queue:
        model = queue.pop()
        queue.extend(model.__subclasses__())
        assert seen.setdefault(model.__name__, model.model_json_schema()) == model.model_json_schema(), model


def paths(app: APIFlask) -> Iterator[tuple[str, str, set[str]]]:
    """Give each path of the document with an id that nobody has, and the methods that it takes."""
    nobody = "018f0000-0000-7000-8000-00000000beef"
    for path, item in document(app)["paths"].items():
        methods = {name.upper() for name in item} & {"GET", "POST", "PUT", "PATCH", "DELETE"}
        address = path
        while "{" in address:
            before, _, rest = address.partition("{")
            name, _, after = rest.partition("}")
            address = before + (nobody if name.endswith("_id") else "start") + after
        yield path, address, methods


def is_one_shape(answer: Any) -> bool:
    """Whether a refusal has the one error shape of the API."""
    body = answer.json or {}
    return set(body) == {"error"} and set(body["error"]) == {"code", "message", "fields"}


def test_a_method_that_an_address_does_not_take_is_405_and_says_which_it_takes(app: APIFlask, cast: Cast) -> None:
    headers = bearer(cast["px_admin"])
    for path, address, methods in paths(app):
        for method in {"GET", "POST", "PUT", "PATCH", "DELETE"} - methods:
            answer = app.test_client().open(address, method=method, headers=headers)
            assert answer.status_code == 405, f"{method} {path}: {answer.status_code}"
            allowed = {each.strip() for each in answer.headers["Allow"].split(",")}
            assert allowed - {"HEAD", "OPTIONS"} == methods, f"{path}: {allowed}"
            assert is_one_shape(answer)


def test_a_caller_without_a_token_gets_401_with_the_scheme_and_the_one_shape(app: APIFlask) -> None:
    described = document(app)["paths"]
    for path, address, methods in paths(app):
        for method in methods:
            if "security" not in described[path][method.lower()]:
                continue
            answer = app.test_client().open(address, method=method, json=None if method in ("GET", "DELETE") else {})
            assert answer.status_code == 401, f"{method} {path}: {answer.status_code}"
            assert answer.headers["WWW-Authenticate"].startswith("Bearer"), path
            assert is_one_shape(answer)


def test_the_document_names_the_one_error_shape_for_every_refusal(app: APIFlask) -> None:
    described = document(app)
    schemas = described["components"]["schemas"]
    for path, _, methods in paths(app):
        for method in methods:
            for status, answer in described["paths"][path][method.lower()]["responses"].items():
                if status.startswith("4") and not path.endswith("/hl7/"):
                    name = answer["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
                    assert schemas[name] == ERROR, f"{method} {path} {status}"


def test_an_address_that_does_not_exist_is_404_in_the_one_shape(client: FlaskClient, cast: Cast) -> None:
    answer = client.get("/api/nothing/here/", headers=bearer(cast["px_admin"]))

    assert answer.status_code == 404
    assert is_one_shape(answer)
