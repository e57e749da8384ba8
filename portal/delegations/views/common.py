"""What the pages of this room share."""

from django import forms
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest

from portal.tenancy.actor import Actor

MODULE = "delegations"


def actor_with(request: HttpRequest, action: str) -> Actor:
    """The actor, if their role has the action and their exchange has the tool.

    Raises:
        NotAllowed: the role has not the action.
        Http404: the exchange works without the tool.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    actor.require(action)
    if not actor.has_module(MODULE):
        raise Http404
    return actor


def show_errors(form: forms.Form, error: ValidationError) -> None:
    """Put a service's objections beside the fields they name."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)
