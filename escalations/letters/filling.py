"""What a letter may know of its case: the case's projection for the one who writes, and no more.

The details of a kind of case are never read here. A kind's projection says which values there
are; the first of the keys below that has one fills the placeholder.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from escalations.letters.configuration import local_today
from escalations.letters.placeholders import long_date
from portal.casework import kinds
from portal.casework.models import Case
from portal.casework.projection import CaseDetailView
from portal.clocks.reckoning import zone
from portal.tenancy.actor import Actor

#: Placeholder → keys of projected values, in order of preference.
_KEYS: Mapping[str, tuple[str, ...]] = {
    "consumer_name": ("consumer_name", "constituent_name", "appellant_name", "member_name"),
    "consumer_case_number": (
        "consumer_case_number",
        "case_or_application_id",
        "appellant_case_number",
        "person_id",
    ),
    # What somebody wrote of the result; the bare name of an outcome only where nobody wrote more.
    "response": (
        "resolution_steps",
        "decision_text",
        "decision",
        "decision_outcome",
        "outcome",
        "resolution",
    ),
}


def detail_of(actor: Actor, case: Case, *, surface: str = "letter") -> CaseDetailView:
    """The case with its details, as its gate shows it to the actor now; the look is recorded.

    Raises:
        Case.DoesNotExist: the gate shows this actor no details.
    """
    project = kinds.get(case.kind).project
    view: Any = project(actor, case, surface=surface) if project else None  # type: ignore[call-arg]
    if not isinstance(view, CaseDetailView):
        raise Case.DoesNotExist
    return view


def values_for(actor: Actor, case: Case, *, language: str) -> dict[str, str]:
    """Placeholder → value, for those that are known; days are local to the exchange.

    Raises:
        Case.DoesNotExist: the gate shows this actor no details.
    """
    view = detail_of(actor, case)
    exchange = actor.exchange

    def day(instant: datetime | None) -> str:
        if instant is None:
            return ""
        return long_date(instant.astimezone(zone(exchange.time_zone)).date(), language)

    projected: dict[str, str] = {}
    for section in view.sections:
        for key, _, value in section.rows:
            if isinstance(value, str) and value.strip():
                projected.setdefault(key, value.strip())
    found = {
        name: next((projected[key] for key in keys if key in projected), "")
        for name, keys in _KEYS.items()
    }
    return found | {
        "number": view.number,
        "date": long_date(local_today(exchange), language),
        "exchange": exchange.name,
        "unit": view.queue or (actor.organization.name if actor.organization else ""),
        "contact": exchange.contact_email,
        "contact_phone": exchange.contact_phone,
        "opened": day(view.opened_at),
        "deadline": day(view.due_at),
        "signature_name": actor.person.full_name if actor.person else "",
    }
