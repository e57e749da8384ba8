"""What a reviewer makes sure of before approving (C.6, row 5): the points and their words.

A tick belongs to the words it was set beside. When a point is reworded its version grows, and ticks
of the older words no longer count.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True)
class Point:
    """One thing to make sure of."""

    key: str
    words: str
    version: int = 1


@dataclass(frozen=True)
class ShownPoint:
    """A point as the page shows it."""

    key: str
    words: str
    is_ticked: bool
    #: It was ticked beside older words, so it has to be looked at again.
    is_outdated: bool


POINTS: Final = (
    Point("address", "The address is right, and the place on the map is where it is."),
    Point("alone", "No other storefront stands at the same address."),
    Point("walk_in", "Consumers can walk in without an appointment during the hours given."),
    Point("sign", "The photo of the outside shows the sign and the entrance."),
    Point("photos", "The photos show this place, and nothing in them names a consumer."),
    Point("staff", "Everybody named as working there is certified and works for the owner."),
    Point("offer", "The languages and services are ones the people there can offer."),
    Point("attestations", "Every attestation is given."),
)
_BY_KEY: Final = {point.key: point for point in POINTS}


def is_known(key: str) -> bool:
    """Whether there is a point of this key."""
    return key in _BY_KEY


def tick(key: str, *, by: int | None, at: str) -> dict[str, Any]:
    """What is kept of a tick.

    Args:
        by: id of the person who set it.
        at: the instant, ISO 8601 in UTC.
    """
    return {"version": _BY_KEY[key].version, "by": by, "at": at}


def shown_points(kept: Mapping[str, Any]) -> list[ShownPoint]:
    """Every point in order, with how it stands in what an application has ``kept``."""
    return [
        ShownPoint(
            point.key,
            point.words,
            is_ticked=_counts(point, kept),
            is_outdated=point.key in kept and not _counts(point, kept),
        )
        for point in POINTS
    ]


def missing_points(kept: Mapping[str, Any]) -> list[Point]:
    """The points that still stand in the way of an approval, in order."""
    return [point for point in POINTS if not _counts(point, kept)]


def _counts(point: Point, kept: Mapping[str, Any]) -> bool:
    return kept.get(point.key, {}).get("version") == point.version
