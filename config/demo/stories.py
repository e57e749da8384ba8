"""The demonstration's cases: what each is about, when it came, and what has happened since.

Days count back in open days. Every status of both kinds of case, every state of a release, and
deadlines met, near and missed are there, so that every page has something to show.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time

from config.demo import scenes as act
from config.demo.scenes import Step

ASSEMBLY, SENATE, PHONE_1, PHONE_2 = "assembly-13", "senate-07", "assembly-62", "supervisor-3"
#: Local time of day of cases whose deadline should fall later today.
SOON = None


@dataclass(frozen=True)
class ConstituentStory:
    """A constituent's case; ``at`` is the local time of day it came, None: a little after now's."""

    office: str
    days_ago: int
    about: str
    steps: tuple[Step, ...] = ()
    at: time | None = time(9, 15)
    #: How many of the five fields of the list of six the office sent along.
    items: int = 5


@dataclass(frozen=True)
class TicketStory:
    """A ticket of its own, not work for another case."""

    ticket_type: str
    days_ago: int
    about: str
    steps: tuple[Step, ...] = ()
    at: time | None = time(10, 5)
    is_urgent: bool = False


ENDED = "Coverage ended although every premium was paid; the plan says the exchange cancelled it."
SUBSIDY = "The premium assistance dropped to zero in October without a letter that explains why."
NEWBORN = "A newborn was reported within a week and still does not appear on the application."
INCOME = "Income documents were uploaded three times and are still shown as not received."
MOVED = "Moved to another county; the old plan keeps billing and the new one has no record."
FORM = "The 1095-A lists three months of coverage; the household was covered all year."
SURGERY = "A surgery date is near and the plan cannot find the member's enrollment."
MEDICAL = "A child was moved to Medi-Cal, although the household's income did not change."
REFUND = "Two premiums were taken for the same month; neither side returns the money."
CARD = "No identification card has come since the plan changed in January."
DENIED = "The plan denied a medicine that it covered until last month."
BROKER = "An agent the constituent does not know is listed on the application."
DEPENDENT = "A daughter turned 26 and the whole household lost coverage with her."
LANGUAGE = "Letters come in English although Vietnamese was asked for twice."

#: Of a case three weeks old, and of one that came last week.
_WORKED = (
    act.acknowledge(20),
    act.review(20),
    act.assign(19),
    act.take(18),
    act.start(18),
)
_BEGUN = (act.acknowledge(7), act.review(7), act.assign(6), act.take(6), act.start(5))
_REACHED = "Explained what is missing and what happens next."
_STEPS = "Reinstated without a gap; the plan confirmed the enrollment by phone."

CONSTITUENT_STORIES: tuple[ConstituentStory, ...] = (
    # Received
    ConstituentStory(ASSEMBLY, 0, ENDED),
    ConstituentStory(SENATE, 0, FORM, items=2),
    ConstituentStory(PHONE_1, 0, LANGUAGE, items=3),
    ConstituentStory(ASSEMBLY, 1, SUBSIDY, at=SOON),
    ConstituentStory(SENATE, 1, CARD, at=SOON, items=4),
    ConstituentStory(ASSEMBLY, 3, BROKER, items=1),
    ConstituentStory(PHONE_2, 0, REFUND, at=time(8, 30)),
    ConstituentStory(ASSEMBLY, 1, DEPENDENT, (act.release_arrives(1),), at=time(15, 40)),
    # Acknowledged
    ConstituentStory(ASSEMBLY, 1, INCOME, (act.acknowledge(0),), at=time(16, 5)),
    ConstituentStory(SENATE, 2, MOVED, (act.acknowledge(1), act.take_by_analyst(1))),
    ConstituentStory(
        ASSEMBLY,
        2,
        NEWBORN,
        (act.acknowledge(2), act.ask_office(1, "date_of_birth", "release_form")),
        items=2,
    ),
    ConstituentStory(
        SENATE,
        5,
        MEDICAL,
        (
            act.acknowledge(4),
            act.ask_office(4, "phone"),
            act.office_replies(3, "Here is the number she answers.", phone="510-555-0177"),
        ),
        items=3,
    ),
    ConstituentStory(PHONE_1, 3, FORM, (act.acknowledge(2),)),
    ConstituentStory(
        ASSEMBLY,
        2,
        SURGERY,
        (act.acknowledge(2), act.release_arrives(1), act.release_deficient(1)),
    ),
    # Jurisdiction review
    ConstituentStory(ASSEMBLY, 2, DENIED, (act.acknowledge(1), act.review(1))),
    ConstituentStory(SENATE, 3, REFUND, (act.acknowledge(2), act.review(1))),
    ConstituentStory(
        PHONE_2,
        2,
        CARD,
        (act.acknowledge(2), act.review(1), act.note(0, "Asked the plan whether it knows her.")),
    ),
    ConstituentStory(
        SENATE,
        3,
        BROKER,
        (
            act.acknowledge(2),
            act.review(1),
            act.release_arrives(1),
            act.release_override_asked(0),
        ),
    ),
    # Assigned, nobody has begun
    ConstituentStory(
        ASSEMBLY, 2, SURGERY, (act.acknowledge(2), act.review(1), act.assign(1, is_urgent=True))
    ),
    ConstituentStory(SENATE, 3, ENDED, (act.acknowledge(3), act.review(2), act.assign(2))),
    ConstituentStory(ASSEMBLY, 4, INCOME, (act.acknowledge(4), act.review(3), act.assign(3))),
    ConstituentStory(
        PHONE_1,
        5,
        FORM,
        (act.acknowledge(4), act.review(4), act.assign(3, "priority-support-unit")),
    ),
    ConstituentStory(
        SENATE,
        4,
        LANGUAGE,
        (act.acknowledge(3), act.review(3), act.assign(2, "program-assistance-unit")),
    ),
    ConstituentStory(
        ASSEMBLY,
        3,
        MOVED,
        (act.acknowledge(3), act.review(2), act.assign(2), act.take(1)),
    ),
    # In resolution
    ConstituentStory(
        ASSEMBLY,
        21,
        ENDED,
        (
            *_WORKED,
            act.release_arrives(17),
            act.release_accepted(16, lasts_days=60),
            act.contact(15, _REACHED),
            act.update(14, "The unit has asked the plan for its records."),
            act.attach(12, "notice", "detail"),
            act.update(9, "The plan has confirmed the payments. Reinstatement is under way."),
            act.update(4, "Reinstatement is expected this week."),
            act.watch(3),
        ),
    ),
    ConstituentStory(
        ASSEMBLY,
        21,
        MEDICAL,
        (
            *_WORKED,
            act.release_arrives(17),
            act.release_accepted(17, lasts_days=3),
            act.update(14, "The county has been asked for its reading."),
            act.update(10, "The county has answered; we compare both."),
        ),
    ),
    ConstituentStory(
        ASSEMBLY,
        8,
        SUBSIDY,
        (
            *_BEGUN,
            act.release_arrives(5),
            act.release_accepted(5, lasts_days=90),
            act.update(4, "The income on file was read as monthly."),
            act.release_revoked(3),
            act.update(1, "The correction has been sent."),
        ),
    ),
    ConstituentStory(
        ASSEMBLY,
        8,
        NEWBORN,
        (
            *_BEGUN,
            act.release_arrives(5),
            act.release_accepted(5, lasts_days=20),
            act.release_arrives(4),
            act.release_accepted(3, lasts_days=45, replaces_valid=True),
            act.update(3, "The newborn is on the application; the card follows."),
        ),
    ),
    ConstituentStory(
        ASSEMBLY,
        12,
        INCOME,
        (
            act.acknowledge(11),
            act.review(11),
            act.assign(10),
            act.take(9),
            act.start(9),
            act.release_arrives(8),
            act.release_accepted(8, lasts_days=30, names_staff=True),
            act.update(7, "The documents were found under another case number."),
            act.update(2, "They are being moved to the right one."),
        ),
    ),
    ConstituentStory(
        SENATE,
        8,
        DEPENDENT,
        (
            *_BEGUN,
            act.release_arrives(5),
            act.release_accepted(4),
            act.update(3, "The household is being put together again."),
        ),
    ),
    ConstituentStory(
        SENATE,
        8,
        SURGERY,
        (
            act.acknowledge(8),
            act.review(8),
            act.assign(7, is_urgent=True),
            act.take(7),
            act.start(7),
            act.contact(6, "He can be reached until noon.", outcome="message"),
            act.release_arrives(5),
            act.update(4, "The plan has been asked to confirm today."),
        ),
    ),
    ConstituentStory(
        PHONE_2,
        7,
        MOVED,
        (
            act.acknowledge(7),
            act.review(6),
            act.assign(6),
            act.take(5),
            act.start(5),
            act.attach(4, "photo", "internal"),
            act.note(4, "The screenshot shows error 4021; the help desk knows it."),
        ),
    ),
    ConstituentStory(
        ASSEMBLY,
        11,
        REFUND,
        (
            act.acknowledge(10),
            act.review(10),
            act.assign(9, "program-assistance-unit"),
            act.take(8),
            act.start(8),
            act.update(6, "Both sides have the statements now."),
            act.update(0, "The refund has been promised in writing."),
        ),
    ),
    ConstituentStory(
        SENATE,
        6,
        BROKER,
        (act.acknowledge(6), act.review(5), act.assign(5), act.take(4), act.start(4)),
    ),
    ConstituentStory(
        ASSEMBLY,
        5,
        FORM,
        (
            act.acknowledge(5),
            act.review(5),
            act.assign(5, "priority-support-unit"),
            act.take(4),
            act.start(4),
            act.unit_note(3, "The carrier's figures differ from ours by three months."),
        ),
    ),
    # Awaiting information
    ConstituentStory(
        ASSEMBLY,
        14,
        INCOME,
        (
            act.acknowledge(13),
            act.review(13),
            act.assign(12),
            act.take(11),
            act.start(11),
            act.update(10, "We wait for two more papers."),
            act.ask_consumer(9, "Pay stubs of the last two months."),
            act.update(5, "One of the two has come."),
            act.update(1, "The other one is promised for this week."),
        ),
    ),
    ConstituentStory(
        SENATE,
        7,
        SUBSIDY,
        (
            act.acknowledge(7),
            act.review(6),
            act.assign(6),
            act.take(5),
            act.start(5),
            act.update(3, "We wait for one letter."),
            act.ask_consumer(2, "The letter with the date of the change."),
        ),
    ),
    ConstituentStory(
        ASSEMBLY,
        10,
        CARD,
        (
            act.acknowledge(9),
            act.review(9),
            act.assign(8),
            act.take(8),
            act.start(7),
            act.update(5, "The plan needs a number we do not have."),
            act.ask_office(5, "case_or_application_id", "phone"),
        ),
        items=1,
    ),
    ConstituentStory(
        SENATE,
        8,
        NEWBORN,
        (
            *_BEGUN,
            act.update(4, "One date is missing."),
            act.ask_office(2, "date_of_birth"),
        ),
        items=2,
    ),
    ConstituentStory(
        PHONE_1,
        9,
        DENIED,
        (
            act.acknowledge(8),
            act.review(8),
            act.assign(8),
            act.take(7),
            act.start(7),
            act.ask_consumer(4, "The name of the medicine as the plan writes it."),
            act.update(4, "We wait for the medicine's exact name."),
            act.consumer_answers(2, "She read it from the label."),
            act.ask_consumer(1, "The date of the plan's letter."),
        ),
    ),
    # Referred out
    *(
        ConstituentStory(
            office,
            days,
            about,
            (act.acknowledge(days - 1), act.review(days - 1), act.refer(days - 2, contact, why)),
        )
        for office, days, about, contact, why in (
            (
                ASSEMBLY,
                9,
                DENIED,
                "Department of Managed Health Care",
                "A decision of the plan about care; the plan's regulator reviews it.",
            ),
            (
                SENATE,
                12,
                MEDICAL,
                "Department of Health Care Services",
                "The question is about Medi-Cal alone.",
            ),
            (
                ASSEMBLY,
                15,
                BROKER,
                "California Department of Insurance",
                "A complaint about an agent's conduct.",
            ),
            (SENATE, 6, CARD, "Health Net", "Identification cards are the plan's own."),
            (
                PHONE_2,
                20,
                REFUND,
                "L.A. Care Health Plan",
                "Premiums were paid to the plan and are returned by it.",
            ),
        )
    ),
    # Resolved, the office not told yet; then told
    *(
        ConstituentStory(
            office,
            days,
            about,
            (
                act.acknowledge(days - 1),
                act.review(days - 1),
                act.assign(days - 1),
                act.take(days - 2),
                act.start(days - 2),
                act.contact(days - 3, _REACHED),
                *((act.update(days - 4, "The plan confirms it tomorrow."),) if days > 4 else ()),
                act.resolve(resolved, "coverage-reinstated", _STEPS),
                *((act.notify(told),) if told is not None else ()),
            ),
        )
        for office, days, about, resolved, told in (
            (ASSEMBLY, 6, ENDED, 0, None),
            (SENATE, 7, INCOME, 1, None),
            (ASSEMBLY, 9, DEPENDENT, 4, None),
            (SENATE, 8, MOVED, 2, 1),
            (ASSEMBLY, 10, NEWBORN, 3, 2),
            (PHONE_1, 7, SUBSIDY, 3, 3),
        )
    ),
    # Closed; two of them with a release that had been in force
    *(
        ConstituentStory(
            office,
            days,
            about,
            (
                act.acknowledge(days - 1),
                act.review(days - 1),
                act.assign(days - 2),
                act.take(days - 2),
                act.start(days - 3),
                *(
                    (act.release_arrives(days - 4), act.release_accepted(days - 4, lasts_days=25))
                    if released
                    else ()
                ),
                act.contact(days - 5, _REACHED),
                act.resolve(days - 8, code, _STEPS),
                act.notify(days - 8),
                act.close(days - 9),
            ),
        )
        for office, days, about, code, released in (
            (ASSEMBLY, 30, ENDED, "coverage-reinstated", True),
            (SENATE, 28, SUBSIDY, "eligibility-corrected", True),
            (ASSEMBLY, 26, FORM, "data-fixed", False),
            (SENATE, 24, LANGUAGE, "explained", False),
            (PHONE_2, 22, MOVED, "date-corrected", False),
            (ASSEMBLY, 35, REFUND, "denied", False),
            (PHONE_1, 33, INCOME, "no-response", False),
        )
    ),
    # Duplicate, withdrawn
    ConstituentStory(ASSEMBLY, 1, ENDED, (act.acknowledge(1), act.repeat_of_last(0)), items=3),
    ConstituentStory(SENATE, 4, CARD, (act.acknowledge(3), act.repeat_of_last(3)), items=2),
    ConstituentStory(
        ASSEMBLY, 8, FORM, (act.acknowledge(8), act.withdraw(6, "The form has come by mail."))
    ),
    ConstituentStory(
        SENATE,
        11,
        SUBSIDY,
        (
            act.acknowledge(10),
            act.review(10),
            act.assign(9),
            act.withdraw(7, "The constituent found the letter and agrees with it."),
        ),
    ),
    # Returned by the unit, taken up again, reopened
    ConstituentStory(
        ASSEMBLY,
        6,
        MEDICAL,
        (
            act.acknowledge(6),
            act.review(5),
            act.assign(5),
            act.return_ticket(3, "Medi-Cal only: not ours to resolve."),
        ),
    ),
    ConstituentStory(
        SENATE,
        12,
        REFUND,
        (
            act.acknowledge(12),
            act.review(11),
            act.withdraw(9, "The office asked us to stop."),
            act.reopen(2, "The office asked us to go on after all."),
        ),
    ),
    ConstituentStory(
        ASSEMBLY,
        25,
        ENDED,
        (
            act.acknowledge(24),
            act.review(24),
            act.assign(23),
            act.take(22),
            act.start(22),
            act.contact(21, _REACHED),
            act.resolve(18, "coverage-reinstated", _STEPS),
            act.notify(18),
            act.close(17),
            act.reopen(3, "The plan cancelled the coverage again."),
            act.update(2, "The unit has taken it up again."),
        ),
    ),
)


def _tickets(stages: Sequence[tuple[str, str]], days: Sequence[int]) -> tuple[TicketStory, ...]:
    """One ticket of each type, each a stage further than the one before, over and over."""
    found = []
    for number, (ticket_type, about) in enumerate(stages):
        age = days[number % len(days)]
        found.append(
            TicketStory(
                ticket_type,
                age,
                about,
                _stage(number % 10, age),
                is_urgent=number % 9 == 4,
                at=SOON if age == 10 else time(8 + number % 8, 10 + number % 40),
            )
        )
    return tuple(found)


def _stage(stage: int, age: int) -> tuple[Step, ...]:
    """How far a ticket has come: 0 and 1 are new, 9 was reopened."""

    def day(share: float) -> int:
        return round(age * (1 - share))

    worked = (act.take(day(0.15)), act.start(day(0.2)))
    reached = (*worked, act.contact(day(0.4), _REACHED))
    resolved = (*reached, act.resolve(day(0.6), "explained", "Explained, and agreed."))
    return {
        0: (),
        1: (),
        2: (act.take(day(0.3)),),
        3: worked,
        4: (*worked, act.unit_note(day(0.5), "The carrier answers within the week.")),
        5: (*reached, act.ask_consumer(day(0.5), "A copy of the plan's letter.")),
        6: (*worked, act.return_ticket(day(0.6), "The application number is missing.")),
        7: resolved,
        8: (*resolved, act.close_ticket(day(0.8))),
        9: (*resolved, act.reopen_ticket(day(0.8), "The letter came back undelivered.")),
    }[stage]


_CALIFORNIA_TICKETS = (
    ("non-payment-reinstatement", "Autopay stopped when the plan changed; two months are open."),
    ("rop-reinstatement", "Proof of income was uploaded on day 90 and reviewed on day 97."),
    ("date-change", "Coverage should end on the last day of August, not of September."),
    ("eligibility-aptc", "Premium assistance differs between the notice and the account."),
    ("appeal-over-capacity", "An appeal the Appeals unit cannot take this week."),
    ("appeal", "Disagrees with the end of premium assistance."),
    ("dmhc-contact", "The regulator asks for the dates of an enrollment."),
    ("non-payment-reinstatement", "The bank returned one payment; the rest were taken."),
    ("rop-reinstatement", "Citizenship was verified the day after the coverage ended."),
    ("date-change", "Moved on the 20th; the new plan begins a month too late."),
    ("eligibility-aptc", "Mixed household: the county changed the income."),
    ("non-payment-reinstatement", "The plan counted a payment for the month before."),
    ("rop-reinstatement", "The notice of the ninety days never came."),
    ("date-change", "Two plans overlap by a month after a change of county."),
    ("eligibility-aptc", "Consent for verification ran out in the middle of the year."),
)

CALIFORNIA_TICKETS = _tickets(
    _CALIFORNIA_TICKETS * 3, (0, 1, 3, 5, 8, 4, 6, 15, 9, 7, 2, 8, 10, 12, 5, 1, 20)
)
