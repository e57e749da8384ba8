"""Every operation of the document under generated requests: no 5xx, and answers as promised.

Bodies, parameters and headers are drawn from the document, valid and not. The short run is part
of the suite; ``-m slow`` draws many more.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.cache import cache
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections, transaction
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from portal.api.throttling import TokenRateThrottle
from tests.api.conftest import Caller
from tests.api.test_cases import release_to_office, submit
from tests.world import World

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """Requests stay in the test's transaction, as they do with Django's own test client."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture
def numbers(world: World, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Case numbers to draw from: open to the office, closed to it, and none."""
    monkeypatch.setattr(TokenRateThrottle, "THROTTLE_RATES", {"token": "1000000/min"})
    cache.clear()
    opened = submit(world)
    release_to_office(world, opened)
    return [opened.number, submit(world).number, "EA-1999-1"]


def fuzz(secret: str, numbers: list[str], examples: int) -> None:
    """Draw requests for each operation and check each answer.

    Each request runs in a savepoint that is rolled back, so that one cannot spoil the next.
    """
    document = SchemaGenerator().get_schema(request=None, public=True)
    api = schemathesis.openapi.from_dict(document)
    api.app = WSGIHandler()
    operations = [result.ok() for result in api.get_all_operations()]
    assert len(operations) > 35
    drawn = settings(
        max_examples=examples,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    failures: list[str] = []
    for operation in operations:
        count = 0

        def probe(case: Any) -> None:
            nonlocal count
            if "number" in case.path_parameters:
                case.path_parameters["number"] = numbers[count % len(numbers)]
            count += 1
            headers = {"Authorization": f"Bearer {secret}"}
            with transaction.atomic():
                response = case.call(headers=headers)
                transaction.set_rollback(True)
            case.validate_response(response, checks=CHECKS)

        try:
            drawn(given(case=operation.as_strategy())(probe))()
        except BaseExceptionGroup as group:
            failures += [f"{operation.label}: {found}" for found in group.exceptions]
        except Failure as found:
            failures.append(f"{operation.label}: {found}")
        assert count
    assert not failures, "\n\n".join(failures)


@pytest.mark.parametrize("who", ["office.staff", "ea.analyst"])
def test_no_request_breaks_the_api_and_answers_are_as_documented(
    call: Caller, numbers: list[str], who: str
) -> None:
    fuzz(call(who).secret, numbers, examples=5)


@pytest.mark.slow
@pytest.mark.parametrize("who", ["office.staff", "ea.lead", "eru.lead", "privacy", "admin"])
def test_many_requests_do_not_either(call: Caller, numbers: list[str], who: str) -> None:
    fuzz(call(who).secret, numbers, examples=60)


def test_every_operation_of_the_document_asks_for_a_token_but_the_finders(world: World) -> None:
    document = SchemaGenerator().get_schema(request=None, public=True)
    api = schemathesis.openapi.from_dict(document)
    assert "security" not in document  # so an operation that names no scheme asks for nothing
    for result in api.get_all_operations():
        operation = result.ok()
        is_public = operation.definition.raw["tags"] == ["finder"]
        security = operation.definition.raw.get("security", [])
        assert security == ([] if is_public else [{"token": []}]), operation.label
