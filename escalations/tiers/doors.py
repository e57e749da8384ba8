"""How people perform the acts of members' cases and appeals."""

from functools import partial

from escalations.appeals.packets import PACKET_DOORS
from escalations.tickets import services as tickets
from escalations.tickets.forms import ContactForm
from escalations.tiers import appeals, forms, services
from escalations.tiers.table import PARTIES, TIERS
from portal.casework.doors import COMMON_DOORS
from portal.casework.forms import PlainForm, ReasonForm
from portal.casework.kinds import ActDoor

_CONTENTS = "Three things are kept for audit: the rationale, the documents and the time."
_SHARED = {
    **{key: door for key, door in COMMON_DOORS.items() if key != "transfer"},
    "record_contact": ActDoor(ContactForm, tickets.record_contact),
    "assign_case_manager": ActDoor(forms.CaseManagerForm, services.assign_case_manager),
    "close": ActDoor(PlainForm, tickets.close_ticket),
    "cancel": ActDoor(ReasonForm, tickets.cancel_ticket),
}


def _waits() -> dict[str, ActDoor]:
    found = {}
    for tier in TIERS:
        for party in PARTIES:
            found[f"ask_{party}_{tier.number}"] = ActDoor(
                forms.AskForm, partial(services.ask_party, party=party, tier=tier)
            )
            found[f"{party}_answered_{tier.number}"] = ActDoor(
                forms.AnswerForm, partial(services.record_answer, party=party, tier=tier)
            )
    return found


MEMBER_CASE_DOORS = {
    **{
        f"escalate_tier_{number}": ActDoor(
            forms.HandoffForm, partial(services.escalate, to_tier=number), _CONTENTS
        )
        for number in (2, 3)
    },
    **{
        f"lower_tier_{number}": ActDoor(
            forms.HandoffForm, partial(services.lower, to_tier=number), _CONTENTS
        )
        for number in (1, 2)
    },
    "answer_email": ActDoor(forms.EmailReplyForm, services.answer_email),
    "complete_research": ActDoor(forms.ResearchForm, services.complete_research),
    "resolve": ActDoor(forms.ResolveForm, services.resolve_member_case, _CONTENTS),
    "reopen": ActDoor(ReasonForm, services.reopen_member_case),
    **_waits(),
    **_SHARED,
}

PLAN_APPEAL_DOORS = {
    "acknowledge": ActDoor(forms.AcknowledgeForm, appeals.acknowledge_appeal),
    "complete_packet": ActDoor(PlainForm, appeals.complete_packet),
    "begin_review": ActDoor(PlainForm, appeals.begin_review),
    "decide": ActDoor(forms.DecideForm, appeals.decide_appeal, _CONTENTS),
    "mark_expedited": ActDoor(forms.ExpediteForm, appeals.mark_expedited),
    "clear_expedited": ActDoor(ReasonForm, appeals.clear_expedited),
    **PACKET_DOORS,
    **_SHARED,
}
