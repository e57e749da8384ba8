"""That something waits in the secure mailbox (SM-01): no subject, no name, no case."""

from collections.abc import Iterable

from notifications import recipients as to
from notifications.catalogue.base import BELL, COMMON, MAIL, Circle, MessageKind
from notifications.mailbox.models import Team
from notifications.mailbox.names import ANSWER
from portal.casework.models import OutboxMessage
from portal.tenancy.models import Membership, Person


def team_members(message: OutboxMessage) -> Iterable[Person]:
    """Whoever answers for the team now."""
    units = Team.objects.filter(pk=message.data.get("team"), exchange_id=message.exchange_id)
    rows = Membership.objects.current().filter(
        organization_id__in=units.values("unit_id"), role__actions__contains=[ANSWER]
    )
    return Person.objects.filter(pk__in=rows.values("person_id"))


MESSAGES = (
    MessageKind(
        key="mailbox.message_waiting",
        label="A message waits in the secure mailbox",
        circle=Circle.ACCOUNT,
        channels=MAIL,
        subject="A message waits for you in your Secure Mailbox",
        body="There is a new message in your Secure Mailbox at {exchange}. Sign in to read it:"
        "\n{link}",
        recipients=to.the_one_named,
        variables=COMMON,
        required=frozenset(),
        page="mailbox:index",
        source="SM-01, X-02",
    ),
    MessageKind(
        key="mailbox.team_waiting",
        label="A message waits in the team's inbox",
        circle=Circle.STAFF,
        channels=BELL,
        subject="A message waits in your team's inbox",
        body="Somebody wrote to your team. Open its inbox:\n{link}",
        recipients=team_members,
        variables=COMMON,
        required=frozenset(),
        page="mailbox:index",
        source="SM-01",
    ),
)
