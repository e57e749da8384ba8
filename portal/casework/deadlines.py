"""The case rows as the clocks' room needs them; see :mod:`portal.clocks.spine`."""

from collections.abc import Collection, Mapping
from datetime import datetime

from django.urls import reverse

from portal.casework import kinds, sweep
from portal.casework.models import Case
from portal.tenancy.actor import Actor


class CaseRows:
    """Implements :class:`portal.clocks.spine.Spine`."""

    def lock(self, case_ids: Collection[int]) -> None:
        rows = Case.objects.filter(pk__in=case_ids).order_by("pk")
        # Evaluated for the locks alone.
        list(rows.select_for_update(of=("self",)).values_list("pk", flat=True))

    def deadlines_moved(self, case_ids: Collection[int]) -> None:
        sweep.refresh_cases(case_ids)

    def breached(self, timer_ids: Collection[int], at: datetime) -> None:
        sweep.raise_breaches(timer_ids=timer_ids, at=at)

    def numbers(self, case_ids: Collection[int]) -> Mapping[int, str]:
        return dict(Case.objects.filter(pk__in=case_ids).values_list("pk", "number"))

    def addresses(self, actor: Actor, case_ids: Collection[int]) -> Mapping[int, str]:
        rows = Case.objects.visible_to(actor).filter(pk__in=case_ids)
        return {
            pk: reverse(kinds.get(kind).url_name, args=[number])
            for pk, kind, number in rows.values_list("pk", "kind", "number")
        }
