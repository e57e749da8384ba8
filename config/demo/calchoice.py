"""CalChoice's demonstration: its tiers, and members' cases and appeals in every state."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import time, timedelta
from typing import Any

from config.demo.scenes import WORKERS, Step
from config.demo.stage import Stage
from escalations.appeals import packets
from escalations.appeals.models import PacketItem
from escalations.tickets import services as tickets
from escalations.tickets.models import ResolutionCode, TicketType
from escalations.tiers import appeals, services, table
from escalations.tiers.configuration import found_tiers
from escalations.tiers.models import TypeClock
from portal.casework import common_acts
from portal.casework.models import Attachment, Case
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange, Organization

_TIER = {number: WORKERS[f"tier-{number}"] for number in (1, 2, 3)}
#: Type → the further promises its cases start with.
_TYPE_CLOCKS = {
    "email-enquiry": table.EMAIL,
    "billing": table.RESEARCH,
    "claims-dispute": table.RESEARCH,
}


def found_calchoice(*, exchange: Exchange, organizations: Mapping[str, Organization]) -> None:
    """Give CalChoice the tiers, published levels, packet papers and type promises it lacks."""
    found_tiers(
        exchange=exchange,
        units={number: organizations[f"tier-{number}"] for number in (1, 2, 3)},
    )
    for row in TicketType.objects.filter(exchange=exchange, key__in=_TYPE_CLOCKS):
        TypeClock.objects.get_or_create(
            exchange=exchange, ticket_type=row, policy_key=_TYPE_CLOCKS[row.key]
        )


# --- what can happen ----------------------------------------------------------------------------


def _by(tier: int, days_ago: int, service: Callable[..., Any], /, **data: Any) -> Step:
    who = _TIER[tier]
    return Step(days_ago, lambda stage, case: service(case=case, actor=stage.actor(who), **data))


def _noted(
    tier: int,
    days_ago: int,
    service: Callable[..., Any],
    rationale: str,
    documents: str,
    **data: Any,
) -> Step:
    """A handoff or a resolution, with the three contents it must record."""

    def perform(stage: Stage, case: Case) -> None:
        service(
            case=case,
            actor=stage.actor(_TIER[tier]),
            rationale=rationale,
            documents=Attachment.objects.filter(case=case),
            documents_text=documents,
            took_place_at=stage.clock() - timedelta(minutes=20),
            **{key: value() if callable(value) else value for key, value in data.items()},
        )

    return Step(days_ago, perform)


def take(tier: int, days_ago: int) -> Step:
    return _by(tier, days_ago, common_acts.take_case)


def up(tier: int, days_ago: int, rationale: str, documents: str = "None") -> tuple[Step, ...]:
    """The tier below hands the case up; the tier takes it."""
    moved = _noted(tier - 1, days_ago, services.escalate, rationale, documents, to_tier=tier)
    return (moved, take(tier, days_ago))


def down(tier: int, days_ago: int, rationale: str) -> Step:
    return _noted(tier + 1, days_ago, services.lower, rationale, "None", to_tier=tier)


def ask(tier: int, days_ago: int, party: str, missing: str) -> Step:
    where = table.TIERS[tier - 1]
    return _by(tier, days_ago, services.ask_party, party=party, tier=where, missing=missing)


def answered(tier: int, days_ago: int, party: str, answer: str) -> Step:
    where = table.TIERS[tier - 1]
    return _by(tier, days_ago, services.record_answer, party=party, tier=where, answer=answer)


def contact(tier: int, days_ago: int, summary: str) -> Step:
    return _by(
        tier,
        days_ago,
        tickets.record_contact,
        channel="phone",
        outcome="reached",
        summary=summary,
    )


def reply(days_ago: int, summary: str) -> Step:
    return _by(1, days_ago, services.answer_email, summary=summary)


def research(tier: int, days_ago: int, findings: str) -> Step:
    return _by(tier, days_ago, services.complete_research, findings=findings)


def resolve(tier: int, days_ago: int, rationale: str, documents: str = "None") -> Step:
    return _noted(
        tier, days_ago, services.resolve_member_case, rationale, documents, code=_explained
    )


def manage(days_ago: int) -> Step:
    """Tier 3's specialist becomes the case manager."""

    def assign(stage: Stage, case: Case) -> None:
        actor = stage.actor(_TIER[3])
        if actor.person is None:
            raise ValueError("The system manages no case.")
        services.assign_case_manager(case=case, actor=actor, person=actor.person)

    return Step(days_ago, assign)


def attach(tier: int, days_ago: int) -> Step:
    def add(stage: Stage, case: Case) -> None:
        actor = stage.actor(_TIER[tier])
        document = stage.file(stage.papers.notice, purpose="attachment", actor=actor)
        common_acts.attach_document(case=case, actor=actor, document=document)

    return Step(days_ago, add)


def packet(days_ago: int, *, but: tuple[str, ...] = ()) -> Step:
    """Papers of the packet come to hand, all but some, by key."""

    def record(stage: Stage, case: Case) -> None:
        for item in PacketItem.objects.filter(case=case, is_required=True).exclude(key__in=but):
            packets.record_item(case=case, actor=stage.actor(_TIER[3]), item=item)

    return Step(days_ago, record)


def _heard(days_ago: int) -> tuple[Step, ...]:
    """Tier 3 takes an appeal, acknowledges it by letter and names its case manager."""
    told = "We have your appeal and decide within 30 days."
    return (
        take(3, days_ago),
        _by(3, days_ago, appeals.acknowledge_appeal, channel="letter", summary=told),
        manage(days_ago),
    )


def decide(days_ago: int, decision: str, rationale: str) -> Step:
    documents = "Decision letter, sent to the member"
    return _noted(3, days_ago, appeals.decide_appeal, rationale, documents, decision=decision)


def _explained() -> ResolutionCode:
    return ResolutionCode.objects.get(key="explained")


# --- the stories --------------------------------------------------------------------------------


@dataclass(frozen=True)
class Story:
    """One member's issue, from the call on."""

    ticket_type: str
    days_ago: int
    about: str
    steps: tuple[Step, ...] = ()
    channel: str = "voice"
    employer: str = "harvest-bakery"
    by_employer: bool = False
    at: time = time(10, 15)


CASES = (
    Story("eligibility", 0, "A new hire asks when coverage begins.", at=time(9, 5)),
    Story(
        "id-card",
        1,
        "The card shows the wrong primary doctor.",
        (take(1, 1), contact(1, 0, "A corrected card is on its way.")),
        employer="tidepool",
    ),
    Story(
        "id-card",
        4,
        "No card since the plan changed.",
        (take(1, 3),),
        channel="portal",
        employer="tidepool",
    ),
    Story(
        "email-enquiry",
        2,
        "Asks by email how to add a newborn.",
        (
            take(1, 2),
            reply(1, "A birth is a qualifying event: 60 days, and the form."),
            resolve(1, 1, "Qualifying event explained; the member enrolls the child."),
        ),
        channel="email",
    ),
    Story("email-enquiry", 1, "Asks by email for a list of dentists.", channel="email"),
    Story(
        "billing",
        6,
        "The invoice lists an employee who has left.",
        (
            take(1, 6),
            ask(1, 6, "employer", "The date on which the employee left."),
            answered(1, 4, "employer", "The last day of last month."),
            research(1, 3, "The notice of the end came after the invoice was made."),
            resolve(1, 3, "The next invoice credits the month.", "Payroll list of the employer"),
        ),
        by_employer=True,
    ),
    Story(
        "billing",
        3,
        "Two payments were booked for one invoice.",
        (take(1, 3), ask(1, 2, "employer", "Bank statements of both payments.")),
        by_employer=True,
    ),
    Story(
        "eligibility",
        9,
        "Hours were reduced; is the employee still eligible?",
        (
            take(1, 9),
            *up(2, 8, "Needs the group's own rule on hours, which Tier 1 does not have."),
            down(1, 7, "The group's rule is in the knowledge base: 20 hours suffice."),
            take(1, 7),
            resolve(1, 7, "Still eligible at 24 hours a week.", "Group agreement, page 3"),
        ),
        by_employer=True,
    ),
    Story(
        "plan-comparison",
        2,
        "Asks which plans cover a brand-name medicine.",
        (take(2, 2), ask(2, 1, "member", "The exact name and dose of the medicine.")),
    ),
    Story(
        "claims-dispute",
        8,
        "A claim was denied as out of network.",
        (
            take(2, 8),
            attach(2, 8),
            research(2, 5, "The provider joined the network a week after the visit."),
            *up(3, 4, "The denial rests on a date the member disputes.", "Claim file"),
            manage(3),
        ),
        employer="tidepool",
    ),
    Story(
        "regulatory-inquiry",
        12,
        "The regulator asks about a grievance.",
        (
            take(3, 12),
            manage(11),
            resolve(3, 6, "Answered with the dates of the grievance.", "Letter to the regulator"),
        ),
    ),
    Story(
        "eligibility",
        2,
        "Asks whether a domestic partner can be added.",
        (take(1, 2), ask(1, 1, "member", "The declaration of the partnership.")),
        channel="chat",
        employer="tidepool",
    ),
    Story(
        "plan-comparison",
        3,
        "Compares two plans for a child with asthma.",
        (take(2, 2), ask(2, 1, "employer", "The plans the employer offers next year.")),
    ),
    Story(
        "claims-dispute",
        2,
        "A lab bill was paid twice.",
        (take(2, 2),),
        employer="tidepool",
    ),
    Story(
        "claims-dispute",
        11,
        "Disputes the date on which a therapy was approved.",
        (
            take(2, 11),
            research(2, 8, "The approval was sent to a former address."),
            *up(3, 7, "The member disputes the approval itself.", "Approval letter"),
            manage(6),
            ask(3, 5, "member", "The letter as it was received."),
        ),
    ),
    Story(
        "regulatory-inquiry",
        5,
        "The regulator asks for the group's enrollment dates.",
        (take(3, 5), manage(4), ask(3, 3, "employer", "The enrollment forms of the group.")),
        employer="tidepool",
    ),
    Story(
        "id-card",
        15,
        "The card came with a misspelled name.",
        (
            take(1, 15),
            contact(1, 15, "A new card is sent."),
            resolve(1, 14, "A new card was ordered with the right name."),
            _by(1, 8, tickets.close_ticket),
        ),
    ),
    Story(
        "billing",
        4,
        "Called twice about the same invoice.",
        (
            take(1, 4),
            _by(1, 3, tickets.cancel_ticket, reason="Opened twice by mistake."),
        ),
    ),
    Story(
        "legal-referral",
        1,
        "A lawyer asks for the member's file.",
        (take(3, 0),),
        channel="email",
    ),
)

APPEALS = (
    Story("formal-appeal", 1, "Appeals the denial of an imaging procedure.", at=time(14, 30)),
    Story(
        "formal-appeal",
        9,
        "Appeals a claim denied as not medically necessary.",
        (
            *_heard(8),
            packet(6, but=("records",)),
        ),
    ),
    Story(
        "formal-appeal",
        1,
        "Appeals the end of a home infusion; the next dose is due this week.",
        (
            take(3, 1),
            _by(
                3,
                0,
                appeals.mark_expedited,
                reason="A missed dose would put the member in the hospital.",
            ),
            _by(
                3,
                0,
                appeals.acknowledge_appeal,
                channel="phone",
                summary="Expedited: a decision within 72 hours.",
            ),
            manage(0),
            packet(0),
            _by(3, 0, appeals.complete_packet),
            _by(3, 0, appeals.begin_review),
        ),
    ),
    Story(
        "formal-appeal",
        24,
        "Appeals a bill for an emergency out of network.",
        (
            *_heard(22),
            packet(18),
            _by(3, 18, appeals.complete_packet),
            _by(3, 16, appeals.begin_review),
            decide(10, "overturned", "An emergency is covered wherever it is treated."),
            _by(3, 7, tickets.close_ticket),
        ),
        employer="tidepool",
    ),
    Story(
        "formal-appeal",
        6,
        "Appeals the denial of a second opinion.",
        (
            *_heard(5),
            packet(3),
            _by(3, 2, appeals.complete_packet),
        ),
    ),
    Story(
        "formal-appeal",
        14,
        "Appeals a copayment that was charged twice.",
        (
            *_heard(13),
            packet(9),
            _by(3, 8, appeals.complete_packet),
            _by(3, 6, appeals.begin_review),
            decide(1, "partly", "One of the two copayments is paid back."),
        ),
    ),
    Story(
        "formal-appeal",
        10,
        "Appeals the denial of a wheelchair.",
        (
            *_heard(9),
            _by(3, 4, tickets.cancel_ticket, reason="The plan approved it; the member withdraws."),
        ),
        employer="tidepool",
    ),
)


def play_member_cases(stage: Stage) -> int:
    """Members' cases in every state of the three tiers; returns how many."""
    return _play(stage, CASES)


def play_plan_appeals(stage: Stage) -> int:
    """Formal appeals, one of them expedited; returns how many."""
    return _play(stage, APPEALS)


def _play(stage: Stage, stories: tuple[Story, ...]) -> int:
    types = {row.key: row for row in TicketType.objects.filter(exchange=stage.exchange)}
    for story in sorted(stories, key=lambda story: (-story.days_ago, story.at)):
        stage.begin(story.days_ago, story.at)
        case = _open(stage, story, types[story.ticket_type], stage.actor(_TIER[1]))
        for step in story.steps:
            step.play(stage, case)
    return len(stories)


def _open(stage: Stage, story: Story, ticket_type: TicketType, actor: Actor) -> Case:
    person = next(stage.people)
    return services.open_member_case(
        actor=actor,
        ticket_type=ticket_type,
        summary=story.about,
        channel=story.channel,
        employer=stage.organizations[story.employer],
        brought_by_employer=story.by_employer,
        consumer_name=person.name,
        consumer_case_number=person.case_number,
        consumer_phone=person.phone,
        consumer_email=person.email,
    )
