"""What the pages of letters and those of templates share."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from portal.casework.machine import Refused
from portal.documents.responses import content_disposition
from portal.documents.screening import safe_name
from portal.tenancy.actor import Actor, NotAllowed

get_or_post = require_http_methods(["GET", "HEAD", "POST"])


def actor_of(request: HttpRequest, *actions: str) -> Actor:
    """Who asks, once it is sure that they have one of the actions.

    Raises:
        NotAllowed: they have none of them, or act in no exchange.
    """
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not actor.may_any(actions):
        raise NotAllowed(actions[0])
    return actor


def show_errors(form: forms.Form, error: Refused | ValidationError) -> None:
    """Put a service's objection beside the field it names, or on top."""
    if isinstance(error, Refused) or not hasattr(error, "error_dict"):
        form.add_error(None, str(error) if isinstance(error, Refused) else error.messages)
        return
    for name, reasons in error.message_dict.items():
        form.add_error(name if name in form.fields else None, reasons)


def status_of(form: forms.Form) -> int:
    """422 for a form that was sent and is shown again."""
    return 422 if form.is_bound else 200


def confirm(request: HttpRequest, form: forms.Form | None, **context: Any) -> HttpResponse:
    """A page that asks before something is done; the answer is posted to the same address."""
    status = status_of(form) if form is not None else 200
    context |= {"form": form, "action_url": request.path}
    return render(request, "ui/confirm.html", context, status=status)


def preview_response(content: bytes, name: str) -> HttpResponse:
    """A PDF that was made for this look only, under the headers of every file that goes out."""
    return HttpResponse(
        content,
        content_type="application/pdf",
        headers={
            "Content-Disposition": content_disposition(safe_name(name, ".pdf")),
            "Content-Length": str(len(content)),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store, private",
        },
    )
