"""The desk of mail coming in: what is held, what became of the rest, and the original itself."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db.models import Count
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.views.decorators.http import require_POST, require_safe

from notifications.inbound import triage
from notifications.inbound.answers import refusal_sentences
from notifications.inbound.filing import description_of, open_mail
from notifications.inbound.forms import AddForm, FileForm, HandForm, IgnoreForm
from notifications.inbound.items import read_items
from notifications.inbound.models import RawMail
from notifications.inbound.papers import screen_file
from notifications.inbound.parse import ParsedMail
from notifications.inbound.senders import AmbiguousSender, find_sender
from portal.casework.forms import ActForm
from portal.casework.machine import Refused
from portal.documents.responses import content_disposition
from portal.ledger.services import record
from portal.tenancy.actor import Actor

_PAGE = 25
_STATES = {
    RawMail.State.HELD: "Held",
    RawMail.State.FILED: "Filed",
    RawMail.State.IGNORED: "Ignored",
    RawMail.State.REFUSED: "Refused",
    RawMail.State.RECEIVED: "Not looked at yet",
}
#: The forms of a mail's page, by the act they are for.
_FORMS: Mapping[str, type[ActForm]] = {
    "file": FileForm,
    "add": AddForm,
    "ignore": IgnoreForm,
    "hand": HandForm,
}
_DONE = {
    "ignore": "The mail was set aside.",
    "hand": "The mail was handed over.",
}


def _actor(request: HttpRequest) -> Actor:
    """The actor, if they deal with mail and their exchange has cases of offices."""
    actor = cast(Actor, request.actor)  # type: ignore[attr-defined]
    actor.require(triage.ACTION)
    if not actor.has_module("constituent"):
        raise Http404
    return actor


@require_safe
def mails(request: HttpRequest) -> HttpResponse:
    """The mails of one state, newest first; those held for a person come first of all."""
    actor = _actor(request)
    state = request.GET.get("state", RawMail.State.HELD)
    if state not in _STATES:
        raise Http404
    rows = RawMail.objects.visible_to(actor)
    counts = dict(rows.values_list("state").annotate(Count("pk")).order_by())
    before = request.GET.get("before", "")
    wanted = rows.filter(state=state).select_related("case", "handler", "office").defer("sealed")
    if before:
        if not (before.isascii() and before.isdigit() and len(before) < 19):
            raise Http404
        wanted = wanted.filter(pk__lt=int(before))
    shown = list(wanted.order_by("-pk")[: _PAGE + 1])
    next_url = f"?state={state}&before={shown[_PAGE - 1].pk}" if len(shown) > _PAGE else ""
    record(actor=actor, action="inbound.listed", fields=["sender", "subject"])
    context = {
        "rows": shown[:_PAGE],
        "tabs": [
            {
                "label": label,
                "url": f"?state={key}",
                "current": key == state,
                "count": counts.get(key, 0),
            }
            for key, label in _STATES.items()
        ],
        "state_label": _STATES[RawMail.State(state)],
        "is_held": state == RawMail.State.HELD,
        "total": counts.get(state, 0),
        "next_url": next_url,
        "newest_url": f"?state={state}" if before else "",
        "may_configure": actor.may("inbound.configure"),
    }
    return render(request, "inbound/mails.html", context)


@require_safe
def mail(request: HttpRequest, pk: int) -> HttpResponse:
    """The original, as words, beside the case it becomes."""
    actor = _actor(request)
    return _show(request, actor, _mail(actor, pk))


@require_POST
def act(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Do one of the things that can be done about a mail."""
    actor = _actor(request)
    row = _mail(actor, pk)
    if what not in _FORMS:
        raise Http404
    form = _FORMS[what](request.POST, actor=actor, auto_id=f"{what}_%s")
    if not form.is_valid():
        return _show(request, actor, row, {what: form})
    try:
        return _do(request, actor, row, what, form.cleaned_data)
    except ValidationError as error:
        _put_errors(form, error)
        return _show(request, actor, row, {what: form})
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect("inbound:mail", pk)


def _do(
    request: HttpRequest, actor: Actor, row: RawMail, what: str, values: dict[str, Any]
) -> HttpResponse:
    if what == "file":
        given: dict[str, Any] = {
            name: ("" if value is None and name != "date_of_birth" else value)
            for name, value in values.items()
        }
        case = triage.file_as_case(actor=actor, mail=row, **given)
        messages.success(request, f"The mail became case {case.number}.")
        return redirect("casework:case", case.number)
    if what == "add":
        case = triage.add_to_case(actor=actor, mail=row, **values)
        messages.success(request, f"The mail was added to case {case.number}.")
        return redirect("casework:case", case.number)
    if what == "ignore":
        triage.ignore_mail(actor=actor, mail=row, **values)
    else:
        triage.hand_over(actor=actor, mail=row, **values)
    messages.success(request, _DONE[what])
    return redirect("inbound:triage")


@require_safe
def file(request: HttpRequest, pk: int, place: int) -> HttpResponse:
    """One file of a mail, counted from 1: screened now, and only its clean copy leaves."""
    actor = _actor(request)
    row = _mail(actor, pk)
    files = open_mail(row).files
    if not 1 <= place <= len(files):
        raise Http404
    try:
        screened = screen_file(files[place - 1])
    except ValidationError as error:
        messages.error(request, " ".join(error.messages))
        return redirect("inbound:mail", pk)
    record(
        actor=actor,
        action="inbound.file_opened",
        cases=[row.case_id] if row.case_id else [],
        data={"mail": row.pk, "file": place},
    )
    return HttpResponse(
        screened.content,
        content_type=screened.content_type,
        headers={
            "Content-Disposition": content_disposition(screened.original_name),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cache-Control": "no-store, private",
        },
    )


def _mail(actor: Actor, pk: int) -> RawMail:
    rows = RawMail.objects.visible_to(actor).select_related(
        "exchange", "mailbox", "case", "suggested_case", "office", "handler", "decided_by"
    )
    return get_object_or_404(rows, pk=pk)


def _show(
    request: HttpRequest, actor: Actor, row: RawMail, bound: Mapping[str, ActForm] | None = None
) -> HttpResponse:
    parsed = open_mail(row)
    record(
        actor=actor,
        action="inbound.seen",
        cases=[row.case_id] if row.case_id else [],
        fields=["sender", "subject", "text", "files"],
        data={"mail": row.pk},
    )
    can_file = row.sealed is not None and row.state in (RawMail.State.HELD, RawMail.State.IGNORED)
    context = {
        "mail": row,
        "parsed": parsed,
        "facts": _facts(row, parsed),
        "files": [
            {"number": number, "name": one.name, "size": len(one.content)}
            for number, one in enumerate(parsed.files, start=1)
        ],
        "refused": refusal_sentences(row.refusals),
        "can_file": can_file,
        "is_held": row.state == RawMail.State.HELD,
        "forms": _forms(actor, row, parsed, bound or {}) if can_file or bound else {},
        "back_url": f"{reverse('inbound:triage')}?state={row.state}",
    }
    return render(request, "inbound/mail.html", context, status=422 if bound else 200)


def _facts(row: RawMail, parsed: ParsedMail) -> list[tuple[str, str]]:
    """Who it says it is from, and what is proved of that."""
    sender = parsed.from_address or row.sender or "No address"
    who = format_html("<bdi>{}</bdi>, {}", parsed.from_name, sender) if parsed.from_name else sender
    proved = "Proved by our mail server" if row.is_verified else "Not proved: anybody can write it"
    facts = [
        ("From", who),
        ("Sender", proved),
        ("Came", timezone.localtime(row.received_at).strftime("%B %-d, %Y, %-I:%M %p")),
        ("How", row.get_door_display()),
        ("State", f"{row.get_state_display()}: {row.get_reason_display() or 'in line'}"),
    ]
    if row.handler:
        facts.append(("With", row.handler.full_name))
    if row.decided_by:
        is_own = row.decided_by.email.lower() == sender.lower()
        label = "Filed in the name of" if is_own else "Decided by"
        facts.append((label, row.decided_by.full_name))
    if row.note:
        facts.append(("Why", row.note))
    return facts


def _forms(
    actor: Actor, row: RawMail, parsed: ParsedMail, bound: Mapping[str, ActForm]
) -> dict[str, forms.Form]:
    today = timezone.localdate()
    office = _office_hint(row, parsed)
    suggested = row.suggested_case.number if row.suggested_case else ""
    initial: dict[str, dict[str, Any]] = {
        "file": {
            "office": office,
            "office_contact": ", ".join(filter(None, [parsed.from_name, parsed.from_address]))[
                :160
            ],
            "description": description_of(parsed),
            **read_items(parsed.text, today=today),
        },
        "add": {"number": suggested},
        "ignore": {},
        "hand": {},
    }
    return {
        key: bound.get(key) or form(actor=actor, initial=initial[key], auto_id=f"{key}_%s")
        for key, form in _FORMS.items()
    }


def _office_hint(row: RawMail, parsed: ParsedMail) -> int | None:
    """The office the address would stand for; the person decides whether it does."""
    if row.office_id or not parsed.from_address:
        return row.office_id
    try:
        sender = find_sender(exchange=row.exchange, address=parsed.from_address)
    except AmbiguousSender:
        return None
    return sender.office.pk if sender else None


def _put_errors(form: forms.Form, error: ValidationError) -> None:
    if not hasattr(error, "error_dict"):
        form.add_error(None, error)
        return
    for name, errors in error.error_dict.items():
        form.add_error(name if name in form.fields else None, errors)
