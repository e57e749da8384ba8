"""The legal clocks of an appeal, each with its citation (AP-10, facts B.8).

Where only the text for small employers (SHOP) was at hand, the citation says so: verify it. All
are policies that an exchange's administrators edit. Where a period ends with a day, it ends with
that day and not at the time of day at which it began.
"""

from portal.clocks.models import SlaPolicy
from portal.clocks.promises import PolicySpec, register

_DAYS = SlaPolicy.Measure.CALENDAR_DAYS
_BUSINESS_BEFORE = SlaPolicy.Measure.BUSINESS_DAYS_BEFORE
_DAYS_BEFORE = SlaPolicy.Measure.CALENDAR_DAYS_BEFORE

#: How long after a notice a request is in time without good cause; it has no clock of its own.
FILING = "appeal.filing"


def _business(
    key: str, label: str, limit: int, citation: str, target: int | None = None
) -> PolicySpec:
    return PolicySpec(key, label, limit, target=target, citation=citation, end_of_day=True)


def _calendar(
    key: str, label: str, limit: int, citation: str, target: int | None = None
) -> PolicySpec:
    return PolicySpec(
        key, label, limit, target=target, citation=citation, measure=_DAYS, end_of_day=True
    )


APPEAL_POLICIES = (
    _calendar(FILING, "File an appeal after the notice", 90, "Gov. Code 100506.4"),
    _business(
        "appeal.acknowledge",
        "Acknowledge the request",
        5,
        "Gov. Code 100506.4(d): “timely”; 5 days from 10 CCR 6542 (SHOP text; verify)",
    ),
    _business(
        "appeal.hand_over",
        "Hand the request over to CDSS",
        3,
        "10 CCR 6542 (SHOP text; verify)",
    ),
    _business(
        "appeal.receipt",
        "CDSS confirms receipt",
        3,
        "10 CCR 6542 (SHOP text; verify)",
    ),
    _calendar("appeal.hearing", "Hearing after a valid request", 90, "10 CCR 6614(c)", target=60),
    _calendar(
        "appeal.decision", "Decision after a valid request", 90, "10 CCR 6618(b)(1)", target=75
    ),
    PolicySpec(
        "appeal.hearing_notice",
        "Notice of the hearing",
        15,
        target=20,
        citation="10 CCR 6614(b)",
        measure=_DAYS_BEFORE,
    ),
    PolicySpec(
        "appeal.sop",
        "Statement of position to the appellant and CDSS",
        2,
        target=5,
        citation="10 CCR 6544 (SHOP text; verify for 6612)",
        measure=_BUSINESS_BEFORE,
    ),
    PolicySpec(
        "appeal.record_open",
        "Appeal record open to the appellant",
        2,
        target=5,
        citation="10 CCR 6614(d)(1)",
        measure=_BUSINESS_BEFORE,
    ),
    _business(
        "appeal.outcome_notice",
        "Notice of the informal outcome",
        5,
        "10 CCR 6544 (SHOP text; verify for 6612)",
    ),
    _business(
        "appeal.withdrawal_confirmation",
        "Confirm a verbal withdrawal in writing",
        5,
        "10 CCR 6610",
    ),
    _calendar("appeal.withdrawal_objection", "Objection to a verbal withdrawal", 15, "10 CCR 6610"),
    _business("appeal.withdrawal_cdss", "Tell CDSS of a verbal withdrawal", 3, "10 CCR 6610"),
    _calendar(
        "appeal.agreement",
        "Both sides do what a conditional withdrawal asks",
        30,
        "10 CCR 6610",
        target=20,
    ),
    _calendar(
        "appeal.expedited_denial_phone",
        "Tell the appellant of the expedited denial by phone",
        3,
        "Gov. Code 100506.4(a)(2)",
    ),
    _business(
        "appeal.expedited_denial_written",
        "Tell the appellant of the expedited denial in writing",
        5,
        "Gov. Code 100506.4(a)(2)",
    ),
    _business(
        "appeal.expedited_decision",
        "Decision after an expedited hearing",
        5,
        "10 CCR 6618(b)(2)",
    ),
    _calendar("appeal.implement", "Implement the decision", 30, "10 CCR 6618(c)", target=20),
    _calendar("appeal.vacate", "Ask to vacate a dismissal", 30, "45 CFR 155.530"),
    _calendar(
        "appeal.second_level",
        "Appeal to the second level",
        30,
        "10 CCR 6618(a)(6)–(8); 45 CFR 155.505(b)(5); the 30 days are unconfirmed: verify",
    ),
)

register(*APPEAL_POLICIES, exchanges=["covered-california"])
