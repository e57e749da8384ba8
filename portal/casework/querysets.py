"""Where every read of cases starts."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import models
from django.db.models import Q

if TYPE_CHECKING:
    from portal.tenancy.actor import Actor


class CaseQuerySet(models.QuerySet[Any]):
    def visible_to(self, actor: "Actor") -> "CaseQuerySet":
        """The cases the actor may know of; knowing of a case is not seeing its details."""
        from portal.casework import kinds

        return self.filter(kinds.visible_q(actor))

    def listed_to(self, actor: "Actor") -> "CaseQuerySet":
        """Those the actor may know of that the general lists show; see ``has_workspace``."""
        from portal.casework import kinds

        return self.filter(kinds.listed_q(actor))

    def detailed_to(self, actor: "Actor") -> "CaseQuerySet":
        """The cases that show the actor their details."""
        from portal.casework import kinds

        return self.filter(kinds.detailed_q(actor))

    def open(self) -> "CaseQuerySet":
        return self.filter(is_open=True)

    def closed(self) -> "CaseQuerySet":
        return self.filter(is_open=False)

    def owned_by(self, actor: "Actor") -> "CaseQuerySet":
        return self.filter(owner_id=actor.person_id)

    def in_queues_of(self, actor: "Actor") -> "CaseQuerySet":
        """In the queue of the actor's unit or of one below it."""
        return self.filter(queue_id__in=actor.organization_ids)

    def unassigned(self) -> "CaseQuerySet":
        return self.filter(owner=None)

    def waiting(self) -> "CaseQuerySet":
        return self.filter(is_waiting=True)

    def overdue(self, at: datetime) -> "CaseQuerySet":
        """A deadline lies before the instant ``at``."""
        return self.filter(due_at__lt=at)

    def due_between(self, start: datetime, end: datetime) -> "CaseQuerySet":
        """A deadline lies in ``[start, end)``."""
        return self.filter(due_at__gte=start, due_at__lt=end)

    def watched_by(self, actor: "Actor") -> "CaseQuerySet":
        return self.filter(
            Q(
                caseuserpermission__user_id=actor.person_id,
                caseuserpermission__permission__codename="watch_case",
            )
        )
