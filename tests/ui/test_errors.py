"""Error pages: kind, useful, and silent about the cause."""

from __future__ import annotations

import re
from http import HTTPStatus

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.test import Client, RequestFactory

from portal.ui import views


def without_reference(html: str) -> str:
    """Blank out what differs between any two requests: reference number and form token."""
    html = re.sub(r"<code>\w+</code>", "", html)
    return re.sub(r'(content|value)="\w{64}"', "", html)


def test_a_404_is_the_same_page_whatever_the_reason(ui_client: Client) -> None:
    missing, unknown = ui_client.get("/missing/"), ui_client.get("/no/such/page/")
    assert missing.status_code == unknown.status_code == 404
    assert without_reference(missing.content.decode()) == without_reference(
        unknown.content.decode()
    )
    assert "CC-2026-00411" not in missing.content.decode()


def test_a_403_does_not_tell_which_permission_is_missing(ui_client: Client) -> None:
    response = ui_client.get("/forbidden/")
    assert response.status_code == 403
    assert "release.override" not in response.content.decode()


def test_a_stale_form_gets_the_portals_own_page(ui_site: None) -> None:
    response = Client(enforce_csrf_checks=True).post("/form/", {"title": "t"})
    assert response.status_code == 403
    assert "too long" in response.content.decode()


def test_the_reference_on_the_page_is_the_one_in_the_header(ui_client: Client) -> None:
    response = ui_client.get("/missing/")
    assert re.fullmatch(r"[0-9a-f]{16}", response["X-Request-ID"])
    assert response["X-Request-ID"] in response.content.decode()


def test_a_reference_sent_by_the_client_is_not_taken_over(ui_client: Client) -> None:
    response = ui_client.get("/missing/", headers={"X-Request-ID": "forged"})
    assert response["X-Request-ID"] != "forged"


@pytest.mark.parametrize("status", list(views.ERRORS))
def test_every_error_page_says_what_to_do_next(ui_site: None, status: HTTPStatus) -> None:
    response = views.render_error(RequestFactory().get("/"), status)
    html = response.content.decode()
    assert response.status_code == status.value
    assert views.ERRORS[status].title in html
    assert "Go to the home page" in html


def test_a_request_that_is_too_large_is_a_413(ui_site: None) -> None:
    request = RequestFactory().post("/")
    assert views.bad_request(request, RequestDataTooBig("limit")).status_code == 413
    assert views.bad_request(request, SuspiciousOperation("x")).status_code == 400


def test_the_pages_for_500_and_503_need_nothing_of_the_request(ui_site: None) -> None:
    assert views.server_error(None).status_code == 500
    response = views.unavailable(None)
    assert response.status_code == 503
    assert response["Retry-After"] == "120"
