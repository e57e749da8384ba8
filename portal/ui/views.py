"""Error pages: plain words, what to do next, and a reference number for support.

None of them says more than the status does. In particular a page that does not exist and a page
that is not yours are the same page, byte for byte but for the reference number.
"""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string

_TOO_LARGE = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)


@dataclass(frozen=True, slots=True)
class ErrorText:
    """What an error page says."""

    title: str
    text: str
    advice: str


ERRORS = {
    HTTPStatus.BAD_REQUEST: ErrorText(
        "We could not read that request",
        "Something in the address or the form was not in a shape we understand.",
        "Go back, check what you entered, and try again.",
    ),
    HTTPStatus.FORBIDDEN: ErrorText(
        "You cannot do this",
        "Your role does not include this step, or the page had been open for too long.",
        "Go back, reload the page and try again. If you need this step for your work, "
        "ask your organization's administrator.",
    ),
    HTTPStatus.NOT_FOUND: ErrorText(
        "Page not found",
        "There is nothing at this address that you can open.",
        "Check the address, or find what you need from the home page or by search.",
    ),
    HTTPStatus.REQUEST_ENTITY_TOO_LARGE: ErrorText(
        "That is too large to send",
        "What you sent is larger than we can take. Nothing was saved.",
        "Send fewer or smaller files, one at a time if need be.",
    ),
    HTTPStatus.TOO_MANY_REQUESTS: ErrorText(
        "Too many attempts",
        "We slow things down after many attempts in a short time, to keep accounts safe.",
        "Wait a few minutes, then try again.",
    ),
    HTTPStatus.INTERNAL_SERVER_ERROR: ErrorText(
        "Something went wrong on our side",
        "The step was not completed. The problem has been recorded.",
        "Try again in a moment. If it happens again, give the reference below to support.",
    ),
    HTTPStatus.SERVICE_UNAVAILABLE: ErrorText(
        "We will be right back",
        "The portal is not available at the moment. Saved work is safe.",
        "Try again in a few minutes.",
    ),
}
#: These pages must come up while the database is down, so they use nothing of the request.
_BARE = frozenset({HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.SERVICE_UNAVAILABLE})


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 400, or 413 when the request was refused for its size."""
    if isinstance(exception, _TOO_LARGE):
        return payload_too_large(request)
    return render_error(request, HTTPStatus.BAD_REQUEST)


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403; the exception's text is never shown."""
    return render_error(request, HTTPStatus.FORBIDDEN)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 403 when the actor's role lacks the action a service asked for."""
    return render_error(request, HTTPStatus.FORBIDDEN)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer 403 when the form's token is missing or stale; the reason is never shown."""
    return render_error(request, HTTPStatus.FORBIDDEN)


def page_not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 404, the same whatever the cause."""
    return render_error(request, HTTPStatus.NOT_FOUND)


def payload_too_large(request: HttpRequest) -> HttpResponse:
    """Answer 413."""
    return render_error(request, HTTPStatus.REQUEST_ENTITY_TOO_LARGE)


def too_many_requests(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """Answer 429."""
    return render_error(request, HTTPStatus.TOO_MANY_REQUESTS)


def server_error(request: HttpRequest) -> HttpResponse:
    """Answer 500 without touching the database or the session."""
    return render_error(request, HTTPStatus.INTERNAL_SERVER_ERROR)


def unavailable(request: HttpRequest) -> HttpResponse:
    """Answer 503 and ask clients to come back in two minutes."""
    response = render_error(request, HTTPStatus.SERVICE_UNAVAILABLE)
    response["Retry-After"] = "120"
    return response


def render_error(request: HttpRequest, status: HTTPStatus) -> HttpResponse:
    """Render the page of one of the statuses in :data:`ERRORS`."""
    # Where nobody is asked who they are, no error says it either, nor sets a cookie to say it.
    is_bare = status in _BARE or getattr(request, "is_open", False)
    context = {
        "error": ERRORS[status],
        "status": status.value,
        "request_id": getattr(request, "request_id", ""),
        "bare": is_bare,
    }
    template = "errors/bare.html" if is_bare else "errors/error.html"
    body = render_to_string(template, context, request=None if is_bare else request)
    return HttpResponse(body, status=status.value)
