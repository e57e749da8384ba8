"""The feed of delegations: which agency or entity, and which enroller, has a consumer."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo

from portal.consumers.book import Held, mirror_delegations
from portal.consumers.feeds import Applied, FeedKind, FeedRow, RowRefused
from portal.consumers.mirror_feeds import checks
from portal.consumers.mirror_feeds.belongings import PERSON
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization
from portal.tenancy.roles import ENROLLERS

#: Roles a consumer can be delegated to; Admin Staff never enroll (decision 18).
_HOLDERS: Final = ENROLLERS - {"admin_staff_1", "admin_staff_2"}
_KINDS: Final = (Organization.Kind.AGENCY, Organization.Kind.ENTITY)
_EXAMPLE: Final = {
    "person_id": "174097",
    "organization": "sunrise",
    "enroller": "agent2@sunrise.example",
    "since": "2025-11-18",
}


def parse_row(values: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """Who has one person; without an organization nobody has."""
    person_id = checks.person_id(values)
    organization = checks.text(values, "organization", longest=60)
    enroller = checks.text(values, "enroller", longest=254).lower()
    if enroller and not organization:
        raise RowRefused("The enroller is named without the organization.")
    return person_id, {
        "person_id": person_id,
        "organization": organization,
        "enroller": enroller,
        "since": checks.day(values, "since"),
    }


def apply_batch(*, actor: Actor, rows: Sequence[FeedRow], at: datetime) -> Applied:
    """Let consumers change hands through the book, which tells the rooms.

    A row counts as changed when its consumer changed hands, otherwise as known.
    """
    exchange = actor.exchange
    consumers = PERSON.find(exchange, rows)
    organizations = dict(
        Organization.objects.filter(
            exchange=exchange, kind__in=_KINDS, code__in={row.data["organization"] for row in rows}
        ).values_list("code", "pk")
    )
    enrollers = _enrollers(exchange, organizations.values())
    today = at.astimezone(ZoneInfo(exchange.time_zone)).date()
    held: list[Held] = []
    refused: list[tuple[int, str]] = []
    for row in rows:
        data = row.data
        organization = organizations.get(data["organization"])
        enroller = enrollers.get((organization, data["enroller"]))
        if data["person_id"] not in consumers:
            refused.append((row.line, PERSON.unknown))
        elif data["organization"] and organization is None:
            refused.append((row.line, "The organization is no agency or entity known here."))
        elif data["enroller"] and enroller is None:
            refused.append((row.line, "The enroller is none of the organization's."))
        elif data["since"] > today:
            refused.append((row.line, "The since lies in the future."))
        else:
            held.append(Held(consumers[data["person_id"]], organization, enroller, data["since"]))
    moved = mirror_delegations(actor=actor, held=held, at=at)
    return Applied(changed=len(moved), refused=refused)


def _enrollers(
    exchange: Exchange, organization_ids: Iterable[int]
) -> dict[tuple[int | None, str], int]:
    """People by organization and e-mail address, and by organization and license number."""
    rows = Membership.objects.current().filter(
        exchange=exchange, organization_id__in=list(organization_ids), role__key__in=_HOLDERS
    )
    found: dict[tuple[int | None, str], int] = {}
    for organization, person, email, license_number in rows.values_list(
        "organization_id", "person_id", "person__email", "license_number"
    ):
        found[organization, email.lower()] = person
        if license_number:
            found[organization, license_number.lower()] = person
    return found


DELEGATIONS = FeedKind(
    key="delegations",
    label="Delegations",
    columns=tuple(_EXAMPLE),
    parse_row=parse_row,
    apply_batch=apply_batch,
    action="consumers.import",
    batch_rows=2000,
    updates=True,
    example=_EXAMPLE,
)
