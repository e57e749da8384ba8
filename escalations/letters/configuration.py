"""Writes on templates: one writes a version, somebody else approves it, then it stays (CC-21).

Who approves: a compliance officer wherever the exchange has one (CC-21, CC-28); elsewhere another
administrator or a lead. Nobody approves words they had a hand in.
"""

from collections.abc import Sequence
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils import timezone

from escalations.letters.models import LetterTemplate, LetterTemplateVersion
from escalations.letters.placeholders import PLACEHOLDERS, faults_of
from escalations.letters.typeface import unprintable
from portal.casework import kinds
from portal.casework.machine import Audience, Conflict, Refused
from portal.casework.models import Case
from portal.clocks.reckoning import zone
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Exchange, Membership

CONFIGURE = "letters.configure"
APPROVE = "letters.approve_templates"
COMPLIANCE = "compliance_officer"
State = LetterTemplateVersion.State


def local_today(exchange: Exchange, at: datetime | None = None) -> date:
    """The day it is in the exchange's zone, at the instant ``at`` (default: now)."""
    return (at or timezone.now()).astimezone(zone(exchange.time_zone)).date()


def versions_in_force(
    actor: Actor, case: Case | None = None, *, at: datetime | None = None
) -> list[LetterTemplateVersion]:
    """What letters can be written with today, by title; for one case only what serves it."""
    templates = LetterTemplate.objects.filter(exchange_id=actor.exchange_id, is_active=True)
    if case is not None:
        templates = templates.serving(case)
    rows = LetterTemplateVersion.objects.in_force(local_today(actor.exchange, at))
    found = rows.filter(template__in=templates).select_related("template")
    return sorted(found, key=lambda row: (row.template.title, row.template.language))


def servable_keys() -> list[str]:
    """Keys of the kinds of case that letters can be written on."""
    from escalations.letters.acts import DRAFTED

    return [kind.key for kind in kinds.all_kinds() if DRAFTED in kind.machine.acts]


@transaction.atomic
def add_template(
    *,
    actor: Actor,
    key: str,
    title: str,
    serves: Sequence[str] = (),
    audience: str = Audience.INTERNAL,
    language: str = "en",
) -> LetterTemplate:
    """Add a template; it can be used once a version of it is approved and valid.

    Raises:
        NotAllowed: the actor may not configure letters.
        ValidationError: the key is taken in this language, or a field is not valid; names it.
    """
    _require(actor, CONFIGURE)
    template = LetterTemplate(
        exchange=actor.exchange,
        key=key,
        title=title.strip(),
        serves=list(serves),
        audience=audience,
        language=language,
    )
    template.full_clean()
    template.save()
    record(actor=actor, action="letters.template_added", data={"template": template.pk})
    return template


@transaction.atomic
def change_template(
    *,
    actor: Actor,
    template: LetterTemplate,
    title: str,
    serves: Sequence[str],
    audience: str,
    is_active: bool,
) -> LetterTemplate:
    """Change how a template is called, what it serves and whether it is in use; not its words.

    Raises:
        NotAllowed: the actor may not configure letters.
        ValidationError: a field is not valid; names it.
    """
    _require(actor, CONFIGURE)
    template = LetterTemplate.objects.select_for_update().get(
        pk=template.pk, exchange_id=actor.exchange_id
    )
    template.title, template.serves = title.strip(), list(serves)
    template.audience, template.is_active = audience, is_active
    template.full_clean()
    template.save()
    record(actor=actor, action="letters.template_changed", data={"template": template.pk})
    return template


@transaction.atomic
def write_version(
    *, actor: Actor, template: LetterTemplate, body: str, valid_from: date
) -> LetterTemplateVersion:
    """Begin the next version of a template.

    Raises:
        NotAllowed: the actor may not configure letters.
        Refused: another version is in the making.
        ValidationError: the body is empty, or names an unknown placeholder; names the field.
        SsnRefused: the body holds a Social Security number.
    """
    _require(actor, CONFIGURE)
    template = LetterTemplate.objects.select_for_update().get(
        pk=template.pk, exchange_id=actor.exchange_id
    )
    if template.versions.exclude(state=State.APPROVED).exists():
        raise Refused("A version of this template is in the making. Change that one.")
    last = template.versions.aggregate(last=Max("number"))["last"] or 0
    version = LetterTemplateVersion.objects.create(
        exchange=actor.exchange,
        template=template,
        number=last + 1,
        body=_checked(body),
        valid_from=valid_from,
        written_by=actor.person,
        writers=_with(actor, []),
    )
    _record(actor, "template_written", version)
    return version


@transaction.atomic
def edit_version(
    *,
    actor: Actor,
    version: LetterTemplateVersion,
    body: str,
    valid_from: date,
    expected_version: int | None = None,
) -> LetterTemplateVersion:
    """Change the words of a version that is not approved and not waiting for it.

    Raises:
        NotAllowed: the actor may not configure letters.
        Refused: the version waits for approval, or is approved: then write the next one.
        Conflict: somebody changed it since ``expected_version``.
        ValidationError: the body is empty, or names an unknown placeholder; names the field.
        SsnRefused: the body holds a Social Security number.
    """
    _require(actor, CONFIGURE)
    version = _lock(actor, version)
    if version.state == State.APPROVED:
        raise Refused("An approved version never changes. Write the next version instead.")
    if version.state == State.WAITING:
        raise Refused("This version waits for approval. It has to be returned first.")
    _check_current(version, expected_version)
    version.body, version.valid_from = _checked(body), valid_from
    version.written_by, version.writers = actor.person, _with(actor, version.writers)
    version.written_at = timezone.now()
    version.state = State.DRAFT
    return _save(actor, "template_written", version)


@transaction.atomic
def submit_version(*, actor: Actor, version: LetterTemplateVersion) -> LetterTemplateVersion:
    """Send a version for approval.

    Raises:
        NotAllowed: the actor may not configure letters.
        Refused: it is waiting or approved already.
    """
    _require(actor, CONFIGURE)
    version = _lock(actor, version)
    if version.state not in (State.DRAFT, State.RETURNED):
        raise Refused("This version has been sent for approval already.")
    version.state = State.WAITING
    return _save(actor, "template_asked", version)


@transaction.atomic
def approve_version(
    *,
    actor: Actor,
    version: LetterTemplateVersion,
    note: str = "",
    expected_version: int | None = None,
) -> LetterTemplateVersion:
    """Approve a version: from its first day on it is the one in force, and never changes.

    Args:
        expected_version: the ``version`` whose words the approver has read.

    Raises:
        NotAllowed: the actor may not approve templates here, or wrote this version.
        Refused: it does not wait for approval.
        Conflict: its words were changed since the approver read them.
        SsnRefused: the note holds a Social Security number.
    """
    if contains_ssn(note):
        raise SsnRefused("the remark")
    version = _lock(actor, version)
    _require_approver(actor, version)
    if version.state != State.WAITING:
        raise Refused("This version does not wait for approval.")
    if expected_version is not None and expected_version != version.version:
        raise Conflict(
            "The version was changed after you opened it. Read it again, then decide.",
            current_version=version.version,
        )
    version.state, version.note = State.APPROVED, note.strip()
    version.approved_by, version.approved_at = actor.person, timezone.now()
    version.return_reason = ""
    return _save(actor, "template_approved", version)


@transaction.atomic
def return_version(
    *, actor: Actor, version: LetterTemplateVersion, reason: str
) -> LetterTemplateVersion:
    """Give a version back to its writer.

    Raises:
        NotAllowed: the actor may not approve templates here, or wrote this version.
        Refused: it does not wait for approval.
        ValidationError: no reason.
        SsnRefused: the reason holds a Social Security number.
    """
    version = _lock(actor, version)
    _require_approver(actor, version)
    if version.state != State.WAITING:
        raise Refused("This version does not wait for approval.")
    if not reason.strip():
        raise ValidationError({"reason": "Enter what has to change."})
    if contains_ssn(reason):
        raise SsnRefused("the reason")
    version.state, version.return_reason = State.RETURNED, reason.strip()
    return _save(actor, "template_returned", version)


def may_approve(actor: Actor, version: LetterTemplateVersion) -> bool:
    """Whether the actor may approve or return this version."""
    if actor.is_system:
        return True
    if not actor.may(APPROVE) or actor.person_id in version.writers:
        return False
    return actor.role_key == COMPLIANCE or not has_compliance_officer(actor.exchange)


def has_compliance_officer(exchange: Exchange) -> bool:
    """Whether somebody holds that role in the exchange now."""
    rows = Membership.objects.current().filter(exchange=exchange, role__key=COMPLIANCE)
    return rows.exists()


def _require(actor: Actor, action: str) -> None:
    if not actor.is_system:
        actor.require(action)


def _require_approver(actor: Actor, version: LetterTemplateVersion) -> None:
    _require(actor, APPROVE)
    if may_approve(actor, version):
        return
    if actor.person_id in version.writers:
        raise NotAllowed(APPROVE, "You wrote this version. Somebody else has to approve it.")
    raise NotAllowed(APPROVE, "In this exchange a compliance officer approves templates.")


def _lock(actor: Actor, version: LetterTemplateVersion) -> LetterTemplateVersion:
    rows = LetterTemplateVersion.objects.select_for_update(of=("self",))
    return rows.get(pk=version.pk, exchange_id=actor.exchange_id)


def _check_current(version: LetterTemplateVersion, expected: int | None) -> None:
    if expected is not None and expected != version.version:
        raise Conflict(
            "Somebody else changed this version while you had it open. Nothing of yours was saved"
            " yet: compare, then save again.",
            current_version=version.version,
        )


def _checked(body: str) -> str:
    body = body.replace("\r\n", "\n").strip()
    if not body:
        raise ValidationError({"body": "Enter the words of the letter."})
    if contains_ssn(body):
        raise SsnRefused("the template")
    if faults := faults_of(body):
        raise ValidationError({"body": faults})
    if bad := unprintable(body):
        raise ValidationError({"body": unprintable_sentence(bad)})
    return body


def unprintable_sentence(characters: Sequence[str]) -> str:
    """What to tell somebody whose text holds characters a letter cannot show."""
    shown = " ".join(characters[:12])
    more = f" and {len(characters) - 12} more" if len(characters) > 12 else ""
    return (
        f"The letter cannot print these characters: {shown}{more}. It can print Latin (also"
        " Vietnamese), Greek, Cyrillic, Armenian and Georgian letters. Write names in Latin"
        " letters, and have letters in other scripts prepared by the translators."
    )


def _with(actor: Actor, writers: Sequence[int]) -> list[int]:
    return sorted({*writers, *([actor.person_id] if actor.person_id else [])})


def _save(actor: Actor, action: str, version: LetterTemplateVersion) -> LetterTemplateVersion:
    version.version += 1
    version.save()
    _record(actor, action, version)
    return version


def _record(actor: Actor, action: str, version: LetterTemplateVersion) -> None:
    record(
        actor=actor,
        action=f"letters.{action}",
        data={"template": version.template_id, "number": version.number},
    )


#: For the pages: name and meaning of every placeholder.
PLACEHOLDER_HELP = tuple((f"{{{name}}}", label) for name, label in PLACEHOLDERS.items())
