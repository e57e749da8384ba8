"""Acts every kind of case has: who holds it, what is written on it, what it belongs to.

A kind adds :data:`COMMON_ACTS` to its table. The services here are their one implementation.
"""

from collections.abc import Callable, Sequence

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from guardian.shortcuts import assign_perm, remove_perm

from portal.casework import kinds
from portal.casework.machine import ANY, ANY_OPEN, Act, Audience, Refused
from portal.casework.models import Attachment, Case, CaseLink, Note
from portal.casework.services import Change, lock_case, perform, require_text
from portal.documents.models import Document
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Organization, Person


def _hands_on(case: Case, actor: Actor) -> bool:
    """Whether the actor may say who works a case: a lead, or anybody of the unit that has it."""
    return actor.is_lead or case.queue_id in actor.organization_ids


COMMON_ACTS = (
    Act(
        "take",
        "Take this case",
        "casework.take",
        sources=ANY_OPEN,
        done="Taken",
        offered=lambda case, actor: (
            case.owner_id is None and case.queue_id in actor.organization_ids
        ),
    ),
    Act(
        "release_to_queue",
        "Return to the queue",
        "casework.take",
        sources=ANY_OPEN,
        by_owner=True,
        guards=("a reason",),
        done="Returned to the queue",
        offered=lambda case, actor: case.owner_id is not None,
    ),
    Act(
        "assign",
        "Assign to a colleague",
        "casework.assign",
        sources=ANY_OPEN,
        guards=(
            "the colleague works in the case's unit",
            "a lead, or somebody of the unit that has the case",
        ),
        notifies=("case.assigned",),
        done="Assigned",
        offered=_hands_on,
    ),
    Act(
        "transfer",
        "Transfer to another queue",
        "casework.transfer",
        sources=ANY_OPEN,
        guards=("a reason",),
        notifies=("case.transferred",),
        confirm=True,
        done="Transferred",
    ),
    Act(
        "note",
        "Add an internal note",
        "casework.note",
        sources=ANY,
        notifies=("case.mentioned",),
        done="Internal note",
        quiet=True,
    ),
    Act("attach", "Add a file", "casework.attach", sources=ANY, done="File added"),
    Act("link", "Link another case", "casework.link", sources=ANY, done="Linked"),
    Act("watch", "Watch", "casework.watch", sources=ANY, done="Watched", quiet=True),
    Act(
        "unwatch",
        "Stop watching",
        "casework.watch",
        sources=ANY,
        done="No longer watched",
        quiet=True,
    ),
)


def take_case(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Become the owner of an unowned case in one's own unit's queue.

    Raises:
        Refused: somebody owns it already, or it is in another unit's queue.
    """

    def effect(case: Case) -> Change:
        if case.owner_id and case.owner_id != actor.person_id:
            raise Refused("Somebody else has taken this case. Ask them, or your lead.")
        if case.queue_id not in actor.organization_ids:
            raise Refused("This case is in another unit's queue.")
        return Change(columns={"owner": actor.person}, fields=["owner"])

    return perform(
        case=case, act_key="take", actor=actor, expected_version=expected_version, effect=effect
    )


def return_case(
    *, case: Case, actor: Actor, reason: str, expected_version: int | None = None
) -> Case:
    """Give a case back to its queue, saying why."""
    reason = require_text("reason", reason, "why you return it")

    def effect(case: Case) -> Change:
        if case.owner_id is None:
            raise Refused("Nobody owns this case; it is in the queue already.")
        return Change(columns={"owner": None}, note=reason, fields=["owner"])

    return perform(
        case=case,
        act_key="release_to_queue",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def assign_case(
    *, case: Case, actor: Actor, person: Person, expected_version: int | None = None
) -> Case:
    """Give a case to a colleague of its unit.

    Raises:
        Refused: the actor is no lead, and the case is in another unit's queue.
        ValidationError: the person does not work in the unit whose queue holds the case.
    """

    def effect(case: Case) -> Change:
        if not _hands_on(case, actor):
            raise Refused("This case is in another unit's queue. That unit assigns it.")
        if not assignable_people(case.queue).filter(pk=person.pk).exists():
            raise ValidationError({"person": "Choose somebody who works in the case's unit."})
        return Change(
            columns={"owner": person},
            recipient=person,
            event_data={"owner": person.pk},
            fields=["owner"],
        )

    return perform(
        case=case, act_key="assign", actor=actor, expected_version=expected_version, effect=effect
    )


def assignable_people(queue: Organization | None):
    """People who work in a queue's unit, in or below it, in a role that works cases."""
    if queue is None:
        return Person.objects.none()
    return Person.objects.filter(
        pk__in=Membership.objects.current()
        .in_organization(queue)
        .filter(exchange_id=queue.exchange_id, role__actions__contains=["casework.take"])
        .values("person_id")
    )


def transfer_case(
    *,
    case: Case,
    actor: Actor,
    queue: Organization,
    reason: str,
    expected_version: int | None = None,
) -> Case:
    """Move a case to another unit's queue; the clock goes on.

    Raises:
        ValidationError: no reason, or the organization has no queue.
        Refused: the case is in that queue already.
    """
    reason = require_text("reason", reason, "why you transfer it")
    if not queue.has_queue or not queue.is_active:
        raise ValidationError({"queue": "Choose a unit that has a queue."})

    def effect(case: Case) -> Change:
        if case.queue_id == queue.pk:
            raise Refused("The case is in that queue already.")
        return Change(
            columns={"queue": queue, "owner": None},
            note=reason,
            event_data={"from_queue": case.queue_id, "to_queue": queue.pk},
            fields=["queue", "owner"],
        )

    return perform(
        case=case, act_key="transfer", actor=actor, expected_version=expected_version, effect=effect
    )


def add_note(
    *,
    case: Case,
    actor: Actor,
    body: str,
    mentions: Sequence[Person] = (),
    expected_version: int | None = None,
) -> Case:
    """Write an internal note; nobody outside the exchange ever sees one.

    A note overwrites nothing, so a stale version does not stop it.
    """
    body = require_text("body", body, "the note")
    change = Change(
        note=body,
        note_kind=Note.Kind.INTERNAL,
        mentions=mentions,
        notifies=None if mentions else (),
        fields=["notes"],
    )
    return perform(case=case, act_key="note", actor=actor, effect=lambda case: change)


def attach_document(
    *,
    case: Case,
    actor: Actor,
    document: Document,
    audience: str = Audience.INTERNAL,
    expected_version: int | None = None,
) -> Case:
    """Put a stored document on a case; ``audience`` says who may fetch it."""

    def effect(case: Case) -> Change:
        Attachment.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            document=document,
            audience=audience,
            added_by=actor.person,
        )
        return Change(event_data={"document": document.pk}, fields=["attachments"])

    return perform(case=case, act_key="attach", actor=actor, effect=effect)


@transaction.atomic
def attach_file(
    *,
    case: Case,
    actor: Actor,
    file: ScreenedFile,
    audience: str = Audience.INTERNAL,
    expected_version: int | None = None,
) -> Case:
    """Store a file and put it on a case.

    Raises:
        UploadRefused: the storage is full, or the actor's share of it for today is.
    """
    document = store_document(
        exchange=actor.exchange,
        file=file,
        purpose=Document.Purpose.ATTACHMENT,
        uploaded_by=actor.person,
    )
    return attach_document(case=case, actor=actor, document=document, audience=audience)


def link_cases(
    *,
    case: Case,
    actor: Actor,
    other: Case,
    kind: str = CaseLink.Kind.RELATED,
    expected_version: int | None = None,
) -> Case:
    """Link two cases the actor may both know of."""

    def effect(case: Case) -> Change:
        other_case = lock_case(other.pk, actor=actor)
        if other_case.pk == case.pk:
            raise ValidationError({"other": "A case cannot be linked to itself."})
        create_link(child=case, parent=other_case, kind=kind)
        return Change(event_data={"other": other_case.pk, "kind": kind}, fields=["links"])

    return perform(case=case, act_key="link", actor=actor, effect=effect)


def create_link(*, child: Case, parent: Case, kind: str) -> CaseLink:
    """The link row itself.

    Raises:
        ValidationError: the two are linked like this already.
    """
    try:
        with transaction.atomic():
            return CaseLink.objects.create(
                exchange_id=child.exchange_id, from_case=child, to_case=parent, kind=kind
            )
    except IntegrityError:
        raise ValidationError({"other": "These two cases are linked already."}) from None


def watch_case(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Be told of every change of a case."""

    def effect(case: Case) -> Change:
        assign_perm("watch_case", actor.person, case)
        return Change()

    return perform(case=case, act_key="watch", actor=actor, effect=effect)


def unwatch_case(*, case: Case, actor: Actor, expected_version: int | None = None) -> Case:
    """Stop being told."""

    def effect(case: Case) -> Change:
        remove_perm("watch_case", actor.person, case)
        return Change()

    return perform(case=case, act_key="unwatch", actor=actor, effect=effect)


@transaction.atomic
def act_on_many(
    *,
    actor: Actor,
    numbers: Sequence[str],
    act_key: str,
    progress: Callable[[int, int], None] | None = None,
    **data: object,
) -> list[Case]:
    """Perform one act on many cases: all or none, a row of history on each.

    Args:
        progress: told after each case how many are done, of how many.

    Raises:
        ValidationError: a number is none of the actor's cases, or a case refuses; names it.
    """
    wanted = list(dict.fromkeys(numbers))
    found = {c.number: c for c in Case.objects.visible_to(actor).filter(number__in=wanted)}
    if missing := [number for number in wanted if number not in found]:
        raise ValidationError(f"Not found: {', '.join(missing)}. Nothing was changed.")
    changed = []
    for number in sorted(wanted):  # one order for everybody, so that two bulk acts cannot lock up
        case = found[number]
        door = kinds.get(case.kind).doors.get(act_key)
        if door is None:
            raise ValidationError(f"{number}: this kind of case has no such action.")
        try:
            changed.append(door.service(case=case, actor=actor, **data))
        except Refused as refusal:
            raise ValidationError(f"{number}: {refusal} Nothing was changed.") from refusal
        except ValidationError as error:
            reasons = " ".join(error.messages)
            raise ValidationError(f"{number}: {reasons} Nothing was changed.") from error
        if progress:
            progress(len(changed), len(wanted))
    return changed
