"""The numbers of the header, asked for by every open page every half minute.

Asking is no activity (ASVS 7.3): the browser marks the request, and the session stays as old as it
is. The first address is read without exchange and person, from what is remembered; only what is
not leads on to the second, which reckons.
"""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from notifications.views import actor_with
from notifications.views.bell import READ
from portal.ui import live


@login_not_required
@require_safe
def remembered(request: HttpRequest) -> HttpResponseBase:
    """What was reckoned last and still stands; no statement but the session's."""
    session = request.session
    if "_auth_user_id" not in session:
        return JsonResponse({"alive": False}, status=401)
    exchange_id, membership_id = session.get("exchange_id"), session.get("membership_id")
    answer = None
    if exchange_id and membership_id:
        answer = live.remembered(
            person_id=int(session["_auth_user_id"]),
            exchange_id=exchange_id,
            membership_id=membership_id,
        )
    return _told(request, answer) if answer else redirect("notifications:live-reckoned")


@require_safe
def reckoned(request: HttpRequest) -> HttpResponseBase:
    """Every number reckoned anew, and remembered."""
    return _told(request, live.reckon(actor_with(request, READ)))


def _told(request: HttpRequest, answer: live.Answer) -> HttpResponseBase:
    """The numbers, or 304 to a browser that has them."""
    response = HttpResponse(answer.body, content_type="application/json")
    response["ETag"] = answer.etag
    told = get_conditional_response(request, etag=answer.etag, response=response)
    assert told is not None
    return told
