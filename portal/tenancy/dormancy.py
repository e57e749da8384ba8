"""Accounts nobody uses are switched off (AC-2(3))."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, Max
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from portal.tenancy.actor import Actor
from portal.tenancy.audit import record
from portal.tenancy.models import ApiToken, Exchange, Person
from portal.tenancy.scope import use_exchange
from portal.tenancy.selectors import current_membership_keys


def last_use(person: Person) -> datetime:
    """When the account was last used, in UTC: a sign-in, a request with one of its tokens, or
    its being switched on again."""
    moments = [person.joined_at, person.last_login, person.activated_at]
    for exchange_id in {exchange for exchange, _ in current_membership_keys(person.pk)}:
        with use_exchange(exchange_id):
            moments.append(
                ApiToken.objects.filter(membership__person=person).aggregate(
                    at=Max("last_used_at")
                )["at"]
            )
    return max(moment for moment in moments if moment)


def end_if_dormant(person: Person, *, now: datetime | None = None) -> bool:
    """Switch the account off if it has not been used for 60 days; says whether it was.

    Each exchange the person works for has it in its ledger. The platform's superuser is left
    alone: there is nobody above who could switch the account on again.
    """
    now = now or timezone.now()
    if not person.is_active or person.is_superuser:
        return False
    if now - last_use(person) < timedelta(days=settings.DORMANT_AFTER_DAYS):
        return False
    exchanges = {exchange for exchange, _ in current_membership_keys(person.pk)}
    person.is_active = False
    person.save(update_fields=["is_active"])
    for exchange in Exchange.objects.filter(pk__in=exchanges):
        with use_exchange(exchange):
            record(
                actor=Actor.system(exchange),
                action="tenancy.person_dormant",
                data={"person": person.pk},
            )
    return True


def end_dormant_accounts(*, now: datetime) -> int:
    """Switch off every account not used for 60 days before ``now``; returns how many.

    Harmless to repeat. Each account is a transaction of its own inside the caller's.
    """
    cutoff = now - timedelta(days=settings.DORMANT_AFTER_DAYS)
    candidates = (
        Person.objects.filter(is_active=True, is_superuser=False)
        .annotate(
            used_at=Greatest(
                "joined_at",
                Coalesce(F("last_login"), F("joined_at")),
                Coalesce(F("activated_at"), F("joined_at")),
            )
        )
        .filter(used_at__lte=cutoff)
    )
    return sum(end_if_dormant(person, now=now) for person in candidates)
