"""The documentation in the browser, from the same tables as the documents."""

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from portal.reference import tables
from portal.tenancy.http import ActorRequest
from portal.tenancy.models import Role
from portal.tenancy.roles import ROLES


class RoleFilter(forms.Form):
    role = forms.ChoiceField(
        label="Role",
        required=False,
        choices=[("", "All roles"), *((spec.key, spec.label) for spec in ROLES.values())],
    )


def index(request: ActorRequest) -> HttpResponse:
    """What there is to read; offices get the short page."""
    if not request.actor.may("reference.view"):
        return how_it_works(request)
    return render(request, "reference/index.html")


def how_it_works(request: ActorRequest) -> HttpResponse:
    """The life of a constituent's case in plain words, for everybody who is signed in."""
    return render(request, "reference/how_it_works.html")


def permissions(request: ActorRequest) -> HttpResponse:
    """Who may do what in the actor's exchange, now."""
    request.actor.require("reference.view")
    form = RoleFilter(request.GET)
    role = form.cleaned_data["role"] if form.is_valid() else ""
    rooms = tables.permissions(_grants(request), role=role)
    context = {"form": form, "rooms": list(rooms.items())}
    return render(request, "reference/permissions.html", context)


def transitions(request: ActorRequest) -> HttpResponse:
    """How each kind of case of the actor's exchange moves."""
    request.actor.require("reference.view")
    kinds = tables.transitions(_grants(request), only=request.actor.exchange.modules)
    context = {"kinds": kinds}
    return render(request, "reference/transitions.html", context)


@login_not_required
def accessibility(request: HttpRequest) -> HttpResponse:
    """What the portal conforms to, and whom to tell about a barrier."""
    return render(request, "reference/accessibility.html")


def _grants(request: ActorRequest) -> dict[str, frozenset[str]]:
    rows = Role.objects.filter(exchange_id=request.actor.exchange_id)
    return {key: frozenset(held) for key, held in rows.values_list("key", "actions")}
