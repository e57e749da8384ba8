"""Pages of re-application campaigns, for Outreach and Sales and administrators."""

from typing import Any

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.views.decorators.http import require_http_methods, require_safe

from portal.casework.machine import Conflict, Refused
from portal.documents.responses import content_disposition
from portal.spreadsheets import FORMATS
from portal.tenancy.actor import Actor
from portal.toolkits.markdown import render as markdown
from storefronts.campaigns import selectors, services
from storefronts.campaigns.exports import export_progress
from storefronts.campaigns.forms import CampaignForm, StartForm
from storefronts.campaigns.rules import local_day
from storefronts.campaigns.services import RUN
from storefronts.listings.selectors import MANAGE
from storefronts.listings.views import actor_of, show_errors
from storefronts.models import Campaign

_SHOWS = ["GET", "HEAD", "POST"]
_SIZE = 100


@require_safe
def campaigns(request: HttpRequest) -> HttpResponse:
    """Every campaign, the latest deadline first."""
    actor = actor_of(request, RUN)
    today = local_day(actor.exchange, timezone.now())
    rows = [(campaign, *standing_of(campaign, today)) for campaign in selectors.campaigns_of(actor)]
    return render(request, "storefronts/campaigns/index.html", {"rows": rows})


@require_safe
def campaign(request: HttpRequest, pk: int) -> HttpResponse:
    """How far a campaign is: figures, by organization, and storefront by storefront."""
    actor = actor_of(request, RUN)
    row = _campaign(actor, pk)
    today = local_day(actor.exchange, timezone.now())
    progress = selectors.progress_of(actor, row)
    page = Paginator(progress.rows, _SIZE).get_page(request.GET.get("page"))
    label, tone = standing_of(row, today)
    context = {
        "campaign": row,
        "standing": label,
        "tone": tone,
        "message": markdown(row.message),
        "progress": progress,
        "page": page,
        "previous_url": f"?page={page.previous_page_number()}" if page.has_previous() else "",
        "next_url": f"?page={page.next_page_number()}" if page.has_next() else "",
        "would_concern": (
            None if row.is_active else selectors.concerned_by(actor, row.applied_before).count()
        ),
        "may_start": not row.is_active and row.deadline >= today,
        "may_edit": row.lapsed_at is None,
        "may_open_listings": actor.may(MANAGE),
    }
    return render(request, "storefronts/campaigns/campaign.html", context)


@require_http_methods(_SHOWS)
def new(request: HttpRequest) -> HttpResponse:
    """Write a campaign."""
    actor = actor_of(request, RUN)
    form = CampaignForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            row = services.create_campaign(actor=actor, plan=form.plan)
        except ValidationError as error:
            show_errors(form, error)
        else:
            messages.success(request, "Saved. It concerns nobody before it is started.")
            return redirect("storefronts:campaign", pk=row.pk)
    return _form(request, form, None)


@require_http_methods(_SHOWS)
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a campaign; if somebody else did meanwhile, what stands now is shown beside it."""
    actor = actor_of(request, RUN)
    row = _campaign(actor, pk)
    form = CampaignForm(request.POST) if request.method == "POST" else CampaignForm.of(row)
    if form.is_bound and form.is_valid():
        seen = form.cleaned_data["seen"]
        try:
            services.edit_campaign(actor=actor, campaign=row, plan=form.plan, seen=seen)
        except ValidationError as error:
            show_errors(form, error)
        except Conflict as conflict:
            typed = request.POST.copy()
            typed["seen"] = str(conflict.current_version)
            row.refresh_from_db()
            return _form(request, CampaignForm(typed), row, conflict=str(conflict))
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect("storefronts:campaign", pk=pk)
        else:
            messages.success(request, "Saved.")
            return redirect("storefronts:campaign", pk=pk)
    return _form(request, form, row)


@require_http_methods(_SHOWS)
def start(request: HttpRequest, pk: int) -> HttpResponse:
    """Say how many storefronts it concerns, and start it."""
    actor = actor_of(request, RUN)
    row = _campaign(actor, pk)
    form = StartForm(request.POST or None, initial={"seen": services.edition_of(row)})
    if request.method == "POST" and form.is_valid():
        try:
            count = services.start_campaign(
                actor=actor, campaign=row, seen=form.cleaned_data["seen"]
            )
        except Conflict as conflict:
            messages.warning(request, str(conflict))
            return redirect("storefronts:campaign-start", pk=pk)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, f"The campaign runs and concerns {_storefronts(count)}.")
        return redirect("storefronts:campaign", pk=pk)
    count = selectors.concerned_by(actor, row.applied_before).count()
    days = ", ".join(map(str, row.remind_days))
    return _confirm(
        request,
        row,
        title="Start this campaign?",
        text=f"It concerns {_storefronts(count)} now. Their owners are reminded {days} days before"
        " the last day; storefronts without a new application then leave Find a Local Enroller.",
        details=[
            ("Campaign", row.title),
            ("Storefronts concerned", f"{count:,}"),
            ("Applied before", format_date(row.applied_before, "F j, Y")),
            ("Last day to apply anew", format_date(row.deadline, "F j, Y")),
        ],
        submit_label="Start",
        form=form,
    )


@require_http_methods(_SHOWS)
def end(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask, and end it: nothing is sent and nothing lapses any more."""
    actor = actor_of(request, RUN)
    row = _campaign(actor, pk)
    if request.method == "POST":
        try:
            services.end_campaign(actor=actor, campaign=row)
        except Refused as refusal:
            messages.warning(request, str(refusal))
        else:
            messages.success(request, "The campaign has ended.")
        return redirect("storefronts:campaign", pk=pk)
    return _confirm(
        request,
        row,
        title="End this campaign?",
        text="Nobody is reminded any more and nothing lapses. What has lapsed stays so.",
        details=[("Campaign", row.title)],
        submit_label="End the campaign",
        danger=True,
    )


@require_safe
def export(request: HttpRequest, pk: int, file_format: str) -> HttpResponse:
    """The progress as a file."""
    actor = actor_of(request, RUN)
    row = _campaign(actor, pk)
    if file_format not in FORMATS:
        raise Http404
    made = export_progress(actor=actor, campaign=row, file_format=file_format)
    return HttpResponse(
        made.content,
        content_type=made.content_type,
        headers={"Content-Disposition": content_disposition(made.name)},
    )


def standing_of(campaign: Campaign, today: Any) -> tuple[str, str]:
    """What a campaign is doing, in words, and the tone of its tag."""
    if campaign.is_active:
        return ("Running", "info") if campaign.deadline >= today else ("Deadline passed", "warning")
    return ("Ended", "neutral") if selectors.was_started(campaign) else ("Not started", "neutral")


def _form(
    request: HttpRequest, form: CampaignForm, row: Campaign | None, *, conflict: str = ""
) -> HttpResponse:
    context = {
        "form": form,
        "campaign": row,
        "conflict": conflict,
        "now_message": markdown(row.message) if row and conflict else "",
        "back_url": reverse("storefronts:campaign", args=[row.pk])
        if row
        else reverse("storefronts:campaigns"),
    }
    status = 409 if conflict else 422 if form.is_bound else 200
    return render(request, "storefronts/campaigns/form.html", context, status=status)


def _confirm(request: HttpRequest, row: Campaign, **words: Any) -> HttpResponse:
    context = {
        "action_url": request.path,
        "cancel_url": reverse("storefronts:campaign", args=[row.pk]),
        **words,
    }
    return render(request, "ui/confirm.html", context)


def _campaign(actor: Actor, pk: int) -> Campaign:
    return get_object_or_404(selectors.campaigns_of(actor), pk=pk)


def _storefronts(count: int) -> str:
    return "1 storefront" if count == 1 else f"{count:,} storefronts"
