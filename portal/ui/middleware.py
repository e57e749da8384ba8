"""Small rules that hold for every response."""

from __future__ import annotations

import secrets
from collections.abc import Callable

from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestIdMiddleware:
    """Give each request an identifier that error pages show and logs carry.

    The identifier is always our own: one sent by a client would let it forge or collide entries.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Set ``request.request_id`` and the ``X-Request-ID`` response header."""
        request_id = secrets.token_hex(8)
        request.request_id = request_id  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-ID"] = request_id
        return response


class PrivatePagesMiddleware:
    """Keep pages out of shared and on-disk caches, unless a view chose its own policy.

    Static files are served before this middleware runs and stay cacheable.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Add ``Cache-Control: no-store, private`` where no policy is set."""
        response = self.get_response(request)
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response


class StorableAddressMiddleware:
    """Nothing lies at an address with a character that no column can hold.

    Addresses hold case numbers and keys, which are compared in the database; PostgreSQL takes no
    NUL in a text, and would answer with an error instead of “not found”.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer 404, with the page that every missing address has; the API has its own shape."""
        if "\x00" in request.path_info and not request.path_info.startswith("/api/"):
            raise Http404
        return self.get_response(request)
