"""The transition table of a member's case in three tiers (C.9; CC-03, CC-18, CC-19).

A case waits for the member or the employer at any tier and comes back to the same one, so each
tier has waiting statuses of its own; the rows are made from the tiers, not written three times.
"""

from dataclasses import dataclass

from escalations.letters.acts import LETTER_ACTS
from escalations.tiers.clocks import runs
from portal.casework.common_acts import COMMON_ACTS
from portal.casework.machine import Act, Audience, Coarse, Machine, Status, machine
from portal.clocks.effects import ClockEffect, Effect

KIND = "member_case"
EMAIL, RESEARCH = f"{KIND}.email_response", f"{KIND}.research"
CASE_MANAGER = f"{KIND}.case_manager"
#: What a handoff or a resolution must record (CC-19), as guards for people.
CONTENTS = ("decision rationale", "documents exchanged", "when it took place")
#: A queue of its own is what makes a tier; nobody moves a case past that by hand.
UNTRANSFERABLE_ACTS = tuple(act for act in COMMON_ACTS if act.key != "transfer")


@dataclass(frozen=True)
class Tier:
    """One tier: its status, and the promise that runs while it has a case."""

    number: int
    status: str
    label: str

    @property
    def promise(self) -> str:
        return f"{KIND}.tier_{self.number}"

    def waiting(self, party: str) -> str:
        """The status in which the tier waits for a party."""
        return f"{self.status}_{party}"


TIERS = (
    Tier(1, "tier1", "Open (Tier 1)"),
    Tier(2, "tier2", "Escalated to Tier 2"),
    Tier(3, "tier3", "Escalated to Tier 3"),
)
#: Whom a case may wait for, and what people call them.
PARTIES = {"member": "the member", "employer": "the employer"}
WORKED = frozenset(tier.status for tier in TIERS)
WAITS = {party: frozenset(tier.waiting(party) for tier in TIERS) for party in PARTIES}
OPEN = WORKED.union(*WAITS.values())
AT_TIER_3 = frozenset({"tier3", "tier3_member", "tier3_employer"})


def answer_policy(party: str) -> str:
    """The clock of a party's answer."""
    return f"{KIND}.{party}_answer"


def tier_of(status: str) -> Tier | None:
    """The tier a status belongs to; None once the case has ended."""
    return next((tier for tier in TIERS if status.split("_")[0] == tier.status), None)


def _statuses() -> tuple[Status, ...]:
    rows = []
    for tier in TIERS:
        rows.append(Status(tier.status, tier.label, Coarse.IN_PROGRESS))
        rows += [
            Status(
                tier.waiting(party),
                f"Tier {tier.number}: waiting for {name}",
                Coarse.IN_PROGRESS,
                is_waiting=True,
                party=party,
            )
            for party, name in PARTIES.items()
        ]
    return (
        *rows,
        Status("resolved", "Resolved", Coarse.RESOLVED, is_open=False),
        Status("closed", "Closed", Coarse.RESOLVED, is_open=False),
        Status("cancelled", "Cancelled", Coarse.RESOLVED, is_open=False),
    )


def _moves() -> tuple[Act, ...]:
    tier_1, tier_2, tier_3 = TIERS
    return (
        _up(
            "escalate_tier_2",
            "Escalate to Tier 2",
            frozenset({tier_1.status}),
            tier_2,
            (ClockEffect(Effect.STOP, tier_1.promise),),
        ),
        _up(
            "escalate_tier_3",
            "Escalate to Tier 3",
            frozenset({tier_1.status, tier_2.status}),
            tier_3,
            (
                ClockEffect(Effect.STOP, tier_1.promise),
                ClockEffect(Effect.STOP, tier_2.promise),
                ClockEffect(Effect.START, CASE_MANAGER),
            ),
        ),
        _down("lower_tier_1", "Back to Tier 1", tier_2, tier_1),
        _down("lower_tier_2", "Back to Tier 2", tier_3, tier_2),
    )


def _up(
    key: str, label: str, sources: frozenset[str], to: Tier, clocks: tuple[ClockEffect, ...]
) -> Act:
    return Act(
        key,
        label,
        "tiers.escalate",
        sources=sources,
        target=to.status,
        by_owner=True,
        # A type that belongs to a higher tier is handed there as it is opened.
        by_system=True,
        guards=CONTENTS,
        clocks=(*clocks, ClockEffect(Effect.START, to.promise)),
        notifies=("tiers.escalated",),
        confirm=True,
        done=f"Escalated to Tier {to.number}",
        source="CC-18, CC-19, C.9",
    )


def _down(key: str, label: str, at: Tier, to: Tier) -> Act:
    return Act(
        key,
        label,
        "tiers.lower",
        sources=frozenset({at.status}),
        target=to.status,
        guards=("by a lead or a specialist of the tier", *CONTENTS),
        clocks=(
            # Neither kept nor missed: the tier says it was not its case.
            ClockEffect(Effect.CANCEL, at.promise),
            ClockEffect(Effect.CANCEL, CASE_MANAGER),
            ClockEffect(Effect.START, to.promise),
        ),
        notifies=("tiers.lowered",),
        confirm=True,
        offered=lambda case, actor: actor.is_lead or case.queue_id in actor.organization_ids,
        done=f"Sent back to Tier {to.number}",
        source="CC-19",
    )


def _waiting(tier: Tier, party: str, name: str) -> tuple[Act, ...]:
    policy = answer_policy(party)
    return (
        Act(
            f"ask_{party}_{tier.number}",
            f"Ask {name} for something (Tier {tier.number})",
            "tiers.work",
            sources=frozenset({tier.status}),
            target=tier.waiting(party),
            by_owner=True,
            guards=("what is missing is named",),
            clocks=(
                ClockEffect(Effect.PAUSE, tier.promise, party=party),
                ClockEffect(Effect.PAUSE, RESEARCH, party=party),
                ClockEffect(Effect.START, policy, party=party),
            ),
            done=f"{name.capitalize()} was asked for something",
            source="C.1 7",
        ),
        Act(
            f"{party}_answered_{tier.number}",
            f"Record the answer of {name} (Tier {tier.number})",
            "tiers.work",
            sources=frozenset({tier.waiting(party)}),
            target=tier.status,
            by_owner=True,
            clocks=(
                ClockEffect(Effect.STOP, policy),
                ClockEffect(Effect.RESUME, tier.promise),
                ClockEffect(Effect.RESUME, RESEARCH),
            ),
            done=f"{name.capitalize()} answered",
            source="C.1 7",
        ),
    )


def _answer_due(party: str, name: str) -> Act:
    policy = answer_policy(party)
    return Act(
        f"{party}_answer_due",
        f"Ask {name} again",
        "tiers.work",
        sources=WAITS[party],
        by_system=True,
        clocks=(ClockEffect(Effect.RESTART, policy, party=party),),
        notifies=("tiers.answer_due",),
        quiet=True,
        offered=lambda case, actor: False,
        done=f"{name.capitalize()} has not answered for five business days",
        source="C.1 7",
    )


def _work() -> tuple[Act, ...]:
    return (
        Act(
            "record_contact",
            "Record a contact with the member",
            "tiers.work",
            sources=OPEN,
            by_owner=True,
            done="Contact with the member",
            source="CC-12",
        ),
        Act(
            "answer_email",
            "Record the reply to the member's email",
            "tiers.work",
            sources=OPEN,
            by_owner=True,
            clocks=(ClockEffect(Effect.STOP, EMAIL),),
            offered=lambda case, actor: runs(case.pk, EMAIL),
            done="The member's email was answered",
            source="CC-15",
        ),
        Act(
            "complete_research",
            "Complete the initial research",
            "tiers.work",
            sources=WORKED,
            by_owner=True,
            guards=("what was found",),
            clocks=(ClockEffect(Effect.STOP, RESEARCH),),
            offered=lambda case, actor: runs(case.pk, RESEARCH),
            done="Initial research completed",
            source="CC-15",
        ),
        Act(
            "assign_case_manager",
            "Assign a case manager",
            "tiers.assign_manager",
            sources=AT_TIER_3,
            guards=("somebody who works at Tier 3",),
            clocks=(ClockEffect(Effect.STOP, CASE_MANAGER),),
            notifies=("tiers.case_manager",),
            done="Case manager assigned",
            source="CC-18",
        ),
    )


def _endings() -> tuple[Act, ...]:
    return (
        Act(
            "resolve",
            "Resolve",
            "tiers.work",
            sources=WORKED,
            target="resolved",
            by_owner=True,
            guards=("resolution code", *CONTENTS, "at Tier 3, a case manager"),
            clocks=(ClockEffect(Effect.STOP), ClockEffect(Effect.START, "ticket.auto_close")),
            audience=Audience.STATUS,
            notifies=("tiers.resolved",),
            confirm=True,
            done="Resolved",
            source="CC-19, C.9",
        ),
        Act(
            "close",
            "Close",
            "tickets.work",
            sources=frozenset({"resolved"}),
            target="closed",
            by_system=True,
            clocks=(ClockEffect(Effect.CANCEL, "ticket.auto_close"),),
            done="Closed",
            source="C.9",
        ),
        Act(
            "reopen",
            "Reopen at Tier 1",
            "tickets.reopen",
            sources=frozenset({"resolved", "closed"}),
            target="tier1",
            guards=("a reason",),
            clocks=(
                ClockEffect(Effect.CANCEL, "ticket.auto_close"),
                ClockEffect(Effect.START, TIERS[0].promise),
            ),
            audience=Audience.STATUS,
            done="Reopened",
            source="C.0",
        ),
        Act(
            "cancel",
            "Cancel",
            "tickets.work",
            target="cancelled",
            by_owner=True,
            guards=("a reason",),
            clocks=(ClockEffect(Effect.CANCEL),),
            done="Cancelled",
        ),
    )


MACHINE: Machine = machine(
    KIND,
    initial="tier1",
    statuses=_statuses(),
    acts=(
        *_moves(),
        *_work(),
        *(
            act
            for tier in TIERS
            for party, name in PARTIES.items()
            for act in _waiting(tier, party, name)
        ),
        *(_answer_due(party, name) for party, name in PARTIES.items()),
        *_endings(),
        *UNTRANSFERABLE_ACTS,
        *LETTER_ACTS,
    ),
)

#: Clocks a new case starts with.
OPENING_CLOCKS = (ClockEffect(Effect.START, TIERS[0].promise),)
