"""Pages of the clocks room. Every change goes: form, preview of what would move, confirmation.

The change that was previewed travels to the confirmation signed, so that what is confirmed is what
was shown; the services check it again under locks.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from portal.clocks import changes, selectors, spine
from portal.clocks.changes import DatedHours, PolicyTerms, Preview, PreviewOutdated
from portal.clocks.forms import CalendarForm, PolicyForm, ProposalForm
from portal.clocks.holiday_proposals import propose_holidays
from portal.clocks.icalendar import dated_events
from portal.clocks.models import BusinessCalendar, Simulation, SlaPolicy
from portal.clocks.reckoning import zone
from portal.clocks.simulation import drafted_policy, simulations_of
from portal.tenancy.actor import Actor, NotAllowed

_PLAN_SALT = "portal.clocks.plan"
_PLAN_SECONDS = 3_600
_PAGE = 50
#: Dates older than this are no longer offered for editing; they stay in force for old clocks.
_EDITABLE_DAYS = 31


@require_safe
def calendar(request: HttpRequest) -> HttpResponse:
    """Hours and holidays, for everyone (HO-01…HO-06)."""
    actor = _actor(request, "clocks.view_calendar")
    now = timezone.now()
    pages = [selectors.calendar_page(row, now) for row in selectors.calendars_of(actor)]
    context = {
        "calendars": pages,
        "may_edit": actor.may("clocks.edit_calendar"),
        "may_try": actor.may("clocks.simulate"),
    }
    return render(request, "clocks/calendar.html", context)


@require_safe
def calendar_file(request: HttpRequest, key: str) -> HttpResponse:
    """The dates with hours of their own, for one's own calendar (RFC 5545)."""
    actor = _actor(request, "clocks.view_calendar")
    row = get_object_or_404(selectors.calendars_of(actor), key=key)
    return HttpResponse(
        dated_events(row, host=request.get_host().partition(":")[0], at=timezone.now()),
        content_type="text/calendar; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="hours-{row.key}.ics"'},
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit_calendar(request: HttpRequest, key: str) -> HttpResponse:
    """Edit weekly hours and dates; propose holidays; preview; confirm."""
    actor = _actor(request, "clocks.edit_calendar")
    row = get_object_or_404(selectors.calendars_of(actor), key=key)
    if plan := _plan(request, f"calendar:{row.pk}"):
        return _carry_out_calendar(request, actor, row, plan)
    form, proposal = _calendar_form(request, actor, row)
    if form.is_bound and form.is_valid():
        plan = {
            "week": form.cleaned_data["week"],
            "exceptions": [entry.to_json() for entry in form.cleaned_data["exceptions"]],
        }
        try:
            return _show_calendar_preview(request, row, plan)
        except ValidationError as error:
            form.add_error(None, error.messages)  # type: ignore[arg-type]
    context = {"calendar": row, "form": form, "proposal": proposal}
    return render(request, "clocks/calendar_edit.html", context, status=_status(form))


@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """The deadlines each kind of case has."""
    actor = _actor(request, "clocks.view_policies")
    context = {
        "policies": selectors.policies_of(actor),
        "may_edit": actor.may("clocks.edit_policies"),
        "may_try": actor.may("clocks.simulate"),
    }
    return render(request, "clocks/policies.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def edit_policy(request: HttpRequest, key: str) -> HttpResponse:
    """Edit what a policy promises; preview; confirm."""
    actor = _actor(request, "clocks.edit_policies")
    policy = get_object_or_404(
        SlaPolicy.objects.filter(exchange_id=actor.exchange_id).select_related("calendar"), key=key
    )
    if plan := _plan(request, f"policy:{policy.pk}"):
        return _carry_out_policy(request, actor, policy, plan)
    # A copy: the form writes into its instance, the preview compares with what is stored.
    stored = _drafted(request, actor, policy) or SlaPolicy.objects.get(pk=policy.pk)
    form = PolicyForm(request.POST if request.method == "POST" else None, instance=stored)
    if form.is_bound and form.is_valid():
        try:
            return _show_policy_preview(request, policy, form.terms())
        except ValidationError as error:
            for name, reasons in error.message_dict.items():
                form.add_error(name if name in form.fields else None, reasons)  # type: ignore[arg-type]
    context = {"policy": policy, "form": form}
    return render(request, "clocks/policy_edit.html", context, status=_status(form))


def _carry_out_calendar(
    request: HttpRequest, actor: Actor, row: BusinessCalendar, plan: Mapping[str, Any]
) -> HttpResponse:
    outdated = ""
    if "confirm" in request.POST:
        try:
            preview = changes.change_calendar(
                actor=actor,
                calendar=row,
                week=plan["week"],
                exceptions=_exceptions(plan),
                expected_preview_token=request.POST.get("token", ""),
            )
        except PreviewOutdated as error:
            outdated = str(error)
        else:
            messages.success(request, f"The hours were saved. {_moved_text(preview)}")
            return redirect("clocks:calendar")
    return _show_calendar_preview(request, row, plan, outdated=outdated)


def _carry_out_policy(
    request: HttpRequest, actor: Actor, policy: SlaPolicy, plan: Mapping[str, Any]
) -> HttpResponse:
    calendars = selectors.calendars_of(actor)
    terms = PolicyTerms(**{**plan, "calendar": get_object_or_404(calendars, pk=plan["calendar"])})
    outdated = ""
    if "confirm" in request.POST:
        try:
            preview = changes.change_policy(
                actor=actor,
                policy=policy,
                terms=terms,
                expected_preview_token=request.POST.get("token", ""),
            )
        except PreviewOutdated as error:
            outdated = str(error)
        else:
            messages.success(request, f"The policy was saved. {_moved_text(preview)}")
            return redirect("clocks:policies")
    return _show_policy_preview(request, policy, terms, outdated=outdated)


def _show_calendar_preview(
    request: HttpRequest, row: BusinessCalendar, plan: Mapping[str, Any], *, outdated: str = ""
) -> HttpResponse:
    preview = changes.preview_calendar_change(
        calendar=row, week=plan["week"], exceptions=_exceptions(plan)
    )
    return _show_preview(
        request,
        preview,
        {"for": f"calendar:{row.pk}", "plan": plan},
        title=f"{row.name}: what would move",
        zone_name=row.zone,
        edit_url=reverse("clocks:calendar-edit", args=[row.key]),
        outdated=outdated,
    )


def _show_policy_preview(
    request: HttpRequest, policy: SlaPolicy, terms: PolicyTerms, *, outdated: str = ""
) -> HttpResponse:
    return _show_preview(
        request,
        changes.preview_policy_change(policy=policy, terms=terms),
        {"for": f"policy:{policy.pk}", "plan": terms.to_json()},
        title=f"{policy.label}: what would move",
        zone_name=terms.calendar.zone,
        edit_url=reverse("clocks:policy-edit", args=[policy.key]),
        outdated=outdated,
    )


def _show_preview(
    request: HttpRequest,
    preview: Preview,
    plan: Mapping[str, Any],
    *,
    title: str,
    zone_name: str,
    edit_url: str,
    outdated: str,
) -> HttpResponse:
    """One page of the deadlines that would move, with the form that confirms or pages on."""
    page = Paginator(preview.moved, _PAGE).get_page(request.POST.get("page", 1))
    numbers = spine.get().numbers({move.case_id for move in page})
    local = zone(zone_name)
    now = timezone.now()
    context = {
        "title": title,
        "edit_url": edit_url,
        "outdated": outdated,
        "preview": preview,
        "page": page,
        "zone": zone_name,
        "moves": [
            {
                "number": numbers.get(move.case_id, ""),
                "policy": move.policy_label,
                "old": move.old_due.astimezone(local),
                "new": move.new_due.astimezone(local),
                "is_past": move.new_due < now,
            }
            for move in page
        ],
        "plan": signing.dumps(plan, salt=_PLAN_SALT, compress=True),
    }
    return render(request, "clocks/preview.html", context, status=409 if outdated else 200)


def _calendar_form(
    request: HttpRequest, actor: Actor, row: BusinessCalendar
) -> tuple[CalendarForm, ProposalForm]:
    """The editor's form, with proposed holidays among its dates when some were asked for."""
    today = timezone.now().astimezone(zone(row.zone)).date()
    entries = [DatedHours.of(entry) for entry in row.exceptions.all()]
    first = today - timedelta(days=_EDITABLE_DAYS)
    kept = [entry for entry in entries if entry.date < first]
    if request.method == "POST":
        return CalendarForm(request.POST, calendar=row, kept=kept), ProposalForm(
            initial={"year": today.year}
        )
    proposal = ProposalForm(
        request.GET if "year" in request.GET else None, initial={"year": today.year}
    )
    if tried := _draft(request, actor).filter(calendar=row).first():
        # Unsaved: the form shows what was tried, until it is previewed and confirmed.
        row.week = tried.draft["week"]
        entries = [DatedHours.from_json(entry) for entry in tried.draft["exceptions"]]
    shown = [entry for entry in entries if entry.date >= first]
    if proposal.is_bound and proposal.is_valid():
        found = propose_holidays(calendar=row, **proposal.cleaned_data)
        shown += [entry for entry in found if entry.date >= first]
        shown.sort(key=lambda entry: entry.date)
        messages.info(request, _proposed_text(len(found)))
    return CalendarForm(calendar=row, shown=shown, kept=kept), proposal


def _drafted(request: HttpRequest, actor: Actor, policy: SlaPolicy) -> SlaPolicy | None:
    """The policy as a simulation tried it, to start an edit from; nothing of it is saved."""
    tried = _draft(request, actor).filter(policy=policy).select_related("policy").first()
    return drafted_policy(tried) if tried else None


def _draft(request: HttpRequest, actor: Actor) -> QuerySet[Simulation]:
    """The simulation that ``?draft=`` names, if any; only a page that is opened asks for it."""
    number = request.GET.get("draft", "") if request.method != "POST" else ""
    rows = simulations_of(actor)
    return rows.filter(pk=int(number)) if number.isdecimal() and len(number) < 19 else rows.none()


def _plan(request: HttpRequest, subject: str) -> dict[str, Any] | None:
    """The change that was previewed for this very subject, or None: then the form is read."""
    text = request.POST.get("plan", "")
    if not text:
        return None
    try:
        sent = signing.loads(text, salt=_PLAN_SALT, max_age=_PLAN_SECONDS)
    except signing.BadSignature:
        return None
    plan: dict[str, Any] | None = sent["plan"] if sent["for"] == subject else None
    return plan


def _exceptions(plan: Mapping[str, Any]) -> Sequence[DatedHours]:
    return [DatedHours.from_json(entry) for entry in plan["exceptions"]]


def _actor(request: HttpRequest, action: str) -> Actor:
    actor: Actor | None = request.actor  # type: ignore[attr-defined]
    if actor is None:
        raise NotAllowed(action)
    actor.require(action)
    return actor


def _status(form: Any) -> int:
    return 422 if form.is_bound else 200


def _moved_text(preview: Preview) -> str:
    count = len(preview.moved)
    return f"{count} deadline{'' if count == 1 else 's'} moved."


def _proposed_text(count: int) -> str:
    if not count:
        return "Every public holiday of that year is entered already, or falls on a closed day."
    return (
        f"{count} public holidays are added to the dates below. Remove those the exchange does"
        " not keep; nothing is saved yet."
    )
