"""Offices, staff and consumers of the large population."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import connection

from config.scale.shape import Shape
from config.scale.sql import Chance, insert, literal
from config.scale.words import LANGUAGES, NAMES
from portal.consumers.models import Consumer
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


def add_consumers(exchange: Exchange, *, first: int, last: int, seed: int, now: datetime) -> None:
    """Consumers number ``first`` to ``last`` of the mirror, in one statement."""
    chance = Chance(seed, "i")
    birthday = f"(%(now)s::date - 6570 - floor({chance.share('age')} * 20000)::int)"
    statement = insert(
        Consumer,
        {
            "exchange": "%(exchange)s",
            "case_number": "'5' || lpad(i::text, 9, '0')",
            "application_id": "'A' || lpad(i::text, 9, '0')",
            "full_name": chance.pick("%(names)s::text[]", "name", skew=1.5),
            "date_of_birth": birthday,
            "phone": f"'916-555-01' || lpad(floor({chance.share('phone')} * 100)::text, 2, '0')",
            "email": "'consumer' || i || " + literal("@mail.example"),
            "language": chance.pick("%(languages)s::text[]", "language"),
            "zip_code": f"(90001 + floor({chance.share('zip')} * 6000)::int)::text",
        },
        "FROM generate_series(%(first)s, %(last)s) i",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            statement,
            {
                "exchange": exchange.pk,
                "now": now,
                "names": list(NAMES),
                "languages": list(LANGUAGES),
                "first": first,
                "last": last,
            },
        )
