"""Every act on a briefing by a person: written, changed, approved, sent, stopped, archived, read.

What goes to thousands is seen by two people of Outreach and Sales: whoever wrote a word of it
cannot approve it, and what is changed has to be approved again (C.9).
"""

import re
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from notifications.briefings.audience import KINDS, ROLE_CHOICES, count_people
from notifications.briefings.models import (
    Briefing,
    BriefingChange,
    BriefingRules,
    Delivery,
    State,
    rules_of,
)
from notifications.briefings.names import ITEM_KIND, SET_RULES, WRITE
from notifications.briefings.waking import wake
from notifications.mailbox.items import mark_source_read
from portal.casework.machine import Conflict, Refused
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.toolkits.markdown import clean_text, plain_text

BODY_LENGTH: Final = 20_000
What = BriefingChange.What
#: What its writers say; the names are the form's and the history's.
FIELDS: Final = (
    "kind",
    "category",
    "title",
    "summary",
    "body",
    "roles",
    "organization_kinds",
    "languages",
    "organization_ids",
    "has_full_text_in_mail",
)
_TEXTS: Final = ("title", "summary", "body")
#: A consumer's case number in the eligibility system; no telephone number is written like it.
_CONSUMER_NUMBER: Final = re.compile(r"(?<!\d)[15]\d{9}(?!\d)")
_ROLES: Final = frozenset(key for key, _ in ROLE_CHOICES)


@transaction.atomic
def write_briefing(*, actor: Actor, **values: Any) -> Briefing:
    """Write a draft; no reader sees anything of it yet.

    Args:
        values: by the names of :data:`FIELDS`.

    Raises:
        NotAllowed: the actor may not write briefings.
        ValidationError: a value is missing or does not fit, or a text names a consumer; by field.
        SsnRefused: a text holds a Social Security number.
    """
    actor.require(WRITE)
    briefing = Briefing(exchange=actor.exchange)
    _fill(briefing, values)
    briefing.save()
    _note(briefing, actor, What.WRITTEN)
    return briefing


@transaction.atomic
def change_briefing(
    *, actor: Actor, briefing: Briefing, expected_version: int, **values: Any
) -> Briefing:
    """Change what has not gone out; an approved one is a draft again.

    Raises:
        NotAllowed: the actor may not write briefings.
        Briefing.DoesNotExist: it is another exchange's.
        Refused: it is on its way or out.
        Conflict: somebody changed it since the actor read it.
        ValidationError: a value does not fit; by field.
        SsnRefused: a text holds a Social Security number.
    """
    briefing = _locked(actor, briefing)
    if briefing.state not in (State.DRAFT, State.APPROVED):
        raise Refused("Only a draft or an approved one can be changed. Stop it first.")
    if briefing.version != expected_version:
        raise Conflict(
            "Somebody else changed this briefing in the meantime. Look at it again first.",
            current_version=briefing.version,
        )
    before = {name: getattr(briefing, name) for name in FIELDS}
    _fill(briefing, values)
    changed = [name for name in FIELDS if getattr(briefing, name) != before[name]]
    if not changed:
        return briefing
    briefing.state = State.DRAFT
    _save(briefing, *changed, "text", "state")
    _note(briefing, actor, What.CHANGED, changed)
    return briefing


@transaction.atomic
def approve_briefing(*, actor: Actor, briefing: Briefing, expected_version: int) -> Briefing:
    """Approve a draft as it was read, as the second person.

    Raises:
        NotAllowed: the actor may not write briefings.
        Briefing.DoesNotExist: it is another exchange's.
        Refused: it is no draft, or the actor wrote a part of it.
        Conflict: somebody changed it since the actor read it.
    """
    briefing = _locked(actor, briefing)
    if briefing.state != State.DRAFT:
        raise Refused(f"Only a draft can be approved. It is {_said(briefing)}.")
    if has_written(actor, briefing):
        raise Refused("You wrote a part of it. A colleague has to approve it.")
    if briefing.version != expected_version:
        raise Conflict(
            "Somebody changed this briefing since you read it. Read it again first.",
            current_version=briefing.version,
        )
    briefing.state = State.APPROVED
    _save(briefing, "state")
    _note(briefing, actor, What.APPROVED)
    return briefing


@transaction.atomic
def schedule_briefing(
    *, actor: Actor, briefing: Briefing, send_at: datetime | None = None
) -> Briefing:
    """Let an approved one go out to whoever its audience is then.

    Args:
        send_at: not before this instant (UTC); None: now.

    Raises:
        NotAllowed: the actor may not send briefings.
        Briefing.DoesNotExist: it is another exchange's.
        Refused: it is not approved, or for nobody.
        ValidationError: the time has passed; names the field.
    """
    briefing = _locked(actor, briefing)
    if briefing.state != State.APPROVED:
        raise Refused(f"Only an approved one can be sent. It is {_said(briefing)}.")
    now = timezone.now()
    if send_at is not None and send_at < now:
        raise ValidationError({"send_at": "This time has passed. Choose a later one."})
    if not count_people(briefing):
        raise Refused("At this moment nobody belongs to its audience. Change the audience first.")
    briefing.state, briefing.send_at = State.SCHEDULED, send_at or now
    _save(briefing, "state", "send_at")
    _note(briefing, actor, What.SCHEDULED)
    if send_at is None:
        transaction.on_commit(wake, robust=True)
    return briefing


@transaction.atomic
def cancel_briefing(*, actor: Actor, briefing: Briefing) -> Briefing:
    """Stop one that waits for its time; it stays approved.

    Raises:
        NotAllowed: the actor may not send briefings.
        Briefing.DoesNotExist: it is another exchange's.
        Refused: it does not wait; once the first reader has it, it cannot be stopped.
    """
    briefing = _locked(actor, briefing)
    if briefing.state != State.SCHEDULED:
        raise Refused(f"Only one that waits for its time can be stopped. It is {_said(briefing)}.")
    briefing.state, briefing.send_at = State.APPROVED, None
    _save(briefing, "state", "send_at")
    _note(briefing, actor, What.CANCELED)
    return briefing


@transaction.atomic
def archive_briefing(*, actor: Actor, briefing: Briefing) -> Briefing:
    """Put one that is out into the archive: searched for, it is still found (AL-03).

    Raises:
        NotAllowed: the actor may not write briefings.
        Briefing.DoesNotExist: it is another exchange's.
        Refused: it is not sent, or archived already.
    """
    briefing = _locked(actor, briefing)
    if briefing.state != State.SENT:
        raise Refused(f"Only one that was sent can be archived. It is {_said(briefing)}.")
    briefing.state = State.ARCHIVED
    _save(briefing, "state")
    _note(briefing, actor, What.ARCHIVED)
    return briefing


def mark_read(*, actor: Actor, briefing: Briefing) -> None:
    """Keep that the actor opened it, the first time, and mark it in their mailbox."""
    delivery = Delivery.objects.filter(briefing=briefing, person=actor.person, read_at=None)
    delivery.update(read_at=timezone.now())
    mark_source_read(actor=actor, kind=ITEM_KIND, source_id=briefing.pk)


@transaction.atomic
def set_rules(*, actor: Actor, contact_email: str, newsroom_url: str) -> BriefingRules:
    """Set what stands under every briefing (AL-04, AL-05).

    Raises:
        NotAllowed: the actor may not.
        ValidationError: no email address, or no https address; names the field.
    """
    actor.require(SET_RULES)
    row = rules_of(actor.exchange)
    row.contact_email, row.newsroom_url = contact_email.strip(), newsroom_url.strip()
    row.full_clean()
    if row.newsroom_url and not row.newsroom_url.startswith("https://"):
        raise ValidationError({"newsroom_url": "The address begins with https://."})
    row.save()
    record(actor=actor, action="briefings.rules_set")
    return row


def has_written(actor: Actor, briefing: Briefing) -> bool:
    """Whether the actor wrote or changed it at any time."""
    written = briefing.changes.filter(what__in=[What.WRITTEN, What.CHANGED])
    return written.filter(person=actor.person).exists()


def _fill(briefing: Briefing, values: dict[str, Any]) -> None:
    if unknown := set(values) - set(FIELDS):
        raise TypeError(f"A briefing has no fields {sorted(unknown)}")
    for name, value in values.items():
        setattr(briefing, name, clean_text(value).strip() if name in _TEXTS else value)
    briefing.title = " ".join(briefing.title.split())
    briefing.text = plain_text(briefing.body)
    # Only what a writer enters: its state and times are the services' own.
    entered = {field.name for field in Briefing._meta.fields} - set(FIELDS)
    briefing.clean_fields(exclude=entered)
    checks: Sequence[Callable[[Briefing], None]] = (_check_texts, _check_audience)
    for check in checks:
        check(briefing)


def _check_texts(briefing: Briefing) -> None:
    if not briefing.text:
        raise ValidationError({"body": "Enter what readers are told."})
    if len(briefing.body) > BODY_LENGTH:
        raise ValidationError({"body": f"At most {BODY_LENGTH:,} characters."})
    for name in _TEXTS:
        text = getattr(briefing, name)
        if contains_ssn(text):
            raise SsnRefused(f"the {'text' if name == 'body' else name}")
        if _CONSUMER_NUMBER.search(text):
            raise ValidationError(
                {
                    name: "Ten digits like these are a consumer’s case number. Name no consumer;"
                    " write a telephone number with dashes."
                }
            )


def _check_audience(briefing: Briefing) -> None:
    if set(briefing.roles) - _ROLES:
        raise ValidationError({"roles": "Choose roles of enrollers."})
    if set(briefing.organization_kinds) - set(KINDS):
        raise ValidationError({"organization_kinds": "Choose agencies, entities or both."})


def _locked(actor: Actor, briefing: Briefing) -> Briefing:
    actor.require(WRITE)
    rows = Briefing.objects.visible_to(actor).defer("words")
    return rows.select_for_update(of=("self",)).select_related("exchange").get(pk=briefing.pk)


def _save(briefing: Briefing, *fields: str) -> None:
    briefing.version += 1
    briefing.save(update_fields=[*fields, "version"])


def _said(briefing: Briefing) -> str:
    return str(briefing.get_state_display()).lower()


def _note(
    briefing: Briefing, actor: Actor, what: BriefingChange.What, fields: Sequence[str] = ()
) -> None:
    """Leave a line in its history and in the ledger; neither holds its words."""
    BriefingChange.objects.create(
        exchange=actor.exchange,
        briefing=briefing,
        at=timezone.now(),
        person=actor.person,
        what=what,
        fields=list(fields),
    )
    record(
        actor=actor,
        action=f"briefings.{what}",
        data={"briefing": briefing.pk} | ({"fields": list(fields)} if fields else {}),
    )
