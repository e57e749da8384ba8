"""Invented consumers for the workspace's tests."""

from __future__ import annotations

from datetime import date
from typing import Any

from portal.consumers.models import Consumer
from tests.world import World

_NAMES = (
    "Xóchitl Núñez",
    "Minh Trần",
    "Անահիտ Պետրոսյան",
    "민준 김",
    "فاطمة حداد",
    "Олена Мельник",
)


def add_consumer(world: World, number: int = 1, **given: Any) -> Consumer:
    """A consumer delegated to Sunrise's ``agent``, unless ``enroller`` names another role key.

    ``enroller=None`` leaves the consumer with nobody.
    """
    key = given.pop("enroller", "agent")
    placed = {}
    if key is not None:
        world.person(key)
        placed = {
            "organization_id": world.memberships[key].organization_id,
            "enroller": world.people[key],
        }
    values = {
        "case_number": f"5{number:09d}",
        "person_id": f"P{number:08d}",
        "full_name": _NAMES[number % len(_NAMES)],
        "date_of_birth": date(1980, 2, 29),
        "phone": "916-555-0142",
        "email": f"consumer{number}@mail.example",
        "language": "Spanish",
    }
    return Consumer.objects.create(exchange=world.exchange, **values | placed | given)
