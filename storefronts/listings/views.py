"""Pages of listings: the owner's and those of Outreach and Sales, who see all of them."""

from typing import Any, Final

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from portal.casework.machine import Conflict, Refused
from portal.tenancy.actor import Actor, NotAllowed
from portal.toolkits.markdown import render as markdown
from storefronts.applications.wizard import start_for_listing
from storefronts.campaigns.selectors import calls_for
from storefronts.listings import selectors, services
from storefronts.listings.forms import FilterForm, ListingForm, ReasonForm
from storefronts.listings.selectors import EDIT, MANAGE
from storefronts.listings.words import address_of, differences, facts_of, history_of
from storefronts.models import Listing
from storefronts.table import KIND
from storefronts.tongues import address

SIZE: Final = 25
TONES: Final = {
    Listing.State.ACTIVE: "success",
    Listing.State.SUSPENDED: "warning",
    Listing.State.CLOSED: "neutral",
    Listing.State.LAPSED: "danger",
}
APPLY: Final = "storefronts.apply"
_SHOWS = ["GET", "HEAD", "POST"]


def actor_of(request: HttpRequest, *actions: str) -> Actor:
    """The actor, if their role has one of the actions and their exchange has storefronts.

    Raises:
        NotAllowed: the role has none of the actions.
        Http404: the exchange works without storefronts.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if not actor.may_any(actions):
        raise NotAllowed(actions[0])
    if not actor.has_module(KIND):
        raise Http404
    return actor


def show_errors(form: Any, error: ValidationError) -> None:
    """Put a service's objections beside the fields they name."""
    by_field = error.error_dict if hasattr(error, "error_dict") else {None: error.error_list}
    for name, errors in by_field.items():
        form.add_error(name if name in form.fields else None, errors)


@require_safe
def listings(request: HttpRequest) -> HttpResponse:
    """The listings the actor looks after, searchable."""
    actor = actor_of(request, EDIT, MANAGE)
    form = FilterForm(request.GET)
    wanted = form.wanted()
    found = selectors.find_listings(
        actor, text=wanted["q"], state=wanted["state"], kind=wanted["kind"]
    )
    pages = Paginator(found, SIZE)
    page = pages.get_page(request.GET.get("page"))
    calls = calls_for(actor, [row.pk for row in page.object_list])
    rows = [
        {
            "listing": row,
            "address": address_of(row),
            "tone": TONES[Listing.State(row.state)],
            "call": calls.get(row.pk),
        }
        for row in page.object_list
    ]
    context = {
        "form": form,
        "rows": rows,
        "total": pages.count,
        "is_filtered": any(wanted.values()),
        "manages": actor.may(MANAGE),
        "may_apply": actor.may(APPLY),
        "apply_url": reverse("storefronts:apply"),
        "previous_url": _at(request.GET, page.number - 1) if page.has_previous() else "",
        "next_url": _at(request.GET, page.number + 1) if page.has_next() else "",
    }
    return render(request, "storefronts/listings/index.html", context)


@require_safe
def manage(request: HttpRequest, public_id: str) -> HttpResponse:
    """One listing: what consumers are told, what its owner has to do, and its history."""
    actor = actor_of(request, EDIT, MANAGE)
    listing = _listing(actor, public_id)
    call = calls_for(actor, [listing.pk]).get(listing.pk)
    stands = listing.state in services.STANDING
    context = {
        "listing": listing,
        "tone": TONES[Listing.State(listing.state)],
        "address": address_of(listing),
        "facts": facts_of(listing),
        "history": history_of(actor, listing),
        "call": call,
        "instructions": markdown(call.message) if call else "",
        "is_storefront": listing.kind == Listing.Kind.STOREFRONT,
        "may_apply": actor.may(APPLY) and listing.state != Listing.State.CLOSED,
        "may_edit": stands,
        "may_close": stands,
        "may_suspend": actor.may(MANAGE) and listing.state == Listing.State.ACTIVE,
        "may_reactivate": actor.may(MANAGE)
        and listing.state in (Listing.State.SUSPENDED, Listing.State.CLOSED),
        "public_url": address("storefronts:find-place", **_public(actor, listing))
        if listing.state == Listing.State.ACTIVE
        else "",
    }
    return render(request, "storefronts/listings/manage.html", context)


@require_http_methods(_SHOWS)
def edit(request: HttpRequest, public_id: str) -> HttpResponse:
    """Hours, holidays, phone, languages and services; a preview first, if asked for."""
    actor = actor_of(request, EDIT, MANAGE)
    listing = _listing(actor, public_id)
    back = reverse("storefronts:listing-manage", args=[listing.public_id])
    if listing.state not in services.STANDING:
        messages.warning(request, f"This listing is {listing.get_state_display().lower()}.")
        return redirect(back)
    context: dict[str, Any] = {"listing": listing, "back_url": back, "address": address_of(listing)}
    form = ListingForm(request.POST) if request.method == "POST" else ListingForm.of(listing)
    if form.is_bound and form.is_valid():
        values, seen = form.values, form.cleaned_data["version"]
        try:
            if "preview" in request.POST:
                typed = Listing(**_shown(listing) | services.clean(listing, values))
                context["preview"] = preview_of(actor, typed)
                return render(request, "storefronts/listings/edit.html", context | {"form": form})
            services.edit(actor=actor, listing=listing, expected_version=seen, values=values)
        except ValidationError as error:
            show_errors(form, error)
        except Conflict as conflict:
            now = selectors.listings_of(actor).get(pk=listing.pk)
            form = ListingForm(_with_version(request.POST, conflict.current_version))
            context |= {"conflict": str(conflict), "differences": differences(now, values)}
            return render(
                request, "storefronts/listings/edit.html", context | {"form": form}, status=409
            )
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect(back)
        else:
            messages.success(request, "Saved. Consumers see it now.")
            return redirect(back)
    status = 422 if form.is_bound else 200
    return render(
        request, "storefronts/listings/edit.html", context | {"form": form}, status=status
    )


@require_safe
def preview(request: HttpRequest, public_id: str) -> HttpResponse:
    """The listing as consumers see it, or would if it were shown."""
    actor = actor_of(request, EDIT, MANAGE)
    listing = _listing(actor, public_id)
    context = {"listing": listing, "preview": preview_of(actor, listing)}
    return render(request, "storefronts/listings/preview.html", context)


@require_POST
def apply_again(request: HttpRequest, public_id: str) -> HttpResponse:
    """Begin an application for the place, with what the listing says filled in (SF-02)."""
    actor = actor_of(request, APPLY)
    listing = _listing(actor, public_id)
    try:
        draft = start_for_listing(actor=actor, listing=listing)
    except (Refused, ValidationError) as error:
        messages.warning(request, " ".join(getattr(error, "messages", [str(error)])))
        return redirect("storefronts:listing-manage", public_id=listing.public_id)
    except Listing.DoesNotExist:
        messages.warning(request, "Apply for this place as for a new location.")
        return redirect("storefronts:apply")
    return redirect("storefronts:apply-place", public_id=draft)


@require_http_methods(_SHOWS)
def suspend(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for the reason, and take it out of the finder."""
    return _decide(
        request,
        _listing(actor_of(request, MANAGE), public_id),
        services.suspend,
        title="Suspend this listing?",
        text="It leaves Find a Local Enroller at once, until you show it again. Its owner is told.",
        submit_label="Suspend",
        done="The listing is suspended.",
        danger=True,
    )


@require_http_methods(_SHOWS)
def close(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for the reason, and close it for good."""
    return _decide(
        request,
        _listing(actor_of(request, EDIT, MANAGE), public_id),
        services.close,
        title="Close this listing?",
        text="It leaves Find a Local Enroller at once. To have it back, a new application is"
        " needed.",
        submit_label="Close",
        done="The listing is closed.",
        danger=True,
    )


@require_http_methods(_SHOWS)
def reactivate(request: HttpRequest, public_id: str) -> HttpResponse:
    """Ask for the reason, and show it again."""
    return _decide(
        request,
        _listing(actor_of(request, MANAGE), public_id),
        services.reactivate,
        title="Show this listing again?",
        text="It is in Find a Local Enroller at once. Its owner is told.",
        submit_label="Show it again",
        done="The listing is shown again.",
    )


def preview_of(actor: Actor, listing: Listing) -> dict[str, Any]:
    """What a consumer reads of a listing, in the order of the finder's page."""
    return {
        "name": listing.name,
        "kind": listing.get_kind_display(),
        "is_storefront": listing.kind == Listing.Kind.STOREFRONT,
        "address": address_of(listing),
        "facts": facts_of(listing),
    }


def _decide(
    request: HttpRequest, listing: Listing, service: Any, *, done: str, **words: Any
) -> HttpResponse:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    back = reverse("storefronts:listing-manage", args=[listing.public_id])
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            service(actor=actor, listing=listing, **form.cleaned_data)
        except ValidationError as error:
            show_errors(form, error)
        except Refused as refusal:
            messages.warning(request, str(refusal))
            return redirect(back)
        else:
            messages.success(request, done)
            return redirect(back)
    details = [("Listing", listing.name), ("Address", address_of(listing))]
    details.append(("Organization", listing.organization.name))
    context = {
        "form": form,
        "details": details,
        "action_url": request.path,
        "cancel_url": back,
        **words,
    }
    status = 422 if form.is_bound else 200
    return render(request, "ui/confirm.html", context, status=status)


def _public(actor: Actor, listing: Listing) -> dict[str, Any]:
    return {"slug": actor.exchange.slug, "public_id": listing.public_id}


def _listing(actor: Actor, public_id: str) -> Listing:
    return get_object_or_404(selectors.listings_of(actor), public_id=public_id)


def _shown(listing: Listing) -> dict[str, Any]:
    """The listing's own values, for an unsaved copy of it."""
    return {
        field.attname: getattr(listing, field.attname) for field in listing._meta.concrete_fields
    }


def _with_version(data: QueryDict, version: int) -> QueryDict:
    """What was typed, to be sent again on top of what stands now."""
    copy = data.copy()
    copy["version"] = str(version)
    return copy


def _at(query: QueryDict, number: int) -> str:
    there = query.copy()
    there["page"] = str(number)
    return f"?{there.urlencode()}"
