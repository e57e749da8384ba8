"""The Service Center's pages: a consumer's delegation, added or removed on the phone (C.7b)."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from portal.casework.machine import Refused
from portal.consumers.mirror import Consumer
from portal.delegations import selectors, services
from portal.delegations.forms import AddForm, FindForm, RemoveForm
from portal.delegations.views.common import actor_with, show_errors
from portal.ledger.services import record
from portal.tenancy.actor import Actor

_MOST = 20


@sensitive_post_parameters("case_number")
@require_http_methods(["GET", "HEAD", "POST"])
def manage(request: HttpRequest) -> HttpResponse:
    """Find a consumer by the number of their case; posted, so that no address holds it."""
    actor = actor_with(request, services.MANAGE)
    form = FindForm(request.POST or None)
    found: list[Consumer] | None = None
    if request.method == "POST" and form.is_valid():
        found = list(_consumers(actor).filter(**form.cleaned_data)[:_MOST])
        record(actor=actor, action="delegations.found", consumers=[one.pk for one in found])
    status = 422 if form.is_bound and form.errors else 200
    context = {"form": form, "found": found}
    return render(request, "delegations/manage.html", context, status=status)


@require_http_methods(["GET", "HEAD"])
def consumer(request: HttpRequest, pk: int) -> HttpResponse:
    """Who has a consumer, who had, and the two things that can be done about it."""
    actor = actor_with(request, services.MANAGE)
    return _show(request, actor, _consumer(actor, pk))


@require_http_methods(["POST"])
def add(request: HttpRequest, pk: int) -> HttpResponse:
    """Delegate the consumer to an enroller."""
    actor = actor_with(request, services.MANAGE)
    row = _consumer(actor, pk)
    form = AddForm(request.POST)
    if form.is_valid():
        membership = selectors.membership_of_enroller(actor, form.cleaned_data["enroller"])
        if membership is None:
            form.add_error("enroller", "No enroller has this license number or email address.")
            return _show(request, actor, row, add_form=form)
        try:
            services.add_delegation(
                actor=actor,
                consumer=row,
                membership=membership,
                contact_on_phone=form.cleaned_data["contact_on_phone"],
            )
        except ValidationError as error:
            show_errors(form, error)
        except Refused as refusal:
            form.add_error("enroller", str(refusal))
        else:
            messages.success(request, "The consumer is delegated.")
            return redirect("delegations:consumer", pk=pk)
    return _show(request, actor, row, add_form=form)


@require_http_methods(["POST"])
def remove(request: HttpRequest, pk: int) -> HttpResponse:
    """End the consumer's delegation."""
    actor = actor_with(request, services.MANAGE)
    row = _consumer(actor, pk)
    form = RemoveForm(request.POST)
    if form.is_valid():
        try:
            services.remove_delegation(actor=actor, consumer=row, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        except Refused as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, "The delegation has ended.")
            return redirect("delegations:consumer", pk=pk)
    return _show(request, actor, row, remove_form=form)


def _show(
    request: HttpRequest,
    actor: Actor,
    row: Consumer,
    *,
    add_form: AddForm | None = None,
    remove_form: RemoveForm | None = None,
) -> HttpResponse:
    rows = selectors.delegations_of(actor).filter(consumer=row).order_by("-asked_at", "-pk")
    record(
        actor=actor, action="delegations.seen", consumers=[row.pk], fields=["name", "delegations"]
    )
    is_bound = add_form is not None or remove_form is not None
    context: dict[str, Any] = {
        "consumer": {"pk": row.pk, "name": row.full_name, "case_number": row.case_number},
        "is_delegated": row.organization_id is not None,
        "organization": row.organization.name if row.organization else "",
        "enroller": row.enroller.full_name if row.enroller else "",
        "lines": selectors.lines_for(actor, rows[:_MOST]),
        "add_form": add_form or AddForm(prefix=None),
        "remove_form": remove_form or RemoveForm(auto_id="id_remove_%s"),
    }
    return render(request, "delegations/consumer.html", context, status=422 if is_bound else 200)


def _consumers(actor: Actor) -> QuerySet[Consumer]:
    return Consumer.objects.visible_to(actor).select_related("organization", "enroller")


def _consumer(actor: Actor, pk: int) -> Consumer:
    return get_object_or_404(_consumers(actor), pk=pk)
