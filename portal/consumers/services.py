"""Writes on the mirror of the eligibility system. Feeds and the demonstration fill it."""

from collections.abc import Mapping, Sequence

from portal.consumers.book import end_delegation, start_delegation
from portal.consumers.models import Consumer, Delegation
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization


def mirror_consumers(
    *, exchange: Exchange, people: Sequence[Mapping[str, object]]
) -> list[Consumer]:
    """Add the consumers whose case number the mirror does not have yet; returns the new ones.

    Each is a mapping of the columns of :class:`~portal.consumers.models.Consumer`. The case
    number is the eligibility system's: ten digits, the first 5 or 1 (decision 6).
    """
    numbers = [str(person["case_number"]) for person in people]
    known = set(
        Consumer.objects.filter(exchange=exchange, case_number__in=numbers).values_list(
            "case_number", flat=True
        )
    )
    return Consumer.objects.bulk_create(
        [
            Consumer(exchange=exchange, **person)
            for person in people
            if person["case_number"] not in known
        ],
        batch_size=500,
    )


def enter_book(
    *,
    consumer: Consumer,
    organization: Organization | None,
    person_id: str = "",
    carrier: Organization | None = None,
) -> Consumer:
    """Note in whose book a consumer is, as the feed tells: whom an agency may find (MD-02).

    Args:
        organization: the agency or entity; None: nobody's, so no enroller finds the consumer.
        person_id: the eligibility system's number of the person; empty: not known.
    """
    consumer.carrier, consumer.person_id = carrier, person_id
    consumer.save(update_fields=["carrier", "person_id"])
    system = Actor.system(consumer.exchange, channel="feed")
    if organization is None:
        end_delegation(actor=system, consumer=consumer, ended_by=Delegation.EndedBy.FEED)
    else:
        start_delegation(
            actor=system,
            consumer=consumer,
            organization=organization,
            enroller=None,
            origin=Delegation.Origin.FEED,
        )
    consumer.refresh_from_db()
    return consumer
