"""What somebody may see of a member's case or appeal: staff its details, an employer its status."""

from dataclasses import replace
from typing import Any

from escalations.appeals.packets import packet_section
from escalations.tickets import projection as tickets
from escalations.tiers.appeal_table import KIND as PLAN_APPEAL
from escalations.tiers.handoffs import handoff_sections
from escalations.tiers.models import MemberDetail, PlanAppealDetail
from escalations.tiers.table import AT_TIER_3
from portal.casework import kinds
from portal.casework.models import Case
from portal.casework.projection import (
    CaseDetailView,
    CaseStatusView,
    Section,
    plain_label,
    status_as_told,
)
from portal.tenancy.actor import Actor


def project(actor: Actor, case: Case, *, surface: str = "page") -> CaseStatusView:
    """A member's case for somebody who may know of it; details shown are recorded.

    An employer is shown number, coarse status and dates: who of its people asked, and what about,
    is none of its business (CC-22).
    """
    if actor.is_outside:
        return replace(status_as_told(case, actor), closed_at=None)
    view = tickets.project(actor, case, surface=surface)
    if not isinstance(view, CaseDetailView):
        return view
    acts = kinds.get(case.kind).machine.acts
    labels = {key: plain_label(key, act) for key, act in acts.items()}
    added = [_member_section(case)]
    if case.kind == PLAN_APPEAL:
        added.append(_appeal_section(case))
        if surface != "page":  # the page has the checklist itself
            added.append(packet_section(case))
    return replace(view, sections=[*view.sections, *added, *handoff_sections(case, labels)])


def _member_section(case: Case) -> Section:
    row = MemberDetail.objects.select_related("employer", "manager").get(case=case)
    rows: list[tuple[str, str, Any]] = [
        ("channel", "How it came", row.get_channel_display()),
        ("employer", "Employer", row.employer.name if row.employer else ""),
    ]
    if row.manager:
        rows += [
            ("case_manager", "Case manager", row.manager.full_name),
            ("managed_since", "Case manager since", row.managed_since),
        ]
    elif case.kind == PLAN_APPEAL or case.status in AT_TIER_3:
        rows.append(("case_manager", "Case manager", "Not assigned yet"))
    return Section("handling", "Handling", tuple(rows))


def _appeal_section(case: Case) -> Section:
    row = PlanAppealDetail.objects.get(case=case)
    rows: list[tuple[str, str, Any]] = [
        ("is_expedited", "Expedited", "Yes: 72 hours" if row.is_expedited else "No: 30 days"),
    ]
    if row.expedited_reason:
        rows.append(("expedited_reason", "Why medically necessary", row.expedited_reason))
    if row.decision:
        rows += [
            ("decision", "Decision", row.get_decision_display()),
            ("decided_at", "Decided", row.decided_at),
        ]
    return Section("appeal", "Appeal", tuple(rows))
