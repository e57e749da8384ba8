"""“Add a Storefront”: the pages of an application up to its number (SF-01, SF-02, C.6 1, 2)."""

import uuid
from contextlib import suppress
from math import isfinite
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.casework import drafts
from portal.casework.machine import Refused
from portal.casework.models import Case, Draft
from portal.tenancy.actor import Actor
from storefronts.addresses import STATE_NAMES, STATES, area_of
from storefronts.applications import selectors, wizard
from storefronts.applications.forms import NEW, LocationForm
from storefronts.applications.requests import STEPS, applicant_of, draft_or_404, made_of
from storefronts.applications.services import AlreadyApplied, AlreadyListed
from storefronts.applications.wizard import Sheet
from storefronts.choices import ACCESSIBILITY, ATTESTATIONS, SERVICES, labels_of
from storefronts.hours import week_lines
from storefronts.models import Listing
from storefronts.table import KIND, MACHINE, PENDING

_GONE = (
    "The location you chose is not one of your storefronts any more. Start again with a new"
    " location, or choose another."
)


@require_http_methods(["GET", "HEAD", "POST"])
def choose_location(request: HttpRequest) -> HttpResponse:
    """The entry: continue a draft, or begin for a new or an existing location."""
    actor = applicant_of(request)
    form = LocationForm(request.POST or None, actor=actor, initial={"location": NEW})
    under_way = None
    if request.method == "POST" and form.is_valid():
        try:
            return redirect(
                "storefronts:apply-place", wizard.begin(actor=actor, listing=form.listing)
            )
        except AlreadyApplied as refusal:
            under_way = refusal.number
            form.add_error("location", str(refusal))
        except ValidationError as error:
            form.add_error(None, error)
    context = {
        "form": form,
        "begun": wizard.begun(actor),
        "toolkit": selectors.toolkit_key(actor),
        "under_way": under_way,
    }
    return render(
        request, "storefronts/apply/begin.html", context, status=422 if form.errors else 200
    )


@require_http_methods(["GET", "HEAD", "POST"])
def place(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 1: name, address, phone, and where it lies. All is kept first."""
    actor = applicant_of(request)
    if made := made_of(actor, public_id):
        return redirect("storefronts:apply-received", made.case.number)
    _, sheet = draft_or_404(actor, public_id)
    if request.method != "POST":
        form = wizard.place_form(actor=actor, sheet=sheet, checked="check" in request.GET)
        return _place_page(request, actor, public_id, sheet, form)
    sheet.type("place", request.POST)
    form = wizard.place_form(actor=actor, sheet=sheet, checked=True)
    is_valid = form.is_valid()
    if not _keep_typed(form, actor, public_id, "place"):
        return _place_page(request, actor, public_id, sheet, form)
    if "save" in request.POST:
        messages.success(request, "Your draft is saved.")
        return redirect("storefronts:apply-place", public_id)
    if not is_valid or "locate" in request.POST:
        return _place_page(request, actor, public_id, sheet, form)
    return redirect("storefronts:apply-details", public_id)


@require_http_methods(["GET", "HEAD", "POST"])
def details(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 2: hours, languages, services, accessibility, staff, attestations."""
    actor = applicant_of(request)
    if made := made_of(actor, public_id):
        return redirect("storefronts:apply-received", made.case.number)
    _, sheet = draft_or_404(actor, public_id)
    if request.method != "POST":
        form = wizard.details_form(actor=actor, sheet=sheet, checked="check" in request.GET)
        return _details_page(request, public_id, sheet, form)
    sheet.type("details", request.POST)
    form = wizard.details_form(actor=actor, sheet=sheet, checked=True)
    is_valid = form.is_valid()
    if not _keep_typed(form, actor, public_id, "details"):
        return _details_page(request, public_id, sheet, form)
    if "save" in request.POST:
        messages.success(request, "Your draft is saved.")
        return redirect("storefronts:apply-details", public_id)
    if not is_valid:
        return _details_page(request, public_id, sheet, form)
    return redirect("storefronts:apply-photos", public_id)


@require_POST
def keep(request: HttpRequest, public_id: uuid.UUID, step: str) -> HttpResponse:
    """Keep what is being typed in a step. A refusal says why and repeats none of it."""
    actor = applicant_of(request)
    if step not in wizard.TYPED:
        raise Http404
    try:
        wizard.update(
            actor=actor, public_id=public_id, change=lambda sheet: sheet.type(step, request.POST)
        )
    except Draft.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        text = " ".join(error.messages)
        return HttpResponse(text, status=422, content_type="text/plain; charset=utf-8")
    return HttpResponse(status=204)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Step 4: everything on one page, each part with its link to change it; then submit."""
    actor = applicant_of(request)
    if made := made_of(actor, public_id):
        return redirect("storefronts:apply-received", made.case.number)
    draft, sheet = draft_or_404(actor, public_id)
    if missing := wizard.missing_step(actor=actor, draft=draft, sheet=sheet):
        return redirect(f"{reverse(missing, args=[public_id])}?check=1")
    refused, under_way = "", ""
    if request.method == "POST":
        try:
            application = wizard.submit(actor=actor, public_id=public_id)
            return redirect("storefronts:apply-received", application.case.number)
        except Draft.DoesNotExist:
            raise Http404 from None
        except Listing.DoesNotExist:
            refused = _GONE
        except AlreadyApplied as refusal:
            refused, under_way = str(refusal), refusal.number
        except (AlreadyListed, Refused) as refusal:
            refused = str(refusal)
        except ValidationError as error:
            refused = " ".join(error.messages)
    place_form = wizard.place_form(actor=actor, sheet=sheet, checked=True)
    details_form = wizard.details_form(actor=actor, sheet=sheet, checked=True)
    place_form.is_valid(), details_form.is_valid()
    typed = details_form.cleaned_data
    context = {
        "steps": STEPS,
        "public_id": public_id,
        "place": place_form.cleaned_data,
        "listing": wizard.listing_of(actor, sheet),
        "week": week_lines(typed["hours"]),
        "special_days": typed["special_days"],
        "languages": typed["languages"],
        "services": labels_of(typed["services"], SERVICES),
        "accessibility": labels_of(typed["accessibility"], ACCESSIBILITY),
        "staff": details_form.chosen_staff,
        "attestations": [row.words for row in ATTESTATIONS],
        "photos": wizard.photos_in(draft, sheet),
        "refused": refused,
        "under_way": under_way,
    }
    status = 409 if refused else 200
    return render(request, "storefronts/apply/review.html", context, status=status)


@require_safe
def received(request: HttpRequest, number: str) -> HttpResponse:
    """The confirmation: the number, “Status: Pending”, and by when it is decided (SF-06)."""
    actor = applicant_of(request)
    case = Case.objects.visible_to(actor).filter(kind=KIND, number=number).first()
    if case is None:
        raise Http404
    context = {
        "number": case.number,
        "opened_at": case.opened_at,
        "due_at": case.due_at if case.status == PENDING else None,
        "status": MACHINE.statuses[case.status].label,
        "steps": STEPS,
    }
    return render(request, "storefronts/apply/received.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def discard(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Throw a draft away, after asking."""
    actor = applicant_of(request)
    draft_or_404(actor, public_id)
    if request.method == "POST":
        drafts.discard_draft(actor=actor, public_id=public_id)
        messages.success(request, "The draft is gone.")
        return redirect("storefronts:apply")
    context = {
        "title": "Discard this draft?",
        "text": "What you typed and the photos you added to it are deleted.",
        "action_url": request.path,
        "submit_label": "Discard the draft",
        "cancel_url": reverse("storefronts:apply-place", args=[public_id]),
        "danger": True,
    }
    return render(request, "ui/confirm.html", context)


def _keep_typed(form: forms.Form, actor: Actor, public_id: uuid.UUID, step: str) -> bool:
    """Keep what was typed, with refused numbers taken out; False: it cannot be kept."""
    try:
        wizard.update(
            actor=actor, public_id=public_id, change=lambda sheet: sheet.type(step, form.data)
        )
    except Draft.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        form.add_error(None, error)
        return False
    # A number that was refused has been taken out: the page says so, also when only saving.
    return not any(
        error.code == "ssn_refused" for errors in form.errors.as_data().values() for error in errors
    )


def _place_page(
    request: HttpRequest, actor: Actor, public_id: uuid.UUID, sheet: Sheet, form: Any
) -> HttpResponse:
    own = STATES.get(actor.exchange.slug, "")
    context = {
        "steps": STEPS,
        "public_id": public_id,
        "form": form,
        "pin": _pin(form),
        "listing": wizard.listing_of(actor, sheet),
        "copied_from": sheet.copied_from,
        "warning": form.warning,
        "state_name": STATE_NAMES.get(own, ""),
        "keep_url": reverse("storefronts:apply-keep", args=[public_id, "place"]),
    }
    # What was only asked to be shown on the map is no mistake.
    is_wrong = form.is_bound and bool(form.errors) and "locate" not in request.POST
    status = 422 if is_wrong and request.method == "POST" else 200
    return render(request, "storefronts/apply/place.html", context, status=status)


def _pin(form: Any) -> dict[str, str]:
    """Where the mark is, as plain text for the hidden controls; empty while nobody knows.

    What the form shows, right or wrong, decides; so the map is there as soon as the ZIP code is.
    """
    zip_code = str(form["zip_code"].value() or "").strip()[:5]
    area = area_of(zip_code)
    if area is None:
        return {}
    latitude, longitude = area.latitude, area.longitude
    if (form["placed_for"].value() or zip_code) == zip_code:
        with suppress(TypeError, ValueError):
            marked = float(form["latitude"].value()), float(form["longitude"].value())
            if all(map(isfinite, marked)):
                latitude, longitude = marked
    return {
        "latitude": f"{latitude:.5f}",
        "longitude": f"{longitude:.5f}",
        "placed_for": zip_code,
    }


def _details_page(
    request: HttpRequest, public_id: uuid.UUID, sheet: Sheet, form: Any
) -> HttpResponse:
    context = {
        "steps": STEPS,
        "public_id": public_id,
        "form": form,
        "name": sheet.name,
        "keep_url": reverse("storefronts:apply-keep", args=[public_id, "details"]),
    }
    status = 422 if form.is_bound and form.errors and request.method == "POST" else 200
    return render(request, "storefronts/apply/details.html", context, status=status)
