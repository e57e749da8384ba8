"""Places in long lists, as addresses carry them from one page to the next.

A page begins behind a row, and what the row is sorted by may be somebody's name. Addresses end up
in histories, logs and mails, so the place is sealed: unreadable there, and none but ours is read.
"""

import json
from collections.abc import Sequence
from typing import Any, Final

from portal.fields import DecryptionError, decrypt_bytes, encrypt_bytes

#: Of our own, with room for the longest value a list is sorted by.
_LONGEST: Final = 4_000


def seal_place(place: Sequence[Any]) -> str:
    """A place of plain values (text, numbers, None) as an address may hold it."""
    return encrypt_bytes(json.dumps(list(place)).encode()).decode("ascii").rstrip("=")


def open_place(cursor: str) -> list[Any]:
    """The values :func:`seal_place` was given.

    Raises:
        ValueError: the cursor is none of ours, or was changed.
    """
    if len(cursor) > _LONGEST or not cursor.isascii():
        raise ValueError("This is no place in a list.")
    try:
        found = decrypt_bytes((cursor + "=" * (-len(cursor) % 4)).encode("ascii"))
    except DecryptionError:
        raise ValueError("This is no place in a list.") from None
    place: list[Any] = json.loads(found)
    return place
