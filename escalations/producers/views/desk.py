"""The desk's record of a call or mail (MD-01, MD-07)."""

import uuid
from typing import Any

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from escalations.producers import calls, wizard
from escalations.producers.forms import CallForm
from escalations.producers.models import CallItem, Channel, ProducerCall
from escalations.producers.views.common import actor_of, put_errors
from escalations.producers.views.escalate import CALL_STEPS
from escalations.producers.wizard import RECORD, Choice
from portal.casework import drafts, kinds
from portal.casework.machine import Refused
from portal.casework.models import Draft
from portal.consumers.models import Consumer
from portal.tenancy.actor import Actor


@require_http_methods(["GET", "HEAD", "POST"])
def call_details(request: HttpRequest, way: str, public_id: uuid.UUID) -> HttpResponse:
    """Who called, and what becomes of each consumer."""
    actor = actor_of(request, RECORD.action)
    if made := calls.call_made_of(actor=actor, draft=public_id):
        return redirect("producers:call", made.pk)
    choice = wizard.load(actor=actor, way=RECORD, public_id=public_id) or Choice()
    consumers = wizard.verify(actor=actor, choice=choice)
    if not consumers:
        return redirect("producers:choose", RECORD.key, public_id)
    if request.method != "POST":
        form = CallForm(actor=actor, consumers=consumers, initial=choice.typed)
        return _page(request, public_id, form)
    form = CallForm(request.POST, actor=actor, consumers=consumers)
    form.is_valid()
    choice.typed = {name: form.data.get(name, "") for name in form.fields}
    try:
        wizard.keep(actor=actor, way=RECORD, public_id=public_id, choice=choice)
    except Draft.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        put_errors(form, error)
        return _page(request, public_id, form, status=422)
    if "back" in request.POST:
        return redirect("producers:choose", RECORD.key, public_id)
    if form.is_valid() and (call := _record(actor, public_id, form)):
        drafts.discard_draft(actor=actor, public_id=public_id)
        return redirect("producers:call", call.pk)
    return _page(request, public_id, form, status=422)


@require_safe
def call(request: HttpRequest, pk: int) -> HttpResponse:
    """What became of a call: the numbers to tell the producer."""
    actor = actor_of(request, RECORD.action)
    found = ProducerCall.objects.filter(exchange_id=actor.exchange_id, pk=pk).first()
    if found is None:
        raise Http404
    items = CallItem.objects.filter(call=found).select_related("consumer", "ticket_type", "case")
    context = {
        "call": found,
        "steps": CALL_STEPS,
        "items": [_row(item) for item in items],
        "is_known": found.producer_id is not None,
    }
    return render(request, "producers/call.html", context)


def _record(actor: Actor, public_id: uuid.UUID, form: CallForm) -> ProducerCall | None:
    data = form.cleaned_data
    try:
        return calls.record_call(
            actor=actor,
            channel=Channel(data["channel"]),
            caller_name=data["caller_name"],
            npn=data["npn"],
            lines=form.lines(),
            draft=public_id,
        )
    except Consumer.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        put_errors(form, error)
    except Refused as refusal:
        form.add_error(None, str(refusal))
    return None


def _row(item: CallItem) -> dict[str, Any]:
    case = item.case
    status = kinds.get(case.kind).machine.statuses[case.status].label if case else ""
    return {
        "name": item.consumer.full_name,
        "type": item.ticket_type.label,
        "outcome": item.get_outcome_display(),
        "is_duplicate": item.outcome == CallItem.Outcome.DUPLICATE,
        "number": case.number if case else "",
        "status": status,
    }


def _page(
    request: HttpRequest, public_id: uuid.UUID, form: CallForm, *, status: int = 200
) -> HttpResponse:
    context = {"form": form, "public_id": public_id, "steps": CALL_STEPS, "way": RECORD}
    return render(request, "producers/call_details.html", context, status=status)
