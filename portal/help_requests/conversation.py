"""What the team and the enroller say to each other, with files (C.4 5)."""

from collections.abc import Sequence

from django.db import transaction

from portal.casework.machine import Audience
from portal.casework.models import Case, Note
from portal.casework.services import Change, Effect, perform
from portal.documents.models import Document
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.help_requests.services import add_documents, check_text, require_concerned
from portal.tenancy.actor import Actor


def ask_enroller(
    *, case: Case, actor: Actor, missing: str, expected_version: int | None = None
) -> Case:
    """Ask the enroller for something; after ten business days without an answer it is resolved."""
    missing = check_text("missing", missing, "what is needed")
    return perform(
        case=case,
        act_key="ask_enroller",
        actor=actor,
        expected_version=expected_version,
        effect=_said(missing, Note.Kind.CONTACT),
    )


def record_answer(
    *, case: Case, actor: Actor, answer: str, expected_version: int | None = None
) -> Case:
    """Record what the enroller answered by telephone or mail; the team's clock runs again."""
    answer = check_text("answer", answer, "what the enroller answered")
    return perform(
        case=case,
        act_key="enroller_answered",
        actor=actor,
        expected_version=expected_version,
        effect=_said(answer, Note.Kind.MESSAGE),
    )


def answer_enroller(
    *,
    case: Case,
    actor: Actor,
    body: str,
    uploads: Sequence[ScreenedFile] = (),
    expected_version: int | None = None,
) -> Case:
    """Write to the enroller without an end yet."""
    body = check_text("body", body, "the message")
    return _send(
        case=case,
        actor=actor,
        act_key="answer_enroller",
        effect=_said(body, Note.Kind.UPDATE),
        uploads=uploads,
        expected_version=expected_version,
    )


def write_to_team(
    *,
    case: Case,
    actor: Actor,
    act_key: str,
    body: str,
    uploads: Sequence[ScreenedFile] = (),
    expected_version: int | None = None,
) -> Case:
    """The enroller writes: an answer to what was asked, or a message of their own.

    Args:
        act_key: ``enroller_replied`` while the request waits for them, else ``enroller_wrote``.

    Raises:
        Refused: the actor is neither the requester nor a lead, or has lost the consumer.
        SsnRefused: the text holds a Social Security number; nothing is kept.
        UploadRefused: a file cannot be stored; nothing is kept.
    """
    body = check_text("body", body, "your message")
    said = _said(body, Note.Kind.MESSAGE)

    def effect(case: Case) -> Change | None:
        require_concerned(case, actor)
        return said(case)

    return _send(case=case, actor=actor, act_key=act_key, effect=effect, uploads=uploads)


def _said(text: str, kind: str) -> Effect:
    """A note that team and enroller can both read."""

    def effect(case: Case) -> Change:
        return Change(
            note=text, note_kind=kind, note_audience=Audience.DETAIL, fields=["conversation"]
        )

    return effect


@transaction.atomic
def _send(
    *,
    case: Case,
    actor: Actor,
    act_key: str,
    effect: Effect,
    uploads: Sequence[ScreenedFile],
    expected_version: int | None = None,
) -> Case:
    case = perform(
        case=case,
        act_key=act_key,
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )
    documents = [
        store_document(
            exchange=actor.exchange,
            file=file,
            purpose=Document.Purpose.ATTACHMENT,
            uploaded_by=actor.person,
        )
        for file in uploads
    ]
    add_documents(case=case, actor=actor, documents=documents)
    return case
