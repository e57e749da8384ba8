"""What the team and the producer say to each other, and the replies that are held (MD-08…MD-12)."""

from django.utils import timezone

from escalations.producers.models import EscalatedConsumer, HeldReply
from escalations.producers.screening import Found, Identity, find_personal_data
from escalations.producers.services import check_text
from escalations.producers.table import ASKED
from portal.casework.machine import Audience, Refused
from portal.casework.models import Case, Note
from portal.casework.services import Change, perform, write_note
from portal.clocks.services import zone
from portal.ledger.services import record
from portal.tenancy.actor import Actor


def personal_data_in(*, case: Case, text: str) -> tuple[Found, ...]:
    """What a reply on this escalation seems to give away (MD-12)."""
    rows = EscalatedConsumer.objects.filter(case=case).select_related("consumer")
    consumers = [row.consumer for row in rows]
    known = [
        Identity(
            one.full_name,
            one.date_of_birth,
            (one.person_id, one.case_number, one.application_id),
        )
        for one in consumers
    ]
    today = timezone.now().astimezone(zone(case.exchange.time_zone)).date()
    return find_personal_data(text, consumers=known, today=today)


def reply_act(case: Case) -> str:
    """The act by which the producer writes, as the escalation stands: an answer, or a message."""
    return "producer_replied" if case.status == ASKED else "producer_wrote"


def reply_to_team(
    *, case: Case, actor: Actor, act_key: str, body: str, expected_version: int | None = None
) -> Case:
    """The producer writes back; what seems to hold personal data is held for a screener.

    A held reply is a reply all the same: it is the team's turn, so the clock runs again.

    Raises:
        SsnRefused: the text holds a Social Security number; nothing is kept.
    """
    body = check_text("body", body, "your reply")

    def effect(case: Case) -> Change:
        found = personal_data_in(case=case, text=body)
        if not found:
            return Change(
                note=body,
                note_kind=Note.Kind.MESSAGE,
                note_audience=Audience.DETAIL,
                fields=["conversation"],
            )
        HeldReply.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            author=actor.person,
            body=body,
            found=[kind.value for kind in found],
        )
        return Change(
            event_data={"held": [kind.value for kind in found]},
            notifies=["producer_escalation.reply_held"],
            fields=["held_replies"],
        )

    return perform(case=case, act_key=act_key, actor=actor, effect=effect)


def record_message(
    *, case: Case, actor: Actor, body: str, expected_version: int | None = None
) -> Case:
    """Staff record what the producer said of an escalation that is there (MD-08)."""
    body = check_text("body", body, "what the producer said")
    change = Change(
        note=body,
        note_kind=Note.Kind.MESSAGE,
        note_audience=Audience.DETAIL,
        fields=["conversation"],
    )
    return perform(case=case, act_key="record_message", actor=actor, effect=lambda case: change)


def open_held_reply(*, case: Case, actor: Actor) -> HeldReply | None:
    """The oldest held reply, for somebody who may decide about it; looking at it is recorded.

    Raises:
        NotAllowed: the actor may not.
    """
    actor.require("producers.screen")
    held = HeldReply.objects.filter(case=case, state=HeldReply.State.HELD).first()
    if held is not None:
        record(
            actor=actor,
            action="producers.held_reply_viewed",
            cases=[case.pk],
            fields=["held_replies"],
            data={"reply": held.pk},
        )
    return held


def screen_reply(
    *,
    case: Case,
    actor: Actor,
    held: HeldReply,
    text: str,
    expected_version: int | None = None,
) -> Case:
    """Release a held reply as it is, or as far as ``text`` leaves it; the original is erased.

    Raises:
        Refused: somebody has decided already.
        SsnRefused: the text holds a Social Security number.
    """
    text = check_text("text", text, "what the team may read")

    def effect(case: Case) -> Change:
        row = HeldReply.objects.select_for_update().get(pk=held.pk, case=case)
        if row.state != HeldReply.State.HELD:
            raise Refused("Somebody else has checked this reply already.")
        is_whole = text.splitlines() == row.body.splitlines()  # whatever ends the lines
        row.state = HeldReply.State.RELEASED if is_whole else HeldReply.State.REDACTED
        note = write_note(
            case=case,
            actor=actor,
            body=text,
            kind=Note.Kind.MESSAGE,
            audience=Audience.DETAIL,
            at=row.created_at,
        )
        note.author = row.author
        note.save(update_fields=["author"])
        row.body, row.reviewed_by, row.reviewed_at = "", actor.person, timezone.now()
        row.save(update_fields=["state", "body", "reviewed_by", "reviewed_at"])
        return Change(event_data={"reply": row.pk, "decision": row.state}, fields=["held_replies"])

    return perform(case=case, act_key="screen_reply", actor=actor, effect=effect)


def _say(
    case: Case, actor: Actor, act_key: str, text: str, kind: str, expected_version: int | None
) -> Case:
    """Perform an act whose text the producer can read."""
    change = Change(
        note=text, note_kind=kind, note_audience=Audience.DETAIL, fields=["conversation"]
    )
    return perform(
        case=case,
        act_key=act_key,
        actor=actor,
        expected_version=expected_version,
        effect=lambda case: change,
    )


def ask_producer(
    *, case: Case, actor: Actor, missing: str, expected_version: int | None = None
) -> Case:
    """Ask for additional information; the producer is told by mail to sign in and read it."""
    missing = check_text("missing", missing, "what is needed")
    return _say(case, actor, "ask_enroller", missing, Note.Kind.CONTACT, expected_version)


def record_answer(
    *, case: Case, actor: Actor, answer: str, expected_version: int | None = None
) -> Case:
    """Record an answer that came by telephone or mail; the clock runs again."""
    answer = check_text("answer", answer, "what the producer answered")
    return _say(case, actor, "enroller_answered", answer, Note.Kind.MESSAGE, expected_version)


def answer_producer(
    *, case: Case, actor: Actor, body: str, expected_version: int | None = None
) -> Case:
    """Write to the producer: next steps, without an end yet. It keeps the promise of a reply."""
    body = check_text("body", body, "the reply")
    return _say(case, actor, "answer_producer", body, Note.Kind.UPDATE, expected_version)
