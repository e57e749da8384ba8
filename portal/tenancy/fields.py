"""A foreign key that cannot cross from one exchange to another."""

from typing import Any

from django.db import models


class SameExchangeForeignKey(models.ForeignKey):
    """A foreign key between two tenant tables, enforced as ``(exchange, id)``.

    PostgreSQL checks foreign keys with row-level security off, so a plain key could point at
    another exchange's row. :class:`~portal.tenancy.rls.ProtectTenantTables` makes the constraint
    composite instead; Django's own single-column constraint is therefore left out.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)


class SameExchangeOneToOneField(models.OneToOneField):
    """The one-to-one twin of :class:`SameExchangeForeignKey`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs["db_constraint"] = False
        super().__init__(*args, **kwargs)


SAME_EXCHANGE = (SameExchangeForeignKey, SameExchangeOneToOneField)
