"""The block with which an office sends information on a case it may see the status of only."""

from collections.abc import Mapping
from typing import Any

from escalations.releases import gate
from portal.casework.models import Case
from portal.casework.services import allowed_acts
from portal.tenancy.actor import Actor


def reply_panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """A button for an office whose page lists no acts; it may send, it sees nothing back."""
    if not actor.is_outside or gate.decide(actor=actor, case=case).shows_details:
        return None
    may_reply = any(act.key == "reply" for act in allowed_acts(case, actor))
    return {"number": case.number} if may_reply else None
