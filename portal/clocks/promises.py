"""The promises an exchange starts with: each room registers those of its kinds of case.

Founding an exchange turns them into :class:`~portal.clocks.models.SlaPolicy` rows, which its
administrators edit from then on.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from portal.clocks.models import SlaPolicy


@dataclass(frozen=True)
class PolicySpec:
    """One promise; amounts in units of its measure, reckoned on the exchange's main calendar."""

    #: ``<kind of case>.<what is promised>``.
    key: str
    label: str
    limit: int
    target: int | None = None
    citation: str = ""
    measure: str = SlaPolicy.Measure.BUSINESS_DAYS
    end_of_day: bool = False

    @property
    def case_kind(self) -> str:
        return self.key.partition(".")[0]


_promises: list[tuple[frozenset[str], PolicySpec]] = []


def register(*specs: PolicySpec, exchanges: Iterable[str] = ()) -> None:
    """Let exchanges start with promises; called from a room's ``AppConfig.ready``.

    Args:
        exchanges: slugs of those that start with them; empty: every exchange.
    """
    slugs = frozenset(exchanges)
    _promises.extend((slugs, spec) for spec in specs)


def promises_of(slug: str) -> list[PolicySpec]:
    """What an exchange starts with, in order of registration."""
    return [spec for slugs, spec in _promises if not slugs or slug in slugs]
