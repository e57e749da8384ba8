"""Offices, staff, agencies and their enrollers of the large population."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.contrib.auth.hashers import make_password

from config.scale.shape import Shape
from config.scale.words import NAMES
from portal.tenancy import services
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Membership, Organization, Person, Role

#: Unit → role, and the share of the staff who work there; the rest of the queues split the rest.
_STAFFING = {
    "external-affairs": ("ea_analyst", 0.12),
    "escalations-unit": ("escalations_specialist", 0.40),
    "priority-support-unit": ("priority_support_specialist", 0.16),
    "program-assistance-unit": ("program_assistance_specialist", 0.16),
    "appeals": ("appeals_specialist", 0.16),
}
#: Code of the population's largest agency.
LARGEST_AGENCY = "agency-0001"


def found_offices(exchange: Exchange, shape: Shape) -> list[Organization]:
    """Government offices up to the shape's number, each with two members of staff."""
    system = Actor.system(exchange, channel="scale")
    kind = Organization.Kind.GOVERNMENT_OFFICE
    have = Organization.objects.filter(exchange=exchange, kind=kind).count()
    for number in range(have + 1, shape.offices + 1):
        services.create_organization(
            actor=system, kind=kind, code=f"district-{number:03d}", name=f"District {number} Office"
        )
    offices = list(Organization.objects.filter(exchange=exchange, kind=kind).order_by("pk"))
    _employ(exchange, [(office, "office_staff") for office in offices for _ in range(2)], "office")
    return offices


def found_staff(exchange: Exchange, shape: Shape) -> None:
    """The exchange's own staff, spread over the units that hold queues."""
    units = {unit.code: unit for unit in Organization.objects.queues().filter(exchange=exchange)}
    posts = [
        (units[code], role)
        for code, (role, part) in _STAFFING.items()
        if code in units
        for _ in range(max(1, round(shape.people * part)))
    ]
    _employ(exchange, posts[: shape.people], "staff")


@dataclass(frozen=True)
class Enrollers:
    """Whom consumers can be delegated to: ids side by side, the largest agency's first."""

    people: list[int]
    organizations: list[int]
    #: How many of them are the largest agency's.
    in_largest: int


def found_enrollers(exchange: Exchange, shape: Shape) -> Enrollers:
    """Agencies up to the shape's number with a manager each, and their agents.

    One agent in forty works for the largest agency; of the others, the earlier agencies have more.
    Nine agents in ten are of Level 2.
    """
    agencies = _agencies(exchange, shape.agencies)
    if not agencies:
        return Enrollers([], [], 0)
    in_largest = max(1, shape.enrollers // 40)
    posts = [(agency, "agency_manager") for agency in agencies]
    for number in range(shape.enrollers):
        place = ((number - in_largest) / max(1, shape.enrollers - in_largest)) ** 2
        agency = agencies[0 if number < in_largest else round(place * (len(agencies) - 1))]
        posts.append((agency, "agent_level_1" if number % 10 == 9 else "agent_level_2"))
    _employ(exchange, posts, "enroller")
    rows = (
        Membership.objects.filter(
            organization__in=agencies, role__key__in=("agent_level_1", "agent_level_2")
        )
        .order_by("organization_id", "pk")
        .values_list("person_id", "organization_id")
    )
    pairs = list(rows)
    first = agencies[0].pk
    return Enrollers(
        [person for person, _ in pairs],
        [organization for _, organization in pairs],
        sum(organization == first for _, organization in pairs),
    )


def _agencies(exchange: Exchange, wanted: int) -> list[Organization]:
    """The population's own agencies, the largest first; those of the demonstration are left be."""
    system = Actor.system(exchange, channel="scale")
    kind = Organization.Kind.AGENCY
    rows = Organization.objects.filter(exchange=exchange, kind=kind, code__startswith="agency-")
    for number in range(rows.count() + 1, wanted + 1):
        services.create_organization(
            actor=system, kind=kind, code=f"agency-{number:04d}", name=f"Agency {number} Insurance"
        )
    return list(rows.order_by("pk"))


def _employ(exchange: Exchange, posts: Iterable[tuple[Organization, str]], prefix: str) -> None:
    """People who cannot sign in (no password is set), one for each post; safe to repeat."""
    roles = {role.key: role for role in Role.objects.filter(exchange=exchange)}
    wanted = [
        (f"{prefix}{number:04d}@{exchange.slug}.scale.example", organization, role)
        for number, (organization, role) in enumerate(posts, start=1)
    ]
    known = set(
        Person.objects.filter(email__in=[email for email, *_ in wanted]).values_list(
            "email", flat=True
        )
    )
    people = Person.objects.bulk_create(
        Person(email=email, full_name=NAMES[place * 7 % len(NAMES)], password=make_password(None))
        for place, (email, *_) in enumerate(wanted)
        if email not in known
    )
    posts_of = {email: (organization, role) for email, organization, role in wanted}
    Membership.objects.bulk_create(
        Membership(
            exchange=exchange,
            person=person,
            organization=posts_of[person.email][0],
            role=roles[posts_of[person.email][1]],
        )
        for person in people
    )
