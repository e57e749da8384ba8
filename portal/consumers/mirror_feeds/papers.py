"""The feeds of consents for verification and of notices."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from portal.consumers.feeds import Applied, FeedKind, FeedRow, RowRefused
from portal.consumers.mirror_feeds import checks
from portal.consumers.mirror_feeds.belongings import PERSON, apply_belongings
from portal.consumers.models import Consent, Notice
from portal.tenancy.actor import Actor

_CONSENT_EXAMPLE: Final = {
    "person_id": "174097",
    "kind": "verification",
    "given_on": "2025-11-18",
    "valid_through": "2030-11-17",
}
_NOTICE_EXAMPLE: Final = {
    "notice_id": "N-2025-000042-1",
    "person_id": "174097",
    "code": "NOD03",
    "title": "Warning – Documents Needed",
    "generated_on": "2025-10-06",
    "needs_action": "yes",
    "act_by": "2026-01-09",
    "resolved_on": "",
}
_CONSENT_KINDS: Final = ("verification",)
#: Consent for verification is given for zero to five years (facts B.5).
_CONSENT_YEARS: Final = 5


def parse_consent(values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """How long one person lets income be verified; a person has one consent of a kind."""
    person_id = checks.person_id(values)
    kind = checks.choice(values, "kind", _CONSENT_KINDS)
    given, last = checks.day(values, "given_on"), checks.day(values, "valid_through")
    if last < given:
        raise RowRefused("The valid_through lies before the given_on.")
    if (last.year - _CONSENT_YEARS, last.month, last.day) > (given.year, given.month, given.day):
        raise RowRefused(f"The consent is for more than {_CONSENT_YEARS} years.")
    return f"{person_id}:{kind}", {
        "person_id": person_id,
        "kind": kind,
        "given_on": given,
        "valid_through": last,
    }


def apply_consents(*, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> Applied:
    """Add and change consents; one of an unknown person is refused."""
    return apply_belongings(
        actor=actor,
        feed=CONSENTS.key,
        rows=rows,
        owner=PERSON,
        model=Consent,
        unique=["consumer_id", "kind"],
        update=("given_on", "valid_through"),
    )


def parse_notice(values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """One notice the eligibility system sent."""
    notice_id = checks.reference(values, "notice_id", longest=24)
    return notice_id, {
        "notice_id": notice_id,
        "person_id": checks.person_id(values),
        "code": checks.reference(values, "code", longest=12),
        "title": checks.text(values, "title", longest=160, required=True),
        "generated_on": checks.day(values, "generated_on"),
        "needs_action": checks.yes_no(values, "needs_action"),
        "act_by": checks.optional_day(values, "act_by"),
        "resolved_on": checks.optional_day(values, "resolved_on"),
    }


def apply_notices(*, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> Applied:
    """Add and change notices; one to an unknown person is refused."""
    return apply_belongings(
        actor=actor,
        feed=NOTICES.key,
        rows=rows,
        owner=PERSON,
        model=Notice,
        unique=["exchange_id", "notice_id"],
        update=(
            "consumer_id",
            "code",
            "title",
            "generated_on",
            "needs_action",
            "act_by",
            "resolved_on",
        ),
    )


CONSENTS = FeedKind(
    key="consents",
    label="Consents for verification",
    columns=tuple(_CONSENT_EXAMPLE),
    parse_row=parse_consent,
    apply_batch=apply_consents,
    action="consumers.import",
    batch_rows=2000,
    updates=True,
    example=_CONSENT_EXAMPLE,
)
NOTICES = FeedKind(
    key="notices",
    label="Notices",
    columns=tuple(_NOTICE_EXAMPLE),
    parse_row=parse_notice,
    apply_batch=apply_notices,
    action="consumers.import",
    batch_rows=2000,
    updates=True,
    example=_NOTICE_EXAMPLE,
)
