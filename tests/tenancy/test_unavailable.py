"""What a person sees when the database goes away in the middle of a request."""

import pytest
from django.db import OperationalError
from django.test import RequestFactory

from portal.tenancy.middleware import ExchangeTransactionMiddleware


@pytest.mark.django_db
def test_a_lost_database_is_a_sentence_to_try_again_and_keeps_nothing() -> None:
    middleware = ExchangeTransactionMiddleware(lambda request: None)  # type: ignore[arg-type]
    request = RequestFactory().post("/cases/EA-2025-001001/act/note/")
    answer = middleware.process_exception(request, OperationalError("deadlock detected"))
    assert answer is not None
    assert answer.status_code == 503
    assert request.failed is True  # type: ignore[attr-defined]
    assert b"deadlock" not in answer.content
