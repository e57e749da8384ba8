"""What the mirror itself says a consumer needs: five of the daily summary's topics (SM-04).

Beside them the open renewal, which the Consumer Retention Workspace tells. The other topics are
news, not things to do.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

from django.db.models import Exists, Min, OuterRef, QuerySet, Subquery

from portal.consumers.mirror import Consent, Consumer, Enrollment, Notice
from portal.consumers.needs import Need, NeedSource
from portal.tenancy.actor import Actor

#: A consent that ends within so many days is asked for again, a birthday told of.
AHEAD: Final = timedelta(days=90)
MEDICARE_AGE: Final = 65

ACTIONS, BINDER, UPDATES = "actions_requested", "binder_payment", "updates_pending"
CONSENT, MEDICARE = "consent_valid_thru", "medicare_aged_out"
#: In the printed words of the daily summary (SM-04).
TOPICS: Final[Mapping[str, str]] = {
    ACTIONS: "Actions Requested for Consumer",
    BINDER: "Binder Payment Pending",
    UPDATES: "Enrollment Updates Pending",
    CONSENT: "Consent Valid Thru",
    MEDICARE: "Medicare Aged Out",
}


def unanswered() -> QuerySet[Notice]:
    """Notices that ask the consumer to act, and still do."""
    return Notice.objects.filter(needs_action=True, resolved_on=None)


def birthday_at(born: date, age: int) -> date:
    """The day somebody comes to an age; who was born on February 29 does on March 1."""
    try:
        return born.replace(year=born.year + age)
    except ValueError:
        return date(born.year + age, 3, 1)


def born_by(day: date, age: int) -> date:
    """The latest day of birth of somebody who has come to an age by ``day``."""
    try:
        return day.replace(year=day.year - age)
    except ValueError:
        return date(day.year - age, 2, 28)


def _covered() -> QuerySet[Enrollment]:
    return Enrollment.objects.filter(product="health", status=Enrollment.Status.ENROLLED)


def _find(actor: Actor, ids: Collection[int], today: date) -> Mapping[int, Sequence[Need]]:
    theirs = {"consumer": OuterRef("pk")}
    asked = unanswered().filter(**theirs).order_by().values("consumer")
    rows = Consumer.objects.filter(exchange_id=actor.exchange_id, pk__in=ids).annotate(
        is_asked=Exists(asked),
        act_by=Subquery(asked.annotate(by=Min("act_by")).values("by")),
        is_pending=Exists(Enrollment.objects.filter(**theirs, status=Enrollment.Status.PENDING)),
        has_updates=Exists(Enrollment.objects.filter(**theirs, updates_pending=True)),
        # One line holds of each kind of consent, and there is one kind.
        consent_until=Subquery(Consent.objects.filter(**theirs).values("valid_through")[:1]),
        is_covered=Exists(_covered().filter(**theirs)),
    )
    found = {row.pk: _needs_of(row, today) for row in rows.only("pk", "date_of_birth")}
    return {pk: needs for pk, needs in found.items() if needs}


def _needs_of(row: Any, today: date) -> list[Need]:
    needs = []
    if row.is_asked:
        needs.append(_need(ACTIONS, row.act_by, tone=_tone(row.act_by, today)))
    if row.is_pending:
        needs.append(_need(BINDER, None, tone="warning"))
    if row.has_updates:
        needs.append(_need(UPDATES, None, tone="info"))
    if row.consent_until and row.consent_until < today + AHEAD:
        tone = "danger" if row.consent_until < today else "warning"
        needs.append(_need(CONSENT, row.consent_until, tone=tone))
    birthday = birthday_at(row.date_of_birth, MEDICARE_AGE)
    if row.is_covered and birthday <= today + AHEAD:
        # A day to be ready by only while it lies ahead.
        is_past = birthday <= today
        due_on, tone = (None, "danger") if is_past else (birthday, "warning")
        needs.append(_need(MEDICARE, due_on, tone=tone))
    return needs


def _need(key: str, due_on: date | None, *, tone: str) -> Need:
    return Need(key, TOPICS[key], due_on, tone=tone)


def _tone(due_on: date | None, today: date) -> str:
    return "danger" if due_on and due_on <= today else "warning"


def _waiting(actor: Actor, key: str, today: date) -> QuerySet[Any, Any]:
    rows: QuerySet[Any]
    if key == ACTIONS:
        rows = unanswered()
    elif key == BINDER:
        rows = Enrollment.objects.filter(status=Enrollment.Status.PENDING)
    elif key == UPDATES:
        rows = Enrollment.objects.filter(updates_pending=True)
    elif key == CONSENT:
        rows = Consent.objects.filter(valid_through__lt=today + AHEAD)
    else:
        latest = born_by(today + AHEAD, MEDICARE_AGE)
        rows = _covered().filter(consumer__date_of_birth__lte=latest)
    return rows.filter(exchange_id=actor.exchange_id).order_by()


SOURCE: Final = NeedSource(key="mirror", choices=TOPICS, find=_find, waiting=_waiting, order=20)
