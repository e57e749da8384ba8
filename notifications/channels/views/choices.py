"""How one is told, and how people are told who have not chosen."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from notifications.channels import services
from notifications.channels.choices import ChannelRule, QuietHours, Way
from notifications.channels.forms import QuietHoursForm
from notifications.channels.groups import GROUPS, ways_of
from notifications.channels.inbox import ITEM_KIND, entry_for
from notifications.channels.rules import standing_of
from notifications.mailbox.models import Item
from notifications.mailbox.names import MODULE as MAILBOX
from notifications.views import actor_with, local
from portal.casework.models import OutboxMessage
from portal.tenancy.actor import Actor
from portal.ui import live


@require_http_methods(["GET", "HEAD", "POST"])
def preferences(request: HttpRequest) -> HttpResponse:
    """By which channels one is told of what."""
    actor = actor_with(request, services.CHOOSE)
    if request.method == "POST":
        services.choose_channels(
            actor=actor, choices=_ticked(request, actor, "on", person=actor.person_id)
        )
        messages.success(request, "From now on you are told as you chose.")
        return redirect("channels:preferences")
    context = {
        "rows": _rows(actor, person=actor.person_id),
        "ways": _ways(actor, actor.person_id),
        "quiet": QuietHours.objects.filter(exchange=actor.exchange).first(),
    }
    return render(request, "channels/preferences.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """What holds for whoever has not chosen."""
    actor = actor_with(request, services.SET_RULES)
    if request.method == "POST":
        services.set_rules(
            actor=actor,
            defaults=_ticked(request, actor, "on", person=None),
            fixed=_ticked(request, actor, "fixed", person=None),
        )
        messages.success(request, "The rules hold from the next message on.")
        return redirect("channels:rules")
    return _show_rules(request, actor)


@require_POST
def quiet_hours(request: HttpRequest) -> HttpResponse:
    """Set the hours in which mails and texts wait."""
    actor = actor_with(request, services.SET_RULES)
    form = QuietHoursForm(request.POST)
    if form.is_valid():
        try:
            services.set_quiet_hours(actor=actor, **form.cleaned_data)
        except ValidationError as error:
            form.add_error(None, error)
        else:
            messages.success(request, "The quiet hours are set.")
            return redirect("channels:rules")
    return _show_rules(request, actor, form)


@require_safe
def mailbox_entry(request: HttpRequest, pk: int) -> HttpResponse:
    """One message that lies in one's mailbox."""
    actor = actor_with(request, services.CHOOSE)
    try:
        message, words = entry_for(actor, pk)
    except OutboxMessage.DoesNotExist:
        raise Http404 from None
    items = Item.objects.visible_to(actor).filter(kind=ITEM_KIND, source_id=pk, read_at=None)
    if items.update(read_at=timezone.now()) and actor.person_id:
        live.touch([actor.person_id])
    context = {"words": words, "at": local(message.created_at, actor)}
    return render(request, "channels/mailbox_entry.html", context)


def _ways(actor: Actor, person: int | None) -> list[Way]:
    """The columns: for a person those they have, for the exchange's rules those anybody has."""
    has_one = actor.has_module(MAILBOX) if person is None else services.has_mailbox(actor)
    return [way for way in Way if has_one or way is not Way.MAILBOX]


def _rows(actor: Actor, *, person: int | None) -> list[dict[str, Any]]:
    """Groups, each with a cell for every channel that is shown; None where it is not offered."""
    standing = standing_of(exchange=actor.exchange, person_id=person)
    ways = _ways(actor, person)
    rows = []
    for group in GROUPS:
        offered = ways_of(group, has_mailbox=Way.MAILBOX in ways)
        cells = [
            {
                "name": f"{group.key}.{way.value}",
                "way": way.label,
                "standing": standing[group.key, way] if way in offered else None,
            }
            for way in ways
        ]
        if offered:
            rows.append({"group": group, "cells": cells})
    return rows


def _ticked(
    request: HttpRequest, actor: Actor, field: str, *, person: int | None
) -> dict[tuple[str, Way], bool]:
    """What a posted grid says of every pair its reader could tick."""
    standing = standing_of(exchange=actor.exchange, person_id=person)
    ticked = set(request.POST.getlist(field))
    has_one = Way.MAILBOX in _ways(actor, person)
    found = {}
    for group in GROUPS:
        for way in ways_of(group, has_mailbox=has_one):
            here = standing[group.key, way]
            if here.is_required or (person is not None and here.is_fixed):
                continue
            found[group.key, way] = f"{group.key}.{way.value}" in ticked
    return found


def _show_rules(
    request: HttpRequest, actor: Actor, form: QuietHoursForm | None = None
) -> HttpResponse:
    quiet = QuietHours.objects.filter(exchange=actor.exchange).first()
    initial = {"starts": quiet.starts, "ends": quiet.ends} if quiet else {}
    changed = ChannelRule.objects.filter(exchange=actor.exchange).select_related("changed_by")
    context = {
        "rows": _rows(actor, person=None),
        "ways": _ways(actor, None),
        "form": form or QuietHoursForm(initial=initial),
        "quiet": quiet,
        "changes": [
            {"row": row, "at": local(row.changed_at, actor)}
            for row in changed.order_by("-changed_at", "-pk")[:20]
        ],
    }
    status = 422 if form is not None else 200
    return render(request, "channels/rules.html", context, status=status)
