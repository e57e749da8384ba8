"""Who is told: rules that are asked at the moment of sending, not when the act happened.

A rule names candidates; :func:`still_allowed` then lets through only those whom a page would
show the case to in this very moment. Somebody who has left, lost a role or moved to another
office since the act is not told.
"""

from collections.abc import Iterable
from datetime import datetime

from django.db.models import Q, QuerySet

from escalations.releases.models import Release
from escalations.tickets.models import TicketDetail
from portal.casework.models import Case, OutboxMessage, TimelineEvent
from portal.tenancy import selectors
from portal.tenancy.models import Membership, Organization, Person
from portal.tenancy.roles import ROLES

#: Messages that say of a release form that it is in force.
_OF_VALID_FORM = frozenset({"release.valid", "release.expiring"})
_LEADS = [spec.key for spec in ROLES.values() if spec.lead]


def still_allowed(person: Person, message: OutboxMessage) -> bool:
    """Whether the person works for the exchange now and may know of the message's case now.

    The exchange must be set. A person with several memberships is asked in each.
    """
    keys = Membership.objects.current().filter(
        person=person, exchange_id=message.exchange_id, exchange__is_active=True
    )
    for key in keys.values_list("pk", flat=True):
        membership = selectors.membership_for_actor(key, person_id=person.pk)
        if membership is None:
            continue
        actor = selectors.actor_for(person, membership, channel="message")
        if message.case_id is None:
            return True
        if Case.objects.visible_to(actor).filter(pk=message.case_id).exists():
            return True
    return False


def still_true(message: OutboxMessage, now: datetime) -> bool:
    """Whether what a message says of a release form still holds at ``now`` (UTC).

    Between the act and the sending a form may have been revoked, replaced or run out; telling an
    office then that it is in force would invite what is no longer allowed (EA-21, EA-23). Every
    other message tells of something that happened, which stays true. The exchange must be set.
    """
    if message.key not in _OF_VALID_FORM or message.case_id is None:
        return True
    forms = Release.objects.filter(
        case_id=message.case_id, state=Release.State.VALID, valid_until__gt=now
    )
    if key := message.data.get("release"):
        forms = forms.filter(pk=key)
    return forms.exists()


def nobody(message: OutboxMessage) -> Iterable[Person]:
    """For messages that go to an address they carry themselves."""
    return Person.objects.none()


def the_one_named(message: OutboxMessage) -> Iterable[Person]:
    """The one person the act named, e.g. the new owner."""
    return [message.recipient] if message.recipient else []


def office(message: OutboxMessage) -> Iterable[Person]:
    """Whoever of the office brought the case, and the office's managers.

    When neither works there any more, everybody of the office: a promise to an office does not
    end with the one who wrote.
    """
    case = message.case
    if case is None or case.organization is None:
        return []
    staff = _members(case.organization, action="constituent.view", below=False)
    concerned = staff.filter(Q(pk=case.opened_by_id) | _leads_in(case.organization))
    return concerned if concerned.exists() else staff


def opener(message: OutboxMessage) -> Iterable[Person]:
    """Whoever opened the case."""
    case = message.case
    return [case.opened_by] if case and case.opened_by else []


def opener_outside(message: OutboxMessage) -> Iterable[Person]:
    """The enroller who brought the case, or called about it; nobody, where there is none."""
    case = message.case
    if case is None or case.organization is None:
        return []
    staff = _members(case.organization, action="tickets.view_own", below=True)
    named = TicketDetail.objects.filter(case=case).values("enroller_id")
    return staff.filter(Q(pk=case.opened_by_id) | Q(pk__in=named))


def employer(message: OutboxMessage) -> Iterable[Person]:
    """The Group Plan Administrators of the company that brought the case."""
    case = message.case
    if case is None or case.organization is None:
        return []
    return _members(case.organization, action="tiers.view_own")


def workers_of_queue(message: OutboxMessage) -> Iterable[Person]:
    """Everybody who takes cases from the queue that holds this one."""
    case = message.case
    return _members(case.queue, action="casework.take") if case and case.queue else []


def leads_of_queue(message: OutboxMessage) -> Iterable[Person]:
    """The queue's leads; without one, everybody who takes cases from it."""
    workers = workers_of_queue(message)
    if not isinstance(workers, QuerySet) or message.case is None:
        return []
    leads = workers.filter(_leads_in(message.case.queue))
    return leads if leads.exists() else workers


def owner_or_queue(message: OutboxMessage) -> Iterable[Person]:
    """The owner, while they can still work the case; otherwise the queue's leads."""
    case = message.case
    if case and case.owner and still_allowed(case.owner, message):
        return [case.owner]
    return leads_of_queue(message)


def owner_and_leads(message: OutboxMessage) -> Iterable[Person]:
    """The owner and the queue's leads (N-21)."""
    owner = [message.case.owner] if message.case and message.case.owner else []
    return [*owner, *leads_of_queue(message)]


def those_mentioned(message: OutboxMessage) -> Iterable[Person]:
    """The colleagues whom the event's note names."""
    event = _event(message)
    if event is None or event.note is None:
        return []
    return [row.person for row in event.note.mention_rows.select_related("person")]


def watchers(message: OutboxMessage) -> Iterable[Person]:
    """Those who watch the case."""
    return Person.objects.filter(
        caseuserpermission__content_object_id=message.case_id,
        caseuserpermission__permission__codename="watch_case",
    )


def second_persons(message: OutboxMessage) -> Iterable[Person]:
    """Those who may confirm an override, but for the one who asked for it."""
    asked_by = Release.objects.filter(
        pk=message.data.get("release"), override_asked_by__isnull=False
    ).values("override_asked_by")
    return _in_exchange(message, action="releases.confirm_override").exclude(pk__in=asked_by)


def enroller_or_leads(
    message: OutboxMessage,
    *,
    organization_id: int | None,
    enroller_id: int | None,
    but: int | None = None,
) -> Iterable[Person]:
    """An enroller while they work in the organization, otherwise its leads.

    Args:
        but: the person whose act it was, who knows already.
    """
    organization = Organization.objects.filter(
        pk=organization_id or 0, exchange_id=message.exchange_id
    ).first()
    members = _members(organization, action="delegations.view", below=False)
    named = members.filter(pk=enroller_id or 0)
    told = named if named.exists() else members.filter(_leads_in(organization))
    return told.exclude(pk=but or 0)


def storefront_owners(message: OutboxMessage) -> Iterable[Person]:
    """Whoever may apply for storefronts of the agency or entity an application or listing is of."""
    key = message.case.organization_id if message.case else message.data.get("organization")
    organization = Organization.objects.filter(pk=key or 0, exchange_id=message.exchange_id).first()
    return _members(organization, action="storefronts.apply", below=False)


def operators(message: OutboxMessage) -> Iterable[Person]:
    """Those who look after the outbox."""
    return _in_exchange(message, action="notifications.operate")


def readers_of_mail(message: OutboxMessage) -> Iterable[Person]:
    """Those who decide on mail that came in."""
    return _in_exchange(message, action="inbound.triage")


def author_of(message: OutboxMessage) -> int | None:
    """The person whose act caused the message; nobody is told of what they did themselves."""
    event = _event(message)
    return event.actor_id if event else None


def _event(message: OutboxMessage) -> TimelineEvent | None:
    key = message.data.get("event")
    return TimelineEvent.objects.select_related("note").filter(pk=key).first() if key else None


def _members(
    organization: Organization | None, *, action: str, below: bool = True
) -> QuerySet[Person]:
    if organization is None:
        return Person.objects.none()
    rows = Membership.objects.current().filter(
        exchange_id=organization.exchange_id, role__actions__contains=[action]
    )
    rows = rows.in_organization(organization) if below else rows.filter(organization=organization)
    return Person.objects.filter(pk__in=rows.values("person_id"))


def _in_exchange(message: OutboxMessage, *, action: str) -> QuerySet[Person]:
    rows = Membership.objects.current().filter(
        exchange_id=message.exchange_id, role__actions__contains=[action]
    )
    return Person.objects.filter(pk__in=rows.values("person_id"))


def _leads_in(organization: Organization | None) -> Q:
    if organization is None:
        return Q(pk__in=[])
    leads = Membership.objects.current().in_organization(organization).filter(role__key__in=_LEADS)
    return Q(pk__in=leads.values("person_id"))
