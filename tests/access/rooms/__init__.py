"""One module a room: its addresses (``ROUTES``), and the things they name (``make_things``)."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from types import ModuleType
from typing import Any

from tests.access.policy import Route
from tests.world import World


def _rooms() -> Iterator[ModuleType]:
    for found in pkgutil.iter_modules(__path__, f"{__name__}."):
        yield importlib.import_module(found.name)


def routes() -> dict[str, Route]:
    """Every room's addresses.

    Raises:
        ValueError: two rooms decide on one address.
    """
    decided: dict[str, Route] = {}
    for room in _rooms():
        if twice := decided.keys() & room.ROUTES.keys():
            raise ValueError(f"Decided on twice: {sorted(twice)}")
        decided |= room.ROUTES
    return decided


def things(world: World, known: dict[str, Any]) -> dict[str, Any]:
    """What the rooms' addresses name; ``known`` is what there is already, e.g. the ``ticket``."""
    for room in _rooms():
        known |= room.make_things(world, known)
    return known
