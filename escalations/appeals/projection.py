"""What somebody may see of an appeal."""

from typing import Any

from escalations.appeals.models import AppealDetail, Withdrawal
from escalations.appeals.packets import packet_section
from escalations.releases.gate import Decision, Disclosure, record_disclosure
from portal.casework.models import Case
from portal.casework.projection import CaseDetailView, Section, common_detail
from portal.tenancy.actor import Actor

Row = tuple[str, str, Any]


def project(actor: Actor, case: Case, *, surface: str = "page") -> CaseDetailView:
    """An appeal for somebody who may know of it; looking at it is recorded.

    Appeals are the exchange's own work: only its staff may know of one (see ``visible``).
    """
    detail = AppealDetail.objects.select_related("second_level_with").get(case=case)
    sections = [
        _appeal(detail),
        _appellant(detail),
        _progress(detail),
        *_withdrawals(case),
        *_decisions(case),
        *_endings(detail),
        *_story(case, surface),
    ]
    fields = [key for section in sections for key, _, value in section.rows if value]
    record_disclosure(
        actor=actor,
        cases=[case.pk],
        decision=Decision(Disclosure.DETAIL),
        fields=[*fields, "hearing", "deliveries", "packet", "tasks", "notes", "files"],
        surface=surface,
    )
    return CaseDetailView(sections=sections, **common_detail(case, actor))


def _appeal(detail: AppealDetail) -> Section:
    rows: list[Row] = [
        ("subject", "What is appealed", detail.get_subject_display()),
        ("notice_title", "Notice", detail.notice_title),
        ("notice_date", "Date of the notice", detail.notice_date),
        ("requested_on", "Asked for on", detail.requested_on),
        ("grounds", "What the appellant says", detail.grounds),
        ("came_by", "Came from", f"{detail.get_came_by_display()}; {_channel(detail)}"),
        ("cdss_number", "CDSS number", detail.cdss_number),
        ("routed_because", "Why it was routed here", detail.routed_because),
    ]
    if detail.good_cause:
        rows.insert(4, ("good_cause", "Good cause for the delay", detail.good_cause))
    return Section("appeal", "Appeal", tuple(rows))


def _channel(detail: AppealDetail) -> str:
    return detail.get_channel_display().lower()


def _appellant(detail: AppealDetail) -> Section:
    speaks = f"{detail.language}, with an interpreter"
    rows: list[Row] = [
        ("appellant_name", "Name", detail.appellant_name),
        ("appellant_case_number", "Case # or Application ID #", detail.appellant_case_number),
        ("appellant_phone", "Telephone", detail.appellant_phone),
        ("appellant_email", "Email", detail.appellant_email),
        ("language", "Language", speaks if detail.needs_interpreter else detail.language),
        ("hearing_format", "Wants to be heard", detail.get_hearing_format_display()),
    ]
    if detail.representative_name:
        basis = detail.get_representative_basis_display().lower()
        rows += [
            (
                "representative_name",
                "Authorized representative",
                f"{detail.representative_name}, by {basis}",
            ),
            ("representative_contact", "Representative's contact", detail.representative_contact),
        ]
    return Section("appellant", "Appellant", tuple(rows))


def _progress(detail: AppealDetail) -> Section:
    rows: list[Row] = [
        ("acknowledged_on", "Acknowledged", detail.acknowledged_on),
        ("handed_over_on", "Handed over to CDSS", detail.handed_over_on),
        ("receipt_confirmed_on", "Receipt confirmed by CDSS", detail.receipt_confirmed_on),
        ("expedited", "Expedited", detail.get_expedited_display()),
        ("continued", "Continued enrollment", _continued(detail)),
    ]
    if detail.invalid_because:
        rows += [
            ("invalid_because", "Invalid because", detail.invalid_because),
            ("cure_by", "Can be cured until", detail.cure_by),
        ]
    if detail.expedited == AppealDetail.Expedited.DENIED:
        rows += [
            ("denial_phoned_on", "Told of the denial by phone", detail.denial_phoned_on),
            ("denial_written_on", "Told of the denial in writing", detail.denial_written_on),
        ]
    return Section("progress", "Request", tuple(rows))


def _continued(detail: AppealDetail) -> str:
    if detail.continues_enrollment:
        return "Yes: accepted, and the premium is paid"
    return "Accepted, premium not paid yet" if detail.continued_accepted_on else "No"


def _withdrawals(case: Case) -> list[Section]:
    return [
        Section(
            f"withdrawal-{number}",
            "Informal resolution",
            (
                ("outcome", "Outcome", row.outcome),
                ("form", "Withdrawn", f"{row.get_form_display()}, {_terms(row)}"),
                ("withdrawn_on", "On", row.withdrawn_on),
                ("withdrawal_notice_on", "Notice of the outcome sent", row.notice_on),
                *_verbal_rows(row),
            ),
        )
        for number, row in enumerate(Withdrawal.objects.filter(case=case), start=1)
    ]


def _terms(row: Withdrawal) -> str:
    return "with conditions" if row.is_conditional else "without conditions"


def _verbal_rows(row: Withdrawal) -> tuple[Row, ...]:
    if row.form != Withdrawal.Form.VERBAL:
        return (("cdss_told_on", "CDSS told", row.cdss_told_on),)
    return (
        ("confirmed_on", "Confirmed in writing", row.confirmed_on),
        ("cdss_told_on", "CDSS told", row.cdss_told_on),
        ("objected_on", "Objected to", row.objected_on),
        ("stands_since", "Stands since", row.stands_since),
    )


def _decisions(case: Case) -> list[Section]:
    return [
        Section(
            f"decision-{number}",
            f"Decision: {row.get_level_display()}",
            (
                ("decision_outcome", "Outcome", row.get_outcome_display()),
                ("decision_text", "Decision", row.text),
                ("decided_on", "Decided on", row.decided_on),
                ("effective_on", "Effective on", row.effective_on),
            ),
        )
        for number, row in enumerate(case.decisions.all(), start=1)
    ]


def _endings(detail: AppealDetail) -> list[Section]:
    found = []
    if detail.dismissal:
        found.append(
            Section(
                "dismissal",
                "Dismissal",
                (
                    ("dismissal", "Ground", detail.get_dismissal_display()),
                    ("dismissed_on", "On", detail.dismissed_on),
                    ("vacate_asked_on", "Asked to vacate it on", detail.vacate_asked_on),
                ),
            )
        )
    if detail.jurisdiction_because:
        found.append(
            Section(
                "jurisdiction",
                "Transfer to DMHC",
                (
                    ("jurisdiction", "Why DMHC has jurisdiction", detail.jurisdiction_because),
                    ("dmhc_reference", "DMHC reference", detail.dmhc_reference),
                ),
            )
        )
    if detail.second_level_on:
        legal = detail.second_level_with
        found.append(
            Section(
                "second_level",
                "Second level (CMS/HHS)",
                (
                    ("second_level_on", "Appealed on", detail.second_level_on),
                    ("second_level_number", "CMS/HHS number", detail.second_level_number),
                    ("second_level_with", "With", legal.name if legal else ""),
                ),
            )
        )
    return found


def _story(case: Case, surface: str) -> list[Section]:
    """What the page shows in blocks of their own, as plain values for everybody else."""
    if surface == "page":
        return []
    sections = [packet_section(case)]
    if (hearing := getattr(case, "hearing", None)) is not None:
        sections.append(
            Section(
                "hearing",
                "Hearing",
                (
                    ("hearing.state", "State", hearing.get_state_display()),
                    ("hearing.at", "At", hearing.at),
                    ("hearing.format", "Held", hearing.get_format_display()),
                    ("hearing.judge", "Administrative Law Judge", hearing.judge),
                ),
            )
        )
    sections.append(
        Section(
            "deliveries",
            "Deliveries of the statement of position",
            tuple(
                (f"delivery.{row.pk}", row.get_recipient_display(), row.at)
                for row in case.deliveries.all()
            ),
        )
    )
    sections.append(
        Section(
            "tasks",
            "Tasks",
            tuple(
                (f"task.{row.pk}", row.what, row.done_on or f"Due {row.due_on:%Y-%m-%d}")
                for row in case.appeal_tasks.all()
            ),
        )
    )
    return sections
