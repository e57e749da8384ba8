"""From a message of the catalogue to words: whose wording, which values, and what may be named."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.urls import reverse

from escalations.constituent.models import ConstituentDetail
from escalations.producers import mail as producers
from notifications.catalogue import REFERRAL, Circle, MessageKind, get
from notifications.models import Bell, MessageTemplate
from portal.casework import kinds
from portal.casework.models import Case
from portal.tenancy.models import Exchange

_VARIABLE = re.compile(r"\{([a-z_]+)\}")
_BLANK_LINES = re.compile(r"\n{3,}")
SUBJECT_LENGTH = 120
BODY_LENGTH = 4_000

#: Under every mail; no exchange can take it away (MD-12).
FOOTER = (
    "This message was sent automatically; replies are not read. Never send a Social Security"
    " number or other personal information by email."
)
#: The same under a mail whose answer reaches its case (EA-02, MD-12).
FOOTER_WITH_REPLIES = (
    "This message was sent automatically. You can reply to it: your words are added to this case."
    " Never send a Social Security number or other personal information by email."
)


@dataclass(frozen=True)
class Wording:
    """Subject and body, with variables or without."""

    subject: str
    body: str


def wording_of(kind: MessageKind, *, exchange_id: int) -> Wording:
    """The exchange's own wording of a message, or the catalogue's."""
    own = MessageTemplate.objects.filter(exchange_id=exchange_id, key=kind.key).first()
    return Wording(own.subject, own.body) if own else Wording(kind.subject, kind.body)


def check_wording(kind: MessageKind, wording: Wording) -> None:
    """Raise unless a wording names only what its message may name, and what it must.

    Raises:
        ValidationError: an unknown variable, a stray brace, a line break in the subject, or
            something required left out; names the field.
    """
    errors: dict[str, str] = {}
    for name, text, allowed in (
        ("subject", wording.subject, kind.subject_variables),
        ("body", wording.body, kind.variables),
    ):
        unknown = sorted(set(_VARIABLE.findall(text)) - allowed)
        if not text.strip():
            errors[name] = f"Enter the {name}."
        elif unknown:
            offered = ", ".join(f"{{{v}}}" for v in sorted(allowed)) or "none"
            errors[name] = f"{{{unknown[0]}}} cannot be used here. You can use: {offered}."
        elif set("{}") & set(_VARIABLE.sub("", text)):
            errors[name] = "Braces may only stand around the name of a variable."
    if set("\r\n") & set(wording.subject):
        errors["subject"] = "The subject is one line."
    named = set(_VARIABLE.findall(wording.subject + wording.body))
    if not errors and (missing := sorted(kind.required - named)):
        errors["body"] = f"The message must say {{{missing[0]}}}."
    if errors:
        raise ValidationError(errors)


def fill(
    kind: MessageKind, wording: Wording, values: Mapping[str, str], *, footer: str = FOOTER
) -> Wording:
    """Put values into a wording; a variable without a value leaves nothing behind."""

    def put(text: str, allowed: frozenset[str]) -> str:
        return _VARIABLE.sub(
            lambda found: values.get(found[1], "") if found[1] in allowed else "", text
        )

    subject = " ".join(put(wording.subject, kind.subject_variables).split())
    body = _BLANK_LINES.sub("\n\n", put(wording.body.replace("\r\n", "\n"), kind.variables))
    return Wording(subject, f"{body.strip()}\n\n--\n{footer}\n")


def values_for(
    kind: MessageKind, *, exchange: Exchange, case: Case | None, **more: str
) -> dict[str, str]:
    """What the variables of a message stand for now."""
    values = {"exchange": exchange.name, "contact": exchange.contact_email, **more}
    if case is not None:
        status = kinds.get(case.kind).machine.statuses[case.status]
        values |= {
            "number": case.number,
            "status": status.coarse.value,
            "link": case_link(case),
        }
    if case is not None and kind.variables & REFERRAL:
        values |= _referral(case)
    if case is not None and (wanted := kind.variables & producers.VARIABLES):
        values |= producers.values_for(case, wanted=wanted)
    return values


def sample_values(kind: MessageKind, *, exchange: Exchange) -> dict[str, str]:
    """Invented values that show an administrator how a message will read."""
    link = {
        "release.link": "release/…",
        "invitation": "invitations/…",
        "account.password_reset": "accounts/password/reset/key/…",
    }.get(kind.key, "cases/EA-2025-000123/" if kind.circle in _CASE_CIRCLES else "")
    return {
        "exchange": exchange.name,
        "contact": exchange.contact_email,
        "number": "EA-2025-000123",
        "status": "In progress",
        "link": absolute(page_path(kind) if kind.page else f"/{link}"),
        "passcode": "000000",
        "referral_name": "Department of Managed Health Care",
        "referral_phone": "(916) 555-0100",
        "referral_url": "https://regulator.example",
        "referral_address": "1 Main Street, Sacramento, CA",
        "producer": "Robin Example",
        "type_short": "Enrollment",
        "person_id": "000000",
        "promise": "You can expect a reply within 2 business days.",
        "thread": "ref:_0000000000000000:ref",
        "original": "200528-0000001",
        "subject": "Briefing: Renewals begin on Monday",
        "text": "Renewals begin on Monday. Look through your book before.",
        "remarks": "The 2nd file was not taken: The file is empty. Choose the file again.",
    }


_CASE_CIRCLES = (Circle.OFFICE, Circle.SENDER, Circle.ENROLLER, Circle.EMPLOYER, Circle.STAFF)


def case_path(case: Case) -> str:
    """The case page; its address holds the number and nothing else."""
    return reverse(kinds.get(case.kind).url_name, args=[case.number])


def case_link(case: Case) -> str:
    return absolute(case_path(case))


def absolute(path: str) -> str:
    """An address for mail; its host is configured, never taken from a request."""
    return settings.PUBLIC_URL.rstrip("/") + path


def page_path(kind: MessageKind, data: Mapping[str, Any] | None = None) -> str:
    """Where a message about no case leads; ``data`` is the message's own."""
    if not kind.page:
        return "/"
    if kind.page_takes:
        thing = (data or {}).get(kind.page_takes)
        return reverse(kind.page, args=[thing]) if thing is not None else "/"
    return reverse(kind.page)


def bell_line(key: str, *, case: Case | None, exchange: Exchange, own: Mapping[str, str]) -> str:
    """The one line a bell shows; ``own`` holds the exchange's own subjects by key."""
    kind = get(key)
    wording = Wording(own.get(key, kind.subject), "-")
    number = case.number if case else ""
    return fill(kind, wording, {"number": number, "exchange": exchange.name}).subject


def line_of(row: Bell, *, exchange: Exchange, own: Mapping[str, str]) -> str:
    """The words of one line of a bell; its case must be loaded."""
    return row.text or bell_line(row.key, case=row.case, exchange=exchange, own=own)


def own_subjects(exchange: Exchange) -> dict[str, str]:
    """The exchange's own subjects by key."""
    rows = MessageTemplate.objects.filter(exchange=exchange)
    return dict(rows.values_list("key", "subject"))


def _referral(case: Case) -> dict[str, str]:
    """The entity's contact information, which EA-17 has us send; nothing else of the detail."""
    detail = ConstituentDetail.objects.filter(case=case).only("referral").first()
    contact = detail.referral if detail else None
    if contact is None:
        return {}
    return {
        "referral_name": contact.name,
        "referral_phone": contact.phone,
        "referral_url": contact.url,
        "referral_address": contact.address,
    }
