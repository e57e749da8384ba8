"""Queries of fixed shape, compiled once.

Building and compiling a query in the ORM takes several times as long as PostgreSQL takes to answer
it. A page that asks the same questions each time lets :class:`Prepared` compile each of them once a
process: the query is built with placeholders, and only their values change from then on. It stays
the ORM's own query: the same SQL, the same models, ``select_related`` and annotations included.

Values may vary, the shape may not: no ``None`` for a value (SQL says ``IS NULL``), and no list of
another length. What changes the shape, e.g. who asks, belongs in the key under which
:func:`prepared` remembers the query. Two things would go stale unseen, so both are refused while it
is built: an instant or a date that is no placeholder, and a look into the database.
"""

import copy
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterable
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final, Generic, NoReturn, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import QuerySet

Row = TypeVar("Row")

#: Placeholders: values that no row and no person will ever have.
_INTEGER: Final = -(2**62)
_MOMENT: Final = datetime(1, 1, 2, tzinfo=UTC)
_TEXT: Final = "\ue000placeholder"
#: How many shapes a process remembers; beyond them the one not used for longest goes.
_REMEMBERED: Final = 4_096


class Slots:
    """Hands out placeholders while a query is built, each under the name its value comes by."""

    def __init__(self) -> None:
        self.names: dict[Any, str] = {}

    def integer(self, name: str) -> int:
        """A placeholder for a number, e.g. an id."""
        return self._take(name, _INTEGER + len(self.names))

    def integers(self, name: str, count: int) -> tuple[int, ...]:
        """Placeholders for so many numbers, whose values come from :func:`numbered`."""
        return tuple(self.integer(f"{name}{n}") for n in range(count))

    def moment(self, name: str) -> datetime:
        """A placeholder for an instant."""
        return self._take(name, _MOMENT + timedelta(seconds=len(self.names)))

    def text(self, name: str) -> str:
        """A placeholder for a text; not for a lookup that changes it, such as ``contains``."""
        return self._take(name, f"{_TEXT}{len(self.names)}")

    def _take(self, name: str, placeholder: Any) -> Any:
        self.names[placeholder] = name
        return placeholder


def numbered(name: str, values: Iterable[int]) -> dict[str, int]:
    """The values of :meth:`Slots.integers`."""
    return {f"{name}{n}": value for n, value in enumerate(values)}


class Prepared(Generic[Row]):
    """One compiled query; ``build(slots)`` makes it, with placeholders where values will come.

    Raises:
        ValueError: a value would go stale, or a placeholder was changed on its way into the SQL.
    """

    def __init__(self, build: Callable[[Slots], QuerySet[Any, Row]]) -> None:
        slots = Slots()
        with connections[DEFAULT_DB_ALIAS].execute_wrapper(_refuse_to_look):
            self._rows = build(slots)
            self._compiler = self._rows.query.get_compiler(DEFAULT_DB_ALIAS)
            self._sql, params = self._compiler.as_sql()
        self._params = tuple(params)
        self._places = tuple(
            (place, slots.names[value])
            for place, value in enumerate(self._params)
            if isinstance(value, Hashable) and value in slots.names
        )
        taken = {place for place, _ in self._places}
        if {name for _, name in self._places} != set(slots.names.values()):
            raise ValueError("A placeholder was changed on its way into the query.")
        if any(
            isinstance(value, date) and place not in taken
            for place, value in enumerate(self._params)
        ):
            raise ValueError("A date or an instant must be a placeholder, or it goes stale.")

    def rows(self, **values: Any) -> list[Row]:
        """What the query answers for these values, one for each placeholder."""
        return list(self._ready(values))

    def first(self, **values: Any) -> Row | None:
        """The first of its rows; the query itself says in which order, and asks for one."""
        return next(iter(self._ready(values)), None)

    def sql(self, **values: Any) -> tuple[str, list[Any]]:
        """The SQL and its parameters, to be a part of a larger statement."""
        params = list(self._params)
        for place, name in self._places:
            params[place] = values[name]
        return self._sql, params

    def _ready(self, values: dict[str, Any]) -> QuerySet[Any, Row]:
        answer = self.sql(**values)
        rows = self._rows.all()
        compiler = copy.copy(self._compiler)
        compiler.connection, compiler.query = connections[DEFAULT_DB_ALIAS], rows.query
        # Django asks the query for its compiler and the compiler for its SQL: both are there.
        compiler.as_sql = lambda *args, **kwargs: answer  # type: ignore[method-assign]
        rows.query.get_compiler = lambda *args, **kwargs: compiler  # type: ignore[method-assign]
        return rows


def _refuse_to_look(*args: Any) -> NoReturn:
    raise ValueError("A prepared query may not read the database while it is built.")


_remembered: OrderedDict[Hashable, Prepared[Any]] = OrderedDict()


def prepared(key: Hashable, build: Callable[[Slots], QuerySet[Any, Row]], /) -> Prepared[Row]:
    """The prepared query under a key, built when the process first asks for it.

    The key holds everything the shape and the fixed values of the query depend on.
    """
    found = _remembered.pop(key, None)
    if found is None:
        found = Prepared(build)
        while len(_remembered) >= _REMEMBERED:
            # Another thread may have emptied it in between.
            with suppress(KeyError):
                _remembered.popitem(last=False)
    _remembered[key] = found
    return found
