"""The generation of the finder's remembered answers (FL-05, SF-11).

Every answer the finder remembers is kept under the exchange's generation. Whatever changes what
consumers may find raises it in the same transaction, so the change shows with its commit, and an
answer computed before can at worst be kept under a generation nobody asks for any more. The number
stands in the database, not in the cache: an emptied cache must not bring an old one back.
"""

from django.db import connection

from portal.tenancy.models import Exchange
from storefronts.records import FinderGeneration

_RAISE = """
INSERT INTO storefronts_findergeneration (exchange_id, number) VALUES (%s, 1)
ON CONFLICT (exchange_id)
DO UPDATE SET number = storefronts_findergeneration.number + 1
"""


def changed(exchange: Exchange) -> None:
    """Raise the exchange's generation; in the transaction that changes a listing, as its last step.

    It locks one row until that transaction ends: whoever asks for other locks afterwards makes the
    exchange's other changes wait, and might wait for them in a circle.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, [exchange.pk])


def current(exchange: Exchange) -> int:
    """The exchange's generation; one statement by a unique key. 0: nothing has ever changed."""
    number = FinderGeneration.objects.filter(exchange=exchange).values_list("number", flat=True)
    return number.first() or 0
