"""Which exchange a transaction works for: the setting every row-level policy reads.

The setting is local to the transaction (``SET LOCAL``): it cannot leak through a pooled
connection, and a transaction that never set it sees no tenant row at all (T-02, T-08).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from django.db import connection, transaction

if TYPE_CHECKING:
    from portal.tenancy.models import Exchange


def set_scope(*, exchange_id: int | None, person_id: int | None = None) -> None:
    """Set exchange and person for the rest of the current transaction.

    Raises:
        RuntimeError: no transaction is open, so the setting would not last.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("The exchange can only be set inside a transaction.")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('liaison.exchange', %s, true),"
            " set_config('liaison.person', %s, true)",
            [str(exchange_id or ""), str(person_id or "")],
        )


@contextmanager
def use_exchange(exchange: "Exchange | int", *, person_id: int | None = None) -> Iterator[None]:
    """Open a transaction that works for one exchange; tasks and commands start here.

    Nested use restores the outer exchange at the end of the inner block.
    """
    exchange_id = exchange if isinstance(exchange, int) else exchange.pk
    with _scope(exchange_id=exchange_id, person_id=person_id):
        yield


@contextmanager
def use_person(person_id: int) -> Iterator[None]:
    """Read what is a person's own across exchanges; the outer scope comes back at the end."""
    with _scope(exchange_id=None, person_id=person_id):
        yield


@contextmanager
def _scope(*, exchange_id: int | None, person_id: int | None) -> Iterator[None]:
    # The outermost transaction finds nothing set and takes its own setting with it when it ends,
    # so only an inner one reads what was there and puts it back.
    is_inner = connection.in_atomic_block
    with transaction.atomic():
        before = _current() if is_inner else None
        set_scope(exchange_id=exchange_id, person_id=person_id)
        yield
        if before not in (None, (str(exchange_id or ""), str(person_id or ""))):
            _restore(before)


def current_exchange_id() -> int | None:
    """The exchange of the current transaction, or None."""
    value = _current()[0]
    return int(value) if value else None


def _restore(scope: tuple[str, str]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('liaison.exchange', %s, true),"
            " set_config('liaison.person', %s, true)",
            list(scope),
        )


def _current() -> tuple[str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(current_setting('liaison.exchange', true), ''),"
            " coalesce(current_setting('liaison.person', true), '')"
        )
        row = cursor.fetchone()
    return row[0], row[1]
