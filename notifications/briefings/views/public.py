"""The page behind the link under a mail: whoever holds it stops the mail, without signing in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from notifications.briefings.models import Delivery
from notifications.briefings.tokens import read_token
from notifications.briefings.unsubscribing import delivery_of_mail, stop_by_link
from portal.casework.machine import Refused
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange


# Mail programs post here by themselves and have no cookie (RFC 8058). The token is the proof, and
# no session is read, so a forged post could borrow nothing.
@csrf_exempt
@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def stop(request: HttpRequest, token: str) -> HttpResponse:
    """Ask first when a person opens it, do it when it is posted; twice is as good as once.

    404 for a token that is not ours, and for a mail that is no longer kept.
    """
    keys = read_token(token)
    exchange = Exchange.objects.filter(pk=keys[0], is_active=True).first() if keys else None
    if keys is None or exchange is None:
        raise Http404
    with use_exchange(exchange):
        delivery: Delivery | None = delivery_of_mail(exchange=exchange, mail_id=keys[1])
        if delivery is None:
            raise Http404
        refusal = ""
        if request.method == "POST":
            try:
                stop_by_link(exchange=exchange, delivery=delivery)
            except Refused as error:
                refusal = str(error)
    context = {
        "exchange_name": exchange.name,
        "is_done": request.method == "POST" and not refusal,
        "refusal": refusal,
    }
    page = render_to_string("briefings/stop.html", context)
    return HttpResponse(page, status=409 if refusal else 200)
