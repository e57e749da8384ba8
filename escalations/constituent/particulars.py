"""What an office tells of a case: the rules on it, and how search finds it (EA-03…EA-06)."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone

from escalations.constituent.models import ConstituentDetail
from portal.casework.models import Case
from portal.casework.search import index_case
from portal.clocks.services import zone
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.actor import Actor

_TEXTS = ("description", "constituent_name", "case_or_application_id", "phone", "office_contact")


def check_particulars(*, actor: Actor, fields: Mapping[str, Any]) -> None:
    """The rules on what is typed, whichever of the items it holds.

    Raises:
        ValidationError: a birth date in the future; names the field.
        SsnRefused: a text holds a Social Security number (EA-06).
    """
    for name in _TEXTS:
        if contains_ssn(str(fields.get(name) or "")):
            raise SsnRefused("the " + name.replace("_", " "))
    born = fields.get("date_of_birth")
    today = timezone.now().astimezone(zone(actor.exchange.time_zone)).date()
    if born and not date(1900, 1, 1) <= born <= today:
        raise ValidationError({"date_of_birth": "Enter a date of birth in the past."})


def update_particulars(case: Case, values: Mapping[str, Any]) -> list[str]:
    """Write the items that differ, and what search finds the case by; returns their names."""
    detail = case.constituent
    changed = [name for name, value in values.items() if getattr(detail, name) != value]
    for name in changed:
        setattr(detail, name, values[name])
    if changed:
        detail.save(update_fields=changed)
        reindex(detail)
    return changed


def reindex(detail: ConstituentDetail) -> None:
    """Keep what search finds the case by: eight identifiers, name and text (decision 6)."""
    index_case(
        case=detail.case,
        texts=[detail.constituent_name, detail.description, detail.resolution_steps],
        identifiers=[detail.case_or_application_id, detail.phone, detail.email]
        + ([detail.date_of_birth.isoformat()] if detail.date_of_birth else []),
    )
