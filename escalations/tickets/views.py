"""Pages of tickets beyond the case page: opening one, types, routing table, and workload."""

import json
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count, Q, QuerySet
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from escalations.tickets import configuration, services, workkinds
from escalations.tickets.configuration import Direction
from escalations.tickets.forms import (
    NewTypeForm,
    OpenTicketForm,
    RouteForm,
    RuleForm,
    TypeForm,
    active_types,
    openable_types,
)
from escalations.tickets.models import RoutingRule, TicketType
from escalations.tickets.workload import workload_of
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.tenancy.actor import Actor, NotAllowed


@require_http_methods(["GET", "HEAD", "POST"])
def open_ticket(request: HttpRequest) -> HttpResponse:
    """Choose a type, see its best practices, write the ticket (ES-06)."""
    actor = _actor(request, "tickets.open")
    key = request.POST.get("type") or request.GET.get("type")
    if not key:
        return render(request, "tickets/choose_type.html", {"types": openable_types(actor)})
    ticket_type = get_object_or_404(active_types(actor), key=key)
    if elsewhere := workkinds.get(ticket_type.kind).opened_elsewhere:
        return redirect(elsewhere)
    form = OpenTicketForm(request.POST or None, actor=actor)
    form.ask_facts_of(ticket_type)
    if form.is_bound and form.is_valid():
        try:
            case = services.open_ticket(actor=actor, ticket_type=ticket_type, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            _show_errors(form, error)
        else:
            messages.success(request, f"Ticket {case.number} is with {case.queue}.")
            if Case.objects.visible_to(actor).filter(pk=case.pk).exists():
                return redirect("casework:case", case.number)
            return redirect("tickets:open")  # another unit's from here on
    context = {"form": form, "ticket_type": ticket_type}
    return render(request, "tickets/open.html", context, status=_status(form))


@require_safe
def types(request: HttpRequest) -> HttpResponse:
    """The types of ticket, with their best practices and how many there are of each."""
    actor = _actor(request, "tickets.view_types")
    context = {
        "types": _types(actor)
        .annotate(
            open_count=Count("tickets", filter=Q(tickets__case__is_open=True)),
            all_count=Count("tickets"),
        )
        .order_by("label"),
        "may_configure": actor.may(configuration.ACTION),
    }
    return render(request, "tickets/types.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_type(request: HttpRequest) -> HttpResponse:
    """Add a type of ticket."""
    actor = _actor(request, configuration.ACTION)
    form = NewTypeForm(request.POST or None, actor=actor)
    if form.is_bound and form.is_valid():
        try:
            configuration.add_type(actor=actor, **_type_values(form))
        except ValidationError as error:
            _show_errors(form, error)
        else:
            messages.success(request, "The type was added. Give it a line in the routing table.")
            return redirect("tickets:types")
    return _form_page(request, form, "Add a ticket type", "tickets:types")


@require_http_methods(["GET", "HEAD", "POST"])
def edit_type(request: HttpRequest, key: str) -> HttpResponse:
    """Change a type's name, advice and use."""
    actor = _actor(request, configuration.ACTION)
    ticket_type = get_object_or_404(
        TicketType.objects.filter(exchange_id=actor.exchange_id), key=key
    )
    initial = {
        "label": ticket_type.label,
        "best_practices": "\n".join(ticket_type.best_practices),
        "is_active": ticket_type.is_active,
        "usual_exception": ticket_type.usual_exception,
        "fields_text": _as_text(ticket_type.fields),
    }
    form = TypeForm(request.POST or None, initial=initial)
    if form.is_bound and form.is_valid():
        try:
            configuration.change_type(actor=actor, ticket_type=ticket_type, **_type_values(form))
        except ValidationError as error:
            _show_errors(form, error)
        else:
            messages.success(request, "The type was saved.")
            return redirect("tickets:types")
    return _form_page(request, form, f"Edit {ticket_type.label}", "tickets:types")


@require_safe
def workload(request: HttpRequest) -> HttpResponse:
    """Who of the actor's units has how much in hand."""
    actor = _actor(request, "tickets.view_workload")
    return render(request, "tickets/workload.html", {"loads": workload_of(actor)})


@require_safe
def routing(request: HttpRequest) -> HttpResponse:
    """The routing table in order, and a box to try it out (decision 4)."""
    actor = _actor(request, configuration.ACTION)
    rules = configuration.routing_rules(actor.exchange)
    form = RouteForm(request.GET if "ticket_type" in request.GET else None, actor=actor)
    route = None
    if form.is_bound and form.is_valid():
        route = configuration.find_route(rules=rules, **form.cleaned_data)
    context = {"rules": rules, "form": form, "route": route}
    return render(request, "tickets/routing.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def add_rule(request: HttpRequest) -> HttpResponse:
    """Add a line at the end of the routing table."""
    actor = _actor(request, configuration.ACTION)
    form = RuleForm(request.POST or None, actor=actor)
    if form.is_bound and form.is_valid():
        try:
            configuration.add_rule(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            _show_errors(form, error)
        else:
            messages.success(request, "The line was added at the end. Move it to its place.")
            return redirect("tickets:routing")
    return _form_page(request, form, "Add a routing line", "tickets:routing")


@require_http_methods(["GET", "HEAD", "POST"])
def edit_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a line in its place."""
    actor = _actor(request, configuration.ACTION)
    rule = _rule(actor, pk)
    # A copy: the form writes into its instance, the service gets the stored row.
    form = RuleForm(request.POST or None, instance=_rule(actor, pk), actor=actor)
    if form.is_bound and form.is_valid():
        try:
            configuration.change_rule(actor=actor, rule=rule, **form.cleaned_data)
        except ValidationError as error:
            _show_errors(form, error)
        else:
            messages.success(request, "The line was saved.")
            return redirect("tickets:routing")
    return _form_page(request, form, f"Edit routing line {rule.position}", "tickets:routing")


@require_POST
def move_rule(request: HttpRequest, pk: int, direction: str) -> HttpResponse:
    """Move a line up or down by one."""
    actor = _actor(request, configuration.ACTION)
    rule = _rule(actor, pk)
    try:
        configuration.move_rule(actor=actor, rule=rule, direction=Direction(direction))
    except Refused as refusal:
        messages.error(request, str(refusal))
    return redirect(f"{reverse('tickets:routing')}#rule-{rule.pk}")


@require_http_methods(["GET", "HEAD", "POST"])
def delete_rule(request: HttpRequest, pk: int) -> HttpResponse:
    """Delete a line, after asking."""
    actor = _actor(request, configuration.ACTION)
    rule = _rule(actor, pk)
    if request.method == "POST":
        configuration.delete_rule(actor=actor, rule=rule)
        messages.success(request, "The line was deleted. Open tickets stay where they are.")
        return redirect("tickets:routing")
    context = {
        "title": f"Delete routing line {rule.position}?",
        "text": "New tickets it would have matched go on to the next line that matches.",
        "details": [
            ("Type", str(rule.ticket_type or "Any type")),
            ("Unit", str(rule.queue)),
            ("Why", rule.why),
        ],
        "action_url": reverse("tickets:rule-delete", args=[rule.pk]),
        "cancel_url": reverse("tickets:routing"),
        "submit_label": "Delete the line",
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


def _type_values(form: BaseForm) -> dict[str, Any]:
    """The form's values as the service calls them: a form has ``fields`` of its own."""
    values = dict(form.cleaned_data)
    values["fields"] = values.pop("fields_text")
    return values


def _as_text(fields: list[dict[str, Any]]) -> str:
    """A type's own fields as an administrator edits them."""
    return json.dumps(fields, indent=2, ensure_ascii=False) if fields else ""


def _types(actor: Actor) -> QuerySet[TicketType]:
    return TicketType.objects.filter(exchange_id=actor.exchange_id)


def _rule(actor: Actor, pk: int) -> RoutingRule:
    rows = RoutingRule.objects.filter(exchange_id=actor.exchange_id)
    return get_object_or_404(rows.select_related("queue", "ticket_type"), pk=pk)


def _actor(request: HttpRequest, action: str) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    return actor


def _form_page(request: HttpRequest, form: Any, title: str, back: str) -> HttpResponse:
    context = {"form": form, "title": title, "back_url": reverse(back)}
    return render(request, "tickets/form.html", context, status=_status(form))


def _show_errors(form: BaseForm, error: Refused | ValidationError) -> None:
    """Put a service's objection beside the field it names, or on top."""
    if isinstance(error, Refused) or not hasattr(error, "error_dict"):
        form.add_error(None, str(error) if isinstance(error, Refused) else error.messages)
        return
    for name, reasons in error.message_dict.items():
        form.add_error(name if name in form.fields else None, reasons)


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200
