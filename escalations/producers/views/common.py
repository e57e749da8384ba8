"""What every page of this room asks of its request."""

from collections.abc import Iterable
from typing import cast

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest

from escalations.producers.table import KIND
from portal.tenancy.actor import Actor, NotAllowed


def actor_of(request: HttpRequest, action: str) -> Actor:
    """Who asks, once it is sure that they have the action and the exchange has producers' paths.

    Raises:
        NotAllowed: they have not the action, or act in no exchange.
        Http404: the exchange does not work with producers' escalations.
    """
    actor = cast("Actor | None", getattr(request, "actor", None))
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    if KIND not in actor.exchange.modules:
        raise Http404
    return actor


def put_errors(form: forms.BaseForm, error: ValidationError) -> None:
    """Put a service's objection beside the field it names, or on top."""
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)


def ids(values: Iterable[str]) -> list[int]:
    """The numbers among what a form sent; anything else is nobody's id."""
    return [int(v) for v in values if v.isascii() and v.isdigit() and len(v) < 19]
