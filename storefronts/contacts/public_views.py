"""“Request help”: the form on the finder, and what stands there afterwards."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_safe

from portal.casework.machine import Refused
from portal.tenancy.models import Exchange
from storefronts import tongues
from storefronts.contacts.forms import HelpForm
from storefronts.contacts.limits import is_over_limit
from storefronts.contacts.services import ask_for_help
from storefronts.finder.public import public_page
from storefronts.finder.views import active_listing
from storefronts.models import Listing

_NO_STORE = "no-store, private"


# The form has no cookie to tie a token to, and no authority that a forged post could borrow: it
# reads no session, and whoever posts it could as well open it.
@csrf_exempt
@sensitive_post_parameters()
@require_http_methods(["GET", "HEAD", "POST"])
@public_page
def request_help(request: HttpRequest, exchange: Exchange, public_id: UUID) -> HttpResponse:
    """Ask a place for help. The answer is the same whoever asks."""
    listing = active_listing(exchange, public_id)
    form = HelpForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_by_a_program:
            return _sent(exchange, listing)
        if is_over_limit(request, listing):
            form.add_error(None, _("Too many requests were sent. Call the place, or try later."))
            status = 429
        elif form.is_valid() and _ask(exchange, listing, form):
            return _sent(exchange, listing)
    context = {"exchange": exchange, "listing": listing, "form": form}
    response = render(request, "storefronts/finder/help.html", context, status=status)
    response.headers["Cache-Control"] = _NO_STORE
    return response


@require_safe
@public_page
def help_sent(request: HttpRequest, exchange: Exchange, public_id: UUID) -> HttpResponse:
    """That the request was sent, and what happens next; says nothing of who sent it."""
    listing = active_listing(exchange, public_id)
    context = {"exchange": exchange, "listing": listing}
    return render(request, "storefronts/finder/help_sent.html", context)


def _ask(exchange: Exchange, listing: Listing, form: HelpForm) -> bool:
    values = {name: value for name, value in form.cleaned_data.items() if name != "website"}
    try:
        ask_for_help(exchange=exchange, listing=listing, **values)
    except ValidationError as error:
        for name, errors in error.error_dict.items():
            form.add_error(name, errors)
        return False
    except Refused:
        raise Http404 from None
    return True


def _sent(exchange: Exchange, listing: Listing) -> HttpResponse:
    where = tongues.address(
        "storefronts:find-help-sent", slug=exchange.slug, public_id=listing.public_id
    )
    return HttpResponseRedirect(where)
