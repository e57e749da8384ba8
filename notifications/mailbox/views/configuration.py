"""Teams, days and holds: what administrators and the privacy office set."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from notifications.mailbox import configuration, conversations
from notifications.mailbox.forms import DaysForm, HoldForm, MoveForm, TeamForm
from notifications.mailbox.models import Team, Thread
from notifications.mailbox.names import CONFIGURE, HOLD
from notifications.mailbox.retention import days_of
from notifications.mailbox.views import actor_of
from portal.tenancy.actor import Actor

_MOST_HELD = 200


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The teams that can be written to, and the days; a POST saves a team."""
    actor = actor_of(request, CONFIGURE)
    if request.method != "POST":
        return _show(request, actor)
    form = TeamForm(request.POST, actor=actor)
    if form.is_valid():
        try:
            configuration.save_team(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The team is saved.")
            return redirect("mailbox:settings")
    return _show(request, actor, team_form=form)


@require_POST
def days(request: HttpRequest) -> HttpResponse:
    """Say how long things are kept."""
    actor = actor_of(request, CONFIGURE)
    form = DaysForm(request.POST, days=days_of(actor.exchange))
    if not form.is_valid():
        return _show(request, actor, days_form=form)
    configuration.set_days(actor=actor, days=form.cleaned_data)
    messages.success(request, "From tonight on things are kept that long.")
    return redirect("mailbox:settings")


@require_http_methods(["GET", "HEAD", "POST"])
def move(request: HttpRequest, pk: int) -> HttpResponse:
    """Give a team with all its conversations to another unit, after asking which."""
    actor = actor_of(request, CONFIGURE)
    rows = Team.objects.filter(exchange_id=actor.exchange_id).select_related("unit")
    team = get_object_or_404(rows, pk=pk)
    units = configuration.units_without_team(actor)
    form = MoveForm(request.POST or None, units=units)
    if request.method == "POST" and form.is_valid():
        try:
            configuration.move_team(actor=actor, team=team, unit=form.cleaned_data["unit"])
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, f"{team.label} is moved.")
            return redirect("mailbox:settings")
    context = {"form": form, "team": team, "can_move": units.exists()}
    return render(request, "mailbox/move.html", context, status=422 if form.errors else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def hold(request: HttpRequest) -> HttpResponse:
    """The conversations under a legal hold; by number alone, nobody here reads them."""
    actor = actor_of(request, HOLD)
    form = HoldForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        is_held = "end" not in request.POST
        try:
            conversations.hold_conversation(
                actor=actor, number=form.cleaned_data["number"], is_held=is_held
            )
        except ValidationError as error:
            for name, errors in error.error_dict.items():
                form.add_error(name, errors)
        else:
            messages.success(request, "It is held." if is_held else "The hold has ended.")
            return redirect("mailbox:hold")
    held = Thread.objects.filter(exchange_id=actor.exchange_id, is_held=True).order_by("pk")
    context = {
        "form": form,
        "held": list(held.values_list("pk", "created_at", "last_message_at")[:_MOST_HELD]),
    }
    status = 422 if form.is_bound and form.errors else 200
    return render(request, "mailbox/hold.html", context, status=status)


def _show(request: HttpRequest, actor: Actor, **given: Any) -> HttpResponse:
    context = {
        "teams": Team.objects.filter(exchange_id=actor.exchange_id).select_related("unit"),
        "team_form": given.get("team_form") or TeamForm(actor=actor),
        "days_form": given.get("days_form") or DaysForm(days=days_of(actor.exchange)),
    }
    return render(request, "mailbox/settings.html", context, status=422 if given else 200)
