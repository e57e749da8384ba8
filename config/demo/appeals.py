"""The demonstration's appeals: eight, each at another place on the way (C.8)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from config.demo.stage import Stage
from escalations.appeals import (
    decisions,
    endings,
    expedited,
    hearings,
    intake,
    packets,
    resolution,
    routing,
    steps,
    tasks,
)
from escalations.appeals.models import PacketItem
from portal.casework import common_acts
from portal.casework.models import Case
from portal.clocks.services import zone

SCR = "scr@covered.example"
WORKERS = {
    "appeals": "appeals.specialist@covered.example",
    "program-assistance-unit": "pau.specialist@covered.example",
}
#: Small, so that the demonstration shows an appeal that went over it (decision 4).
CAPACITY = 7
PAPERS = (
    packets.PacketPaper("position", "Statement of position"),
    packets.PacketPaper("notice", "Notice of determination"),
    packets.PacketPaper("history", "Eligibility history from the eligibility system"),
    packets.PacketPaper("verification", "Verifications the appellant sent", "received"),
    packets.PacketPaper("authorization", "Representative's authorization", "received", False),
)


@dataclass
class _Appeal:
    """One appeal on the stage; ``on`` moves the clock and performs an act as its worker."""

    stage: Stage
    case: Case

    def on(self, days_ago: int, service: Callable[..., Case], **values: Any) -> "_Appeal":
        self.stage.go_on(days_ago)
        case = Case.objects.select_related("queue").get(pk=self.case.pk)
        worker = WORKERS[case.queue.code if case.queue else "appeals"]
        self.case = service(case=case, actor=self.stage.actor(worker), **values)
        return self

    def step(self, days_ago: int, act_key: str) -> "_Appeal":
        self.stage.go_on(days_ago)
        return self.on(days_ago, steps.service_of(act_key), on=self.today())

    def today(self) -> date:
        return self.stage.clock().astimezone(zone(self.stage.exchange.time_zone)).date()

    def to_informal(self, days_ago: int) -> "_Appeal":
        self.step(days_ago, "acknowledge")
        if self.case.appeal.handed_over_on is None:
            self.step(days_ago, "hand_over").step(days_ago, "confirm_receipt")
        self.on(days_ago, intake.record_valid, cdss_number=f"104{self.case.pk:06d}")
        return self.on(days_ago, common_acts.take_case).on(days_ago, resolution.begin_informal)

    def set_hearing(self, days_ago: int, at: datetime, **values: Any) -> "_Appeal":
        self.stage.go_on(days_ago)
        given = {"format": "phone", "place": "CDSS calls the appellant", "notice_on": self.today()}
        return self.on(days_ago, hearings.schedule_hearing, at=at, **(given | values))

    def papers(self, days_ago: int, *but: str) -> "_Appeal":
        rows = PacketItem.objects.filter(case=self.case, is_required=True).exclude(key__in=but)
        for item in rows:
            self.on(days_ago, packets.record_item, item=item, remark="Checked.")
        return self

    def deliver(self, days_ago: int, recipient: str, way: str, evidence: str) -> "_Appeal":
        self.stage.go_on(days_ago)
        return self.on(
            days_ago,
            hearings.deliver,
            recipient=recipient,
            at=self.stage.clock(),
            way=way,
            evidence=evidence,
        )

    def to_hearing(self, begun: int, hearing: int, judge: str) -> "_Appeal":
        """From the request to a hearing that was held."""
        at = self.stage.moment(hearing, time(10, 0))
        self.to_informal(begun).set_hearing(begun - 2, at)
        self.on(begun - 6, hearings.begin_sop).papers(begun - 7)
        self.step(hearing + 6, "open_record")
        self.deliver(hearing + 5, "cdss", "electronic", "Upload 77120")
        self.deliver(hearing + 5, "appellant", "mail", "Tracking 9400 0555 0112")
        return self.on(hearing - 1, hearings.hold_hearing, judge=judge)

    def decide(self, days_ago: int, outcome: str, text: str) -> "_Appeal":
        self.stage.go_on(days_ago)
        day = self.today()
        return self.on(
            days_ago,
            decisions.issue_decision,
            outcome=outcome,
            text=text,
            decided_on=day,
            effective_on=day.replace(day=1),
        )


def play_appeals(stage: Stage) -> int:
    """Found the rules of appeals, then play the stories in the order in which they came."""
    units = stage.organizations
    routing.found_units(
        exchange=stage.exchange,
        units=[(units["appeals"], CAPACITY), (units["program-assistance-unit"], None)],
    )
    packets.found_packet(exchange=stage.exchange, case_kind="appeal", papers=PAPERS)
    stories = (
        _second_level,
        _implemented_in_part,
        _postponed_once,
        _conditional,
        _denied_expedited,
        _position_begun,
        _to_be_cured,
        _just_received,
    )
    for story in stories:
        story(stage)
    return len(stories)


def _second_level(stage: Stage) -> None:
    mine = _open(stage, 45, "termination", "The plan ended although the premium was paid.")
    mine.to_hearing(44, 20, "Robin Ashdown")
    mine.decide(16, "denied", "The payment came after the grace period had ended.")
    mine.on(15, decisions.close_appeal)
    stage.go_on(9)
    mine.on(
        9,
        decisions.appeal_to_second_level,
        on=mine.today(),
        legal=stage.organizations["legal-affairs"],
        number="HHS-26-00417",
    )


def _implemented_in_part(stage: Stage) -> None:
    mine = _open(
        stage,
        43,
        "tax_credit",
        "The income counted is that of a job that ended in spring.",
        language="Spanish",
        needs_interpreter=True,
        representative_name="Dolores Quintana",
        representative_contact="(559) 555-0144",
        representative_basis="signed",
    )
    mine.to_informal(42)
    stage.go_on(41)
    mine.on(41, expedited.record_continued, accepted_on=mine.today(), paid_on=mine.today())
    mine.set_hearing(40, stage.moment(15, time(13, 30)), format="video", place="CDSS sends a link")
    mine.on(36, hearings.begin_sop).papers(34).step(22, "open_record")
    mine.deliver(21, "cdss", "electronic", "Upload 77391")
    mine.deliver(21, "appellant", "mail", "Tracking 9400 0555 0147")
    mine.on(14, hearings.hold_hearing, judge="Avery Lindqvist")
    mine.decide(9, "granted", "Income is counted from the month the job ended.")
    mine.on(
        8,
        decisions.begin_implementation,
        to_do="Correct the income in the eligibility system\n"
        "Run eligibility again from the effective date\n"
        "Tell the health plan of the new credit",
    )
    stage.go_on(5)
    mine.on(
        5,
        tasks.finish_task,
        task=mine.case.appeal_tasks.all()[0],
        done_on=mine.today(),
        evidence="Corrected; notice of 2 pages generated.",
    )


def _postponed_once(stage: Stage) -> None:
    mine = _open(stage, 30, "enrollment_period", "The move was reported within 60 days.")
    mine.to_informal(29).set_hearing(27, stage.moment(6, time(9, 0)))
    mine.on(24, hearings.begin_sop).papers(20)
    mine.deliver(16, "cdss", "electronic", "Upload 77544")
    mine.on(8, hearings.postpone_hearing, reason="CDSS has no interpreter on that day.")
    mine.set_hearing(5, _ahead(stage, 16, time(9, 0)))


def _conditional(stage: Stage) -> None:
    mine = _open(stage, 20, "cost_sharing", "The household has four members, not three.")
    mine.to_informal(18)
    stage.go_on(7)
    mine.on(
        7,
        resolution.resolve_informally,
        form="verbal",
        withdrawn_on=mine.today(),
        outcome="The fourth member is added; the level of cost sharing changes with it.",
        is_conditional=True,
        exchange_does="Add the fourth member\nSend a new notice of determination",
        appellant_does="Upload the birth certificate",
    )
    mine.step(5, "tell_cdss").step(4, "confirm_withdrawal").step(4, "send_outcome_notice")
    stage.go_on(3)
    mine.on(
        3,
        tasks.finish_task,
        task=mine.case.appeal_tasks.all()[0],
        done_on=mine.today(),
        evidence="Added; seen on the case summary.",
    )


def _denied_expedited(stage: Stage) -> None:
    mine = _open(stage, 14, "eligibility", "Coverage is needed for a planned operation.")
    mine.to_informal(12)
    mine.on(9, expedited.ask_expedited, need="An operation is planned for next month.")
    mine.on(4, expedited.decide_expedited, granted=False, remark="No immediate need was shown.")
    mine.step(3, "tell_denial_phone")


def _position_begun(stage: Stage) -> None:
    mine = _open(stage, 12, "tax_credit", "The credit is smaller than the year before.")
    mine.to_informal(11).set_hearing(9, _ahead(stage, 9, time(14, 0)))
    mine.on(5, hearings.begin_sop).papers(3, "position", "verification")


def _to_be_cured(stage: Stage) -> None:
    mine = _open(stage, 7, "late_notice", "No notice came after the change in May.")
    mine.step(6, "acknowledge").step(6, "hand_over").step(5, "confirm_receipt")
    stage.go_on(3)
    mine.on(
        3,
        intake.record_invalid,
        reason="The request is not signed.",
        cure_by=mine.today() + timedelta(days=14),
    )


def _just_received(stage: Stage) -> None:
    _open(stage, 1, "tax_credit", "The credit was taken away without a reason.", who=SCR)
    mine = _open(stage, 1, "other", "A health plan refused a treatment.", who=SCR)
    mine.on(0, endings.transfer_to_dmhc, reason="The dispute is about care a plan refused.")


def _open(
    stage: Stage, days_ago: int, subject: str, grounds: str, *, who: str = "", **values: Any
) -> _Appeal:
    stage.begin(days_ago, time(9, 30))
    person = next(stage.people)
    day = stage.clock().astimezone(zone(stage.exchange.time_zone)).date()
    given = {
        "appellant_name": person.name,
        "appellant_case_number": person.case_number,
        "appellant_phone": person.phone,
        "channel": "phone",
        "came_by": "service_center" if who else "unit",
        "notice_title": "Notice of determination (NOD01)",
    }
    case = intake.open_appeal(
        actor=stage.actor(who or WORKERS["appeals"]),
        notice_date=day - timedelta(days=18),
        requested_on=day,
        subject=subject,
        grounds=grounds,
        **(given | values),
    )
    return _Appeal(stage, case)


def _ahead(stage: Stage, days: int, at: time) -> datetime:
    """A local time so many days after the demonstration's present, on a weekday."""
    local = stage.now.astimezone(zone(stage.exchange.time_zone)).date() + timedelta(days=days)
    while local.weekday() > 4:
        local += timedelta(days=1)
    return datetime.combine(local, at, zone(stage.exchange.time_zone)).astimezone(stage.now.tzinfo)
