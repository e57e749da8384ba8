"""Pages of the tiers: opening a member's case, the published service levels, configuration."""

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from escalations.tiers import board, configuration, services, table
from escalations.tiers import levels as service_levels
from escalations.tiers.forms import OpenCaseForm, ServiceLevelForm, TierSettingsForm
from escalations.tiers.models import ServiceLevel, TierUnit, TypeClock
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.tenancy.actor import Actor, NotAllowed

#: Field of the settings form → the promise its types start.
_PROMISES = {"email_types": table.EMAIL, "research_types": table.RESEARCH}


@require_http_methods(["GET", "HEAD", "POST"])
def open_case(request: HttpRequest) -> HttpResponse:
    """Write down what a member asks; the type decides which tier begins with it (CC-09, CC-18)."""
    actor = _actor(request, "tiers.open")
    form = OpenCaseForm(request.POST or None, actor=actor)
    if form.is_bound and form.is_valid():
        try:
            case = services.open_member_case(actor=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            _show_errors(form, error)
        else:
            messages.success(request, f"{case.number} is with {case.queue}.")
            if Case.objects.visible_to(actor).filter(pk=case.pk).exists():
                return redirect("casework:case", case.number)
            return redirect("tiers:open")  # an appeal is Tier 3's from here on
    return render(request, "tiers/open.html", {"form": form}, status=_status(form))


@require_safe
def levels(request: HttpRequest) -> HttpResponse:
    """What is promised to members and employers, and how it has been kept (CC-15)."""
    actor = _actor(request, "tiers.view_levels")
    context = {
        "levels": service_levels.levels_for(actor),
        "windows": service_levels.WINDOWS,
        "board": board.tiers_for(actor),
        "at": timezone.now(),
        "may_configure": actor.may(configuration.ACTION),
    }
    return render(request, "tiers/levels.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_level(request: HttpRequest, key: str) -> HttpResponse:
    """Change how a published level reads and when it shows which colour."""
    actor = _actor(request, configuration.ACTION)
    level = get_object_or_404(ServiceLevel, exchange_id=actor.exchange_id, key=key)
    # A copy: the form writes into its instance, the service gets the stored row.
    copy = ServiceLevel.objects.get(pk=level.pk)
    form = ServiceLevelForm(request.POST or None, instance=copy)
    if form.is_bound and form.is_valid():
        try:
            service_levels.change_level(actor=actor, level=level, **form.cleaned_data)
        except ValidationError as error:
            _show_errors(form, error)
        else:
            messages.success(request, "The service level was saved.")
            return redirect("tiers:levels")
    context = {
        "form": form,
        "title": f"Edit service level: {level.subject}",
        "back_url": reverse("tiers:levels"),
    }
    return render(request, "tiers/form.html", context, status=_status(form))


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: HttpRequest) -> HttpResponse:
    """The unit of each tier, and which types start which promise."""
    actor = _actor(request, configuration.ACTION)
    form = TierSettingsForm(request.POST or None, initial=_initial(actor), actor=actor)
    if form.is_bound and form.is_valid():
        data = form.cleaned_data
        with transaction.atomic():
            configuration.set_tiers(
                actor=actor, units={number: data[f"tier_{number}"] for number in (1, 2, 3)}
            )
            for name, policy_key in _PROMISES.items():
                configuration.set_type_clocks(actor=actor, policy_key=policy_key, types=data[name])
        messages.success(request, "The tiers were saved. Open cases stay where they are.")
        return redirect("tiers:settings")
    context = {"form": form, "title": "Tiers", "back_url": reverse("home")}
    return render(request, "tiers/form.html", context, status=_status(form))


def _initial(actor: Actor) -> dict[str, object]:
    units = TierUnit.objects.filter(exchange_id=actor.exchange_id)
    clocks = TypeClock.objects.filter(exchange_id=actor.exchange_id)
    chosen: dict[str, object] = {f"tier_{row.tier}": row.queue_id for row in units}
    for name, policy_key in _PROMISES.items():
        chosen[name] = [row.ticket_type_id for row in clocks if row.policy_key == policy_key]
    return chosen


def _actor(request: HttpRequest, action: str) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    if not actor.has_module(table.KIND):
        raise Http404  # an exchange that does not work in tiers has no such pages
    return actor


def _show_errors(form: BaseForm, error: Refused | ValidationError) -> None:
    """Put a service's objection beside the field it names, or on top."""
    if isinstance(error, Refused) or not hasattr(error, "error_dict"):
        form.add_error(None, str(error) if isinstance(error, Refused) else error.messages)
        return
    for name, reasons in error.message_dict.items():
        form.add_error(name if name in form.fields else None, reasons)


def _status(form: BaseForm) -> int:
    return 422 if form.is_bound else 200
