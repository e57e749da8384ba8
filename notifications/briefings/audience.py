"""For whom a briefing is: the same rule counts them before, finds them when it goes, and lets
them read it afterwards (:meth:`BriefingQuerySet.visible_to`)."""

from collections.abc import Iterable
from typing import Final

from django.core.exceptions import ValidationError
from django.db.models import Q
from django.db.models.functions import Lower

from notifications.briefings.models import Briefing
from notifications.briefings.names import READ
from portal.tenancy.models import Exchange, Membership, Organization
from portal.tenancy.models import MembershipQuerySet as Memberships
from portal.tenancy.roles import ENROLLERS, ROLES

#: Organizations whose people read briefings.
KINDS: Final = (Organization.Kind.AGENCY, Organization.Kind.ENTITY)
#: Roles a briefing can be written for, in the order in which roles are listed everywhere.
ROLE_CHOICES: Final = [
    (spec.key, spec.label)
    for spec in ROLES.values()
    if spec.key in ENROLLERS and spec.key != "producer"
]
#: Agencies and entities that one briefing can name.
MOST_ORGANIZATIONS: Final = 200


def readers_of(exchange: Exchange) -> Memberships:
    """The current memberships that get briefings at all. The exchange must be set."""
    return Membership.objects.current().filter(
        exchange=exchange,
        role__actions__contains=[READ],
        organization__kind__in=KINDS,
        organization__is_active=True,
    )


def audience_of(briefing: Briefing) -> Memberships:
    """The memberships a briefing is for at this moment; a person may have several of them."""
    rows = readers_of(briefing.exchange)
    if briefing.roles:
        rows = rows.filter(role__key__in=briefing.roles)
    if briefing.organization_kinds:
        rows = rows.filter(organization__kind__in=briefing.organization_kinds)
    if briefing.languages:
        rows = rows.filter(languages__overlap=briefing.languages)
    if briefing.organization_ids:
        rows = rows.filter(_below(briefing))
    return rows


def count_people(briefing: Briefing) -> int:
    """How many people it is for at this moment."""
    return audience_of(briefing).order_by().values("person_id").distinct().count()


def languages_of(exchange: Exchange) -> list[str]:
    """The languages readers have told, by name."""
    told = readers_of(exchange).exclude(languages=[]).order_by()
    return sorted({word for words in told.values_list("languages", flat=True) for word in words})


def organizations_named(exchange: Exchange, names: Iterable[str]) -> list[int]:
    """Keys of the active agencies and entities with these names or codes.

    Raises:
        ValidationError: there is none of a name, or there are more than can be named.
    """
    wanted = {name.strip().lower(): name.strip() for name in names if name.strip()}
    if len(wanted) > MOST_ORGANIZATIONS:
        raise ValidationError(
            {"organizations": f"Name at most {MOST_ORGANIZATIONS} agencies and entities."}
        )
    rows = Organization.objects.active().filter(exchange=exchange, kind__in=KINDS)
    lowered = rows.annotate(lowered=Lower("name"))
    found = lowered.filter(Q(lowered__in=wanted) | Q(code__in=wanted))
    rows_found = list(found.values_list("pk", "lowered", "code"))
    known = {word for _, name, code in rows_found for word in (name, code)}
    if missing := [name for key, name in wanted.items() if key not in known]:
        raise ValidationError(
            {"organizations": f"There is no agency or entity called “{missing[0]}”."}
        )
    return sorted(pk for pk, _, _ in rows_found)


def names_of(briefing: Briefing) -> list[str]:
    """The names of the agencies and entities it is for; empty: all."""
    rows = Organization.objects.filter(pk__in=briefing.organization_ids)
    return list(rows.order_by("name").values_list("name", flat=True))


def described(briefing: Briefing) -> str:
    """The audience in words, e.g. “Agent Level 2 in agencies who speak Spanish”."""
    roles = ", ".join(ROLES[key].label for key in briefing.roles) or "Everybody"
    plural = {Organization.Kind.AGENCY: "agencies", Organization.Kind.ENTITY: "entities"}
    chosen = [word for kind, word in plural.items() if kind in briefing.organization_kinds]
    said = f"{roles} in {' and '.join(chosen or plural.values())}"
    if briefing.languages:
        said += f" who speak {' or '.join(briefing.languages)}"
    if names := names_of(briefing):
        said += f", of {', '.join(names)}"
    return said


def _below(briefing: Briefing) -> Q:
    """Organizations a briefing names, and everything below them."""
    paths = Organization.objects.filter(pk__in=briefing.organization_ids)
    found = Q(pk__in=[])
    for path in paths.values_list("path", flat=True):
        found |= Q(organization__path__startswith=path)
    return found
