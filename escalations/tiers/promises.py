"""The promises of the three tiers (CC-15, CC-18, CC-19; decisions 11 and 12).

The guide says "24–48 hours" and "24 business hours". Tier 1 and the mailbox are staffed on open
days, so both are read as clock hours that pass on open days, as decision 12 reads the second. The
72 hours of a medically necessary appeal are hours on the clock: illness does not keep office hours.
"""

from escalations.tiers import appeal_table, table
from portal.clocks.models import SlaPolicy
from portal.clocks.promises import PolicySpec, register

_OPEN_DAY_HOURS = SlaPolicy.Measure.OPEN_DAY_HOURS
_CALENDAR_DAYS = SlaPolicy.Measure.CALENDAR_DAYS
_TIER_1, _TIER_2, _TIER_3 = table.TIERS

MEMBER_CASE_POLICIES = (
    PolicySpec(
        _TIER_1.promise,
        "Resolve at Tier 1, or move to Tier 2",
        48,
        target=24,
        measure=_OPEN_DAY_HOURS,
        citation="CC-18: within 24–48 hours; clock hours on open days (decision 12)",
    ),
    PolicySpec(
        _TIER_2.promise,
        "Resolve at Tier 2, or move to Tier 3",
        5,
        citation="CC-19: an SLA at each handoff; the length is the exchange's own",
    ),
    PolicySpec(
        _TIER_3.promise,
        "Resolve at Tier 3",
        30,
        measure=_CALENDAR_DAYS,
        citation="CC-19: an SLA at each handoff; the length is the exchange's own",
    ),
    PolicySpec(
        table.CASE_MANAGER, "Assign a case manager", 2, citation="CC-18: within 2 business days"
    ),
    PolicySpec(
        table.EMAIL,
        "Answer the member's email",
        24,
        measure=_OPEN_DAY_HOURS,
        citation="CC-15: within 24 business hours (decision 12)",
    ),
    PolicySpec(
        table.RESEARCH,
        "Complete the initial claim or billing research",
        5,
        citation="CC-15: within 5 business days",
    ),
    *(
        PolicySpec(table.answer_policy(party), f"Answer from {name}", 5)
        for party, name in table.PARTIES.items()
    ),
)
APPEAL_POLICIES = (
    PolicySpec(
        appeal_table.ACKNOWLEDGE,
        "Acknowledge the appeal",
        2,
        citation="CC-15, CC-20: within 2 business days",
    ),
    PolicySpec(
        appeal_table.CASE_MANAGER,
        "Assign a case manager",
        2,
        citation="CC-18: within 2 business days",
    ),
    PolicySpec(
        appeal_table.DECIDE,
        "Decide the appeal",
        30,
        measure=_CALENDAR_DAYS,
        citation="CC-15: within 30 calendar days",
    ),
    PolicySpec(
        appeal_table.EXPEDITED,
        "Decide the expedited appeal",
        72,
        target=48,
        measure=SlaPolicy.Measure.CLOCK_HOURS,
        citation="CC-15: within 72 hours when medically necessary; hours on the clock",
    ),
)

register(*MEMBER_CASE_POLICIES, *APPEAL_POLICIES, exchanges=["calchoice"])
