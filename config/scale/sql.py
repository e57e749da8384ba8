"""Building blocks of set-based seeding: inserts read from the models, and repeatable chance."""

from __future__ import annotations

from portal.insert_select import insert as insert
from portal.insert_select import literal as literal
from portal.insert_select import next_id as next_id


class Chance:
    """Repeatable chance in SQL: the same seed and row number give the same row."""

    def __init__(self, seed: int, key: str) -> None:
        self.seed, self.key = seed, key
        self._salts: dict[str, int] = {}

    def share(self, what: str) -> str:
        """A number in [0, 1) that depends on the row and on ``what`` alone."""
        salt = self._salts.setdefault(what, len(self._salts) + 1)
        return (
            f"((hashint8extended({self.key}, {self.seed * 10_000 + salt}) & 1073741823)::float8"
            " / 1073741824)"
        )

    def pick(self, array: str, what: str, *, skew: float = 1) -> str:
        """One element of an array; with a skew above 1 the first ones come more often."""
        place = f"power({self.share(what)}, {skew})"
        return f"({array})[1 + floor(cardinality({array}) * {place})::int]"
