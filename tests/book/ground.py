"""Consumers of a book, and whose they are."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.test import Client

from portal.consumers import book
from portal.consumers.models import (
    Application,
    Consent,
    Consumer,
    Delegation,
    Enrollment,
    Household,
    Notice,
)
from tests.world import World

_counter = iter(range(10_000))


def household(world: World) -> Household:
    return Household.objects.create(
        exchange=world.exchange, case_number=f"5{next(_counter):09d}", county="Fresno"
    )


def consumer(world: World, name: str = "Marisol Ibarra", **more: Any) -> Consumer:
    number = f"5{next(_counter):09d}"
    home = more.get("household")
    return Consumer.objects.create(
        exchange=world.exchange,
        **{
            "case_number": home.case_number if home else number,
            "full_name": name,
            "date_of_birth": date(1980, 2, 3),
            "phone": "(213) 555-0142",
            "email": "marisol@people.example",
            "language": "Spanish",
        }
        | more,
    )


def delegate(world: World, found: Consumer, key: str, *, named: bool = True) -> Delegation:
    """Give a consumer to somebody of the world, as the eligibility system does."""
    person = world.person(key)
    return book.start_delegation(
        actor=world.system,
        consumer=found,
        organization=world.memberships[key].organization,
        enroller=person if named else None,
        origin=Delegation.Origin.FEED,
    )


def enroll(found: Consumer, **more: Any) -> Enrollment:
    return Enrollment.objects.create(
        exchange_id=found.exchange_id,
        consumer=found,
        **{
            "enrollment_id": f"E{next(_counter)}",
            "plan_year": 2025,
            "carrier_name": "Sierra Mutual",
            "plan_name": "Silver 70",
            "status": "enrolled",
            "status_since": date(2025, 1, 1),
        }
        | more,
    )


def apply(home: Household, **more: Any) -> Application:
    return Application.objects.create(
        exchange_id=home.exchange_id,
        household=home,
        **{
            "application_id": f"A{next(_counter)}",
            "year": 2025,
            "program": "Covered California",
            "status": "determined",
            "signed_on": date(2024, 11, 20),
        }
        | more,
    )


def consent(found: Consumer, valid_through: date) -> Consent:
    return Consent.objects.create(
        exchange_id=found.exchange_id,
        consumer=found,
        given_on=date(2022, 11, 1),
        valid_through=valid_through,
    )


def notice(found: Consumer, **more: Any) -> Notice:
    return Notice.objects.create(
        exchange_id=found.exchange_id,
        consumer=found,
        **{
            "notice_id": f"N{next(_counter)}",
            "code": "NOD12",
            "title": "Send proof of income",
            "generated_on": date(2025, 10, 1),
        }
        | more,
    )


def browser(world: World, key: str) -> Client:
    client = Client()
    client.force_login(world.person(key))
    return client
