"""The door for a mail provider: raw mail, signed; nothing else is told apart."""

from __future__ import annotations

import uuid

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from notifications.inbound.models import Mailbox, RawMail
from notifications.inbound.parse import MAX_BYTES
from notifications.inbound.services import receive_mail
from notifications.inbound.signatures import SIGNATURE, TIMESTAMP, is_signed
from portal.tenancy.models import Exchange
from portal.tenancy.scope import use_exchange


@csrf_exempt
@login_not_required
@require_POST
def take(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Keep one mail (``message/rfc822``) and answer 202 once it is committed.

    404 for a mailbox that does not exist, is switched off or has no secret, and for a signature
    that is wrong or too old: nobody learns which. A mail handed over twice is kept once.
    """
    # Read from the connection: Django's own limit is for forms.
    body = request.read(MAX_BYTES + 1)
    if len(body) > MAX_BYTES:
        return HttpResponse(status=413)
    now = timezone.now()
    found = _find(public_id)
    is_ours = is_signed(
        secret=found.webhook_secret if found else "",
        timestamp=request.headers.get(TIMESTAMP, ""),
        signature=request.headers.get(SIGNATURE, ""),
        body=body,
        now=now.timestamp(),
    )
    if found is None or not is_ours:
        return HttpResponse(status=404)
    with use_exchange(found.exchange_id):
        receive_mail(mailbox=found, content=body, door=RawMail.Door.WEBHOOK, now=now)
    return HttpResponse(status=202)


def _find(public_id: uuid.UUID) -> Mailbox | None:
    """The mailbox, in whichever exchange; nobody is signed in who would have chosen one."""
    for key in Exchange.objects.filter(is_active=True).values_list("pk", flat=True):
        with use_exchange(key):
            rows = Mailbox.objects.filter(public_id=public_id, is_active=True)
            if found := rows.first():
                return found
    return None
