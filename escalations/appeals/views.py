"""Pages of appeals beyond the case page: start, opening one, hearings, figures."""

import csv
from datetime import date
from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_date
from django.views.decorators.http import require_http_methods, require_safe

from escalations.appeals import intake, routing, selectors
from escalations.appeals.common import today
from escalations.appeals.forms import OpenAppealForm
from escalations.appeals.ics import HearingEvent, calendar_file
from escalations.appeals.models import Hearing
from portal.casework.disclosures import record_shown
from portal.casework.machine import Refused
from portal.casework.models import Case
from portal.casework.views.requests import actor_of, case_or_404
from portal.clocks.explanations import promise_of
from portal.clocks.models import SlaPolicy
from portal.ledger.services import record
from portal.tenancy.actor import Actor

#: The clocks whoever opens an appeal can tell the consumer about.
_TOLD = (
    "appeal.filing",
    "appeal.acknowledge",
    "appeal.hearing_notice",
    "appeal.hearing",
    "appeal.decision",
)


@require_safe
def start(request: HttpRequest) -> HttpResponse:
    """Where the appeals stand, which hearings come next, which unit has room (decision 4)."""
    actor = actor_of(request, "appeals.view")
    loads = routing.loads(actor.exchange)
    context = {
        "statuses": selectors.open_by_status(actor),
        "hearings": selectors.next_hearings(actor),
        "loads": loads,
        "next_load": next((load for load in loads if load.has_room), None),
        "may_see_figures": actor.may("appeals.figures"),
    }
    return render(request, "appeals/start.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def open_appeal(request: HttpRequest) -> HttpResponse:
    """Take in an appeal for a consumer (C.8 1)."""
    actor = actor_of(request, "appeals.open")
    form = OpenAppealForm(request.POST or None, actor=actor)
    if form.is_bound and form.is_valid():
        try:
            case = intake.open_appeal(actor=actor, **form.cleaned_data)
        except (Refused, ValidationError) as error:
            _show_errors(form, error)
        else:
            messages.success(request, f"Appeal {case.number} is with {case.queue}.")
            if Case.objects.visible_to(actor).filter(pk=case.pk).exists():
                return redirect("casework:case", case.number)
            return redirect("appeals:start")
    context = {"form": form, "policies": _promises(actor)}
    return render(request, "appeals/open.html", context, status=422 if form.is_bound else 200)


@require_safe
def hearings(request: HttpRequest) -> HttpResponse:
    """The hearing calendar: a month or a week of the appeals one may know of (AP-03)."""
    actor = actor_of(request, "appeals.view")
    try:
        span = selectors.Span(request.GET.get("span", selectors.Span.MONTH))
        day = _day(request.GET.get("day"), actor)
    except ValueError:
        raise Http404 from None
    calendar = selectors.hearing_calendar(actor, span=span, day=day)
    tabs = [
        {
            "label": each.value.title(),
            "url": f"{reverse('appeals:hearings')}?span={each}&day={day:%Y-%m-%d}",
            "current": each is span,
        }
        for each in selectors.Span
    ]
    return render(request, "appeals/hearings.html", {"calendar": calendar, "tabs": tabs})


@require_safe
def hearing_file(request: HttpRequest, number: str) -> HttpResponse:
    """A hearing as a calendar file, with nothing personal in it."""
    actor = actor_of(request, "appeals.view")
    case = case_or_404(actor, number)
    hearing = Hearing.objects.filter(case=case).first()
    if hearing is None:
        raise Http404
    event = HearingEvent(
        uid=str(hearing.uid),
        number=case.number,
        at=hearing.at,
        sequence=hearing.sequence,
        stamped_at=hearing.changed_at,
        url=request.build_absolute_uri(reverse("casework:case", args=[case.number])),
        is_off=hearing.state in (Hearing.State.POSTPONED, Hearing.State.CANCELLED),
    )
    response = HttpResponse(calendar_file(event), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{case.number}-hearing.ics"'
    record_shown(
        actor=actor,
        action="appeals.calendar_file_fetched",
        cases=[case.pk],
        fields=["hearing"],
        data={"sequence": hearing.sequence},
    )
    return response


@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """The exchange's appeals by month of a year (AP-07)."""
    actor = actor_of(request, "appeals.figures")
    year = _year(request, actor)
    months = selectors.monthly_figures(actor, year)
    labels = selectors.FIGURES
    context = {
        "year": year,
        "previous": year - 1,
        "next": year + 1,
        "labels": labels,
        "rows": [(month.first, list(zip(labels, month.counts, strict=True))) for month in months],
        "totals": list(zip(labels, _totals(months), strict=True)),
    }
    return render(request, "appeals/figures.html", context)


@require_safe
def figures_file(request: HttpRequest) -> HttpResponse:
    """The same figures as CSV; numbers only."""
    actor = actor_of(request, "appeals.figures")
    year = _year(request, actor)
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="appeals-{year}.csv"'
    writer = csv.writer(response)
    writer.writerow(["Month", *selectors.FIGURES])
    for month in selectors.monthly_figures(actor, year):
        writer.writerow([f"{month.first:%Y-%m}", *month.counts])
    record(actor=actor, action="appeals.figures_exported", data={"year": year})
    return response


def _totals(months: list[selectors.Month]) -> list[int]:
    return [sum(column) for column in zip(*(month.counts for month in months), strict=True)]


def _day(given: str | None, actor: Actor) -> date:
    now = today(actor.exchange)
    if not given:
        return now
    day = parse_date(given)
    if day is None or not 2000 <= day.year <= 2100:
        raise ValueError(given)
    return day


def _year(request: HttpRequest, actor: Actor) -> int:
    given = request.GET.get("year", "")
    if not given:
        return today(actor.exchange).year
    if not (given.isascii() and given.isdigit() and 2000 <= int(given[:5]) <= 2100):
        raise Http404
    return int(given)


def _promises(actor: Actor) -> list[tuple[SlaPolicy, str]]:
    rows = {
        row.key: row
        for row in SlaPolicy.objects.filter(exchange_id=actor.exchange_id, key__in=_TOLD)
    }
    # The period alone: when the unit is warned is nothing to tell a consumer.
    return [(rows[key], promise_of(rows[key]).partition(",")[0]) for key in _TOLD if key in rows]


def _show_errors(form: Any, error: Refused | ValidationError) -> None:
    """Put a service's objection beside the field it names, or on top."""
    if isinstance(error, Refused) or not hasattr(error, "error_dict"):
        form.add_error(None, str(error) if isinstance(error, Refused) else error.messages)
        return
    for name, reasons in error.message_dict.items():
        form.add_error(name if name in form.fields else None, reasons)
