"""The demonstration's Service Center: what its types ask for, and a story of every kind of work.

Types of ticket are configuration: which kind of work a type is, and its own fields, are here as
data, for :mod:`config.demo.rules` to found.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import time
from functools import partial
from typing import Any

from config.demo.stage import Stage
from escalations.tickets import carriers, duplicates, help_desk, services, triage
from escalations.tickets.models import ResolutionCode, TicketType
from portal.casework import common_acts
from portal.casework.models import Case
from portal.tenancy.actor import Actor
from portal.tenancy.models import Organization

QLE_RULE = (
    "The Qualified Life Event date of lost coverage is the last day of coverage, not the day after."
)
#: Type → its own fields.
FIELDS: Mapping[str, Sequence[Mapping[str, Any]]] = {
    "non-payment-reinstatement": (
        {"key": "health_plan", "label": "Health plan", "type": "text"},
        {"key": "terminated_on", "label": "Coverage ended on", "type": "date"},
        {"key": "autopay", "label": "Autopay", "type": "yes_no"},
        {"key": "amount_due", "label": "Amount due", "type": "money"},
        {
            "key": "effective_date",
            "label": "Effective date, if changed",
            "type": "date",
            "when": "resolving",
        },
    ),
    "rop-reinstatement": (
        {
            "key": "verification",
            "label": "What is verified",
            "type": "choice",
            "choices": ["Income", "Citizenship or immigration", "Incarceration", "Other coverage"],
        },
        {"key": "notice_date", "label": "Date of the notice", "type": "date"},
        {
            "key": "verification_cleared",
            "label": "Verification cleared",
            "type": "yes_no",
            "when": "resolving",
            "required": True,
            "must_be": "yes",
        },
    ),
    "date-change": (
        {
            "key": "change",
            "label": "Which date",
            "type": "choice",
            "choices": ["Termination date", "Effective date"],
        },
        {"key": "coverage_ends", "label": "Coverage ends on", "type": "date"},
        {
            "key": "qle_date",
            "label": "Qualified Life Event date",
            "type": "date",
            "same_as": "coverage_ends",
            "because": QLE_RULE,
            "help": "The last day of coverage.",
        },
        {
            "key": "effective_date",
            "label": "Effective date, if changed",
            "type": "date",
            "when": "resolving",
        },
    ),
    "eligibility-aptc": (
        {"key": "mixed_household", "label": "Mixed household", "type": "yes_no"},
        {"key": "notice_date", "label": "Date of the notice", "type": "date"},
        {"key": "monthly_aptc", "label": "Monthly APTC as it should be", "type": "money"},
    ),
    "access-to-care": (
        {"key": "care", "label": "Care or medicine", "type": "text"},
        {"key": "health_plan", "label": "Health plan", "type": "text"},
        {"key": "needed_by", "label": "Needed by", "type": "date"},
    ),
    "complaint": (
        {"key": "about", "label": "Complaint about", "type": "text"},
        {"key": "received_on", "label": "Received on", "type": "date"},
    ),
    "formal-complaint": (
        {"key": "about", "label": "Complaint about", "type": "text"},
        {"key": "received_on", "label": "Date of the letter", "type": "date"},
    ),
    "system-error": (
        {"key": "error", "label": "Error message", "type": "text"},
        {"key": "program_integrity", "label": "Contact at Program Integrity", "type": "text"},
        {"key": "plan_management", "label": "Contact at Plan Management", "type": "text"},
    ),
    "form-1095a": (
        {"key": "tax_year", "label": "Tax year", "type": "number", "required": True},
        {
            "key": "wrong",
            "label": "What is wrong",
            "type": "choice",
            "choices": ["Amounts", "Months", "Members", "Name, date of birth or address"],
        },
    ),
    "manual-verification": (
        {
            "key": "document",
            "label": "Document",
            "type": "choice",
            "choices": ["Income", "Citizenship or immigration", "Residence", "Other"],
        },
    ),
    "social-media": (
        {"key": "platform", "label": "Platform", "type": "text"},
        {"key": "reply_by", "label": "Answered publicly", "type": "yes_no", "when": "resolving"},
    ),
    "qhp-contact": (
        {"key": "health_plan", "label": "Health plan", "type": "text"},
        {"key": "contact", "label": "Contact at the plan", "type": "text"},
    ),
    "privacy-office": (
        {"key": "noticed_on", "label": "Noticed on", "type": "date"},
        {"key": "reference", "label": "Privacy Office reference", "type": "text"},
    ),
    "meds-license": (
        {"key": "for_whom", "label": "For whom", "type": "text"},
        {
            "key": "access",
            "label": "Access",
            "type": "choice",
            "choices": ["Inquiry", "Inquiry and update"],
        },
    ),
}
#: Type → how its tickets are worked, where not as escalations.
KINDS = {
    "access-to-care": "access_to_care",
    "formal-complaint": "complaint",
    "complaint": "complaint",
    "system-error": "system_error",
    "form-1095a": "form_1095a",
    "manual-verification": "verification",
    "social-media": "social_media",
    "qhp-contact": "qhp_contact",
    "help-desk-ticket": "help_desk",
    "privacy-office": "privacy_contact",
    "meds-license": "meds_license",
}
#: Type → the exception its tickets usually meet (ES-03).
USUAL_EXCEPTIONS = {"non-payment-reinstatement": "carrier"}

_SCR = "scr@covered.example"
_PSU = "psu.specialist@covered.example"
_WORKERS = {
    "escalations-unit": "eru.specialist@covered.example",
    "priority-support-unit": _PSU,
    "program-assistance-unit": "pau.specialist@covered.example",
    "agent-cec-service-center": _SCR,
}

#: ``service(case=…, actor=…)``; the actor works the case's queue.
Service = Callable[..., Any]


@dataclass(frozen=True)
class Story:
    """A piece of work: when it came, and what was done on which open day since."""

    ticket_type: str
    days_ago: int
    about: str
    steps: tuple[tuple[int, Service], ...] = ()
    is_urgent: bool = False
    facts: Mapping[str, Any] = field(default_factory=dict)
    opener: str = _SCR


def _code(key: str) -> Service:
    def resolve(*, case: Case, actor: Actor) -> Any:
        code = ResolutionCode.objects.get(exchange=actor.exchange, key=key)
        return services.resolve_ticket(
            case=case, actor=actor, code=code, steps="Settled with everybody concerned."
        )

    return resolve


def _ask_carrier(*, case: Case, actor: Actor) -> Any:
    carrier = Organization.objects.get(exchange=actor.exchange, code="meadowlark")
    return carriers.ask_carrier(
        case=case,
        actor=actor,
        carrier=carrier,
        contact_person="Exchange desk",
        channel="email",
        asked="Please confirm what your records say, and since when.",
    )


def _draft(*, case: Case, actor: Actor) -> Any:
    return help_desk.wait_for_help_desk(
        case=case,
        actor=actor,
        system="calheers",
        subject="CalHEERS Error Messaging: application cannot be submitted",
        description="Error 4021 when the application is submitted. Please remove the doubled"
        " household member.",
    )


def _join(*, case: Case, actor: Actor) -> Any:
    return help_desk.wait_for_help_desk(
        case=case, actor=actor, help_desk=help_desk.holding(actor).first()
    )


def _again(*, case: Case, actor: Actor) -> Any:
    """End it as a duplicate of the newest other ticket of its type."""
    rows = Case.objects.visible_to(actor).filter(kind=case.kind, topic=case.topic, is_open=True)
    other = rows.exclude(pk=case.pk).order_by("-opened_at")[0]
    return duplicates.mark_duplicate(case=case, actor=actor, of=other)


_TAKE = common_acts.take_case
_START = services.start_work
_REACHED = partial(
    services.record_contact,
    channel="phone",
    outcome="reached",
    summary="Explained where it stands, and what comes next.",
)


def _end(act_key: str, steps: str) -> Service:
    return partial(services.end_work, act_key=act_key, steps=steps)


def _step(act_key: str) -> Service:
    return partial(services.take_step, act_key=act_key)


def _begun(days: int) -> tuple[tuple[int, Service], ...]:
    return ((days, _TAKE), (days, _START))


def _triaged(days: int, *, urgent: bool = False) -> tuple[tuple[int, Service], ...]:
    judge = partial(triage.triage, is_urgent=urgent)
    return ((days, judge), (days, _TAKE), (days, _START))


STORIES: Mapping[str, tuple[Story, ...]] = {
    "access_to_care": (
        Story(
            "access-to-care",
            1,
            "Insulin is refused at the pharmacy; two days are left.",
            (*_triaged(1, urgent=True), (1, _REACHED)),
            is_urgent=True,
            facts={"care": "Insulin", "health_plan": "Pacific Crest"},
        ),
        Story(
            "access-to-care",
            4,
            "A specialist's visit is refused although the referral is on file.",
            (*_triaged(3), (3, _REACHED), (2, _ask_carrier)),
            facts={"care": "Cardiology visit", "health_plan": "Meadowlark"},
        ),
        Story("access-to-care", 0, "The plan's directory names no dentist within 30 miles."),
        Story(
            "access-to-care",
            12,
            "A hearing aid was approved and then refused.",
            (*_triaged(11), (11, _REACHED), (6, _code("care-arranged"))),
        ),
    ),
    "complaint": (
        Story(
            "formal-complaint",
            24,
            "A letter of complaint about four unanswered calls.",
            ((23, _TAKE), (23, _step("acknowledge_complaint")), (20, _START)),
            facts={"about": "Unanswered calls"},
        ),
        Story(
            "complaint",
            5,
            "Waited two hours and was cut off.",
            (
                (4, _TAKE),
                (4, _step("acknowledge_complaint")),
                (3, _START),
                (1, _step("draft_response")),
            ),
            facts={"about": "Waiting time"},
        ),
        Story(
            "complaint",
            9,
            "The same form was asked for three times.",
            (
                (8, _TAKE),
                (8, _step("acknowledge_complaint")),
                (7, _START),
                (5, _step("draft_response")),
                (4, _end("send_response", "Apologized; the form is on file once.")),
            ),
        ),
    ),
    "form_1095a": (
        Story(
            "form-1095a",
            15,
            "The form shows a dependent who was not covered.",
            (*_begun(14), (13, _REACHED)),
            facts={"tax_year": "2025", "wrong": "Members"},
        ),
        Story(
            "form-1095a",
            20,
            "Three months of coverage are missing.",
            (*_begun(18), (15, _REACHED), (10, _end("issue_corrected", "Corrected form mailed."))),
            facts={"tax_year": "2025", "wrong": "Months"},
        ),
    ),
    "verification": (
        Story(
            "manual-verification",
            2,
            "Pay stubs of two months.",
            _begun(1),
            facts={"document": "Income"},
        ),
        Story(
            "manual-verification",
            6,
            "A certificate of naturalization.",
            (*_begun(5), (4, _end("verify", "The document matches the application."))),
            facts={"document": "Citizenship or immigration"},
        ),
    ),
    "social_media": (
        Story(
            "social-media",
            1,
            "A public post asks why the account is locked.",
            _begun(1),
            facts={"platform": "A public forum"},
        ),
    ),
    "qhp_contact": (
        Story(
            "qhp-contact",
            3,
            "The plan asks whether an enrollment was sent.",
            _begun(2),
            facts={"health_plan": "Meadowlark", "contact": "Enrollment desk"},
        ),
    ),
    "system_error": (
        Story(
            "system-error",
            6,
            "Error 4021 when the application is submitted.",
            (*_begun(5), (4, _draft)),
            facts={
                "error": "4021",
                "program_integrity": "Duty analyst",
                "plan_management": "Duty manager",
            },
        ),
        Story(
            "system-error",
            3,
            "Error 4021 again, in another household.",
            (*_begun(2), (2, _join)),
            facts={"error": "4021"},
        ),
    ),
    "privacy_contact": (
        Story("privacy-office", 2, "A letter went to a former address.", _begun(1)),
    ),
    "meds_license": (
        Story(
            "meds-license",
            4,
            "Two new colleagues start on the first of the month.",
            (*_begun(3), (1, _step("approve_license"))),
            facts={"for_whom": "Two new colleagues", "access": "Inquiry"},
        ),
    ),
    "help_desk": (
        Story(
            "help-desk-ticket",
            10,
            "A data fix for a doubled household member.",
            (
                (9, partial(help_desk.submit_help_desk_ticket, vendor_number="INC-20417")),
                (8, help_desk.vendor_works),
            ),
        ),
        # Escalations that wait for each party a ticket can wait for, and one told of twice.
        Story(
            "eligibility-aptc",
            7,
            "The account shows last year's premium assistance.",
            (*_begun(6), (5, _join)),
        ),
        Story(
            "non-payment-reinstatement",
            5,
            "The plan booked the payment to another account.",
            (*_begun(4), (3, _REACHED), (3, _ask_carrier)),
        ),
        Story(
            "eligibility-aptc",
            4,
            "The enroller has the new proof of income.",
            (*_begun(3), (2, partial(services.ask_enroller, missing="The new proof of income"))),
        ),
        Story(
            "non-payment-reinstatement",
            2,
            "The payment booked to another account, told of again.",
            ((1, _TAKE), (1, _again)),
        ),
    ),
}


def play_kind(kind: str, stage: Stage) -> int:
    """Play the stories of one kind in the order in which the work came; returns how many."""
    stories = sorted(STORIES[kind], key=lambda story: -story.days_ago)
    types = {row.key: row for row in TicketType.objects.filter(exchange=stage.exchange)}
    for story in stories:
        _play(stage, story, types[story.ticket_type])
    return len(stories)


def _play(stage: Stage, story: Story, ticket_type: TicketType) -> None:
    stage.begin(story.days_ago, time(10, 40))
    person = next(stage.people)
    case = services.open_ticket(
        actor=stage.actor(story.opener),
        ticket_type=ticket_type,
        summary=story.about,
        is_urgent=story.is_urgent,
        facts=story.facts,
        consumer_name=person.name,
        consumer_case_number=person.case_number,
        consumer_phone=person.phone,
    )
    for days_ago, service in story.steps:
        stage.go_on(days_ago)
        fresh = Case.objects.select_related("queue").get(pk=case.pk)
        worker = _WORKERS[fresh.queue.code if fresh.queue else ""]
        service(case=fresh, actor=stage.actor(worker))


#: Kind → plays its stories; entered among those of the other rooms.
PLAYERS: Mapping[str, Callable[[Stage], int]] = {kind: partial(play_kind, kind) for kind in STORIES}
