"""Writes on toolkit entries: begun, saved, published, withdrawn, counted.

A published version stays as it is. Changing an entry means writing its next version; readers keep
the one that is published until the next one is.
"""

from dataclasses import asdict, dataclass, field, replace
from datetime import date

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F, Max
from django.utils import timezone
from django.utils.text import slugify

from portal.casework.machine import Conflict, Refused
from portal.clocks.reckoning import zone
from portal.documents.models import Document
from portal.documents.parsing import Refusal
from portal.documents.refusals import SsnRefused, UploadRefused
from portal.documents.sandbox import read_text_safely
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange
from portal.toolkits.markdown import clean_text, plain_text
from portal.toolkits.models import WRITE, Entry, EntryUse, EntryVersion, Kind, Language, Readers

#: Characters of a body; topics of an entry, and characters of each.
MOST_BODY, MOST_TOPICS, MOST_TOPIC = 40_000, 8, 40
#: Ends of addresses that belong to pages.
RESERVED = frozenset({"add", "downloads", "drafts", "search", "suggest"})
#: Columns this module sets, whatever was entered.
_SET_HERE = frozenset(
    {"entry", "document", "document_text", "written_by", "published_by", "published_at"}
)


@dataclass(frozen=True)
class Content:
    """What a version says, but for its file."""

    title: str
    summary: str
    kind: str = Kind.JOB_AID
    body: str = ""
    readers: str = Readers.EVERYONE
    language: str = Language.ENGLISH
    #: Local day it is accurate as of (EP-02); an entry that is coming soon needs none.
    as_of: date | None = None
    is_coming_soon: bool = False
    link: str = ""
    topics: list[str] = field(default_factory=list)
    change_note: str = ""


def local_today(exchange: Exchange) -> date:
    """The day it is in the exchange's zone."""
    return timezone.now().astimezone(zone(exchange.time_zone)).date()


@transaction.atomic
def add_entry(
    *, actor: Actor, content: Content, key: str = "", file: ScreenedFile | None = None
) -> Entry:
    """Begin an entry with its first version; nobody but its writers sees it yet.

    Args:
        key: the end of its address; made from the title when empty.

    Raises:
        NotAllowed: the actor may not write toolkits.
        ValidationError: the address is taken, or a field is not valid; names it.
        SsnRefused: a text holds a Social Security number.
    """
    _require(actor)
    entry = Entry(exchange=actor.exchange, key=key or slugify(content.title)[:80].strip("-"))
    if entry.key in RESERVED:
        raise ValidationError({"key": "This address belongs to a page. Choose another."})
    try:
        entry.full_clean(exclude=["current"])
    except ValidationError as error:
        if "key" in error.message_dict:
            reason = "Use lower-case letters, digits and hyphens."
        else:
            reason = "Another entry has this address. Choose another."
        raise ValidationError({"key": reason}) from None
    entry.save()
    _write(actor, EntryVersion(exchange=actor.exchange, entry=entry, number=1), content, file)
    record(actor=actor, action="toolkits.added", data={"entry": entry.pk})
    return entry


@transaction.atomic
def save_draft(
    *,
    actor: Actor,
    entry: Entry,
    content: Content,
    file: ScreenedFile | None = None,
    remove_file: bool = False,
    expected_revision: int = 0,
) -> EntryVersion:
    """Save the version in the making, beginning it where there is none.

    A version that is begun takes the file of the published one along.

    Args:
        remove_file: leave out the file there was; a new ``file`` replaces it anyway.
        expected_revision: the draft's revision the actor was looking at; 0: there was none.

    Raises:
        NotAllowed: the actor may not write toolkits.
        Entry.DoesNotExist: the actor's exchange has no such entry.
        Conflict: somebody saved it since; names the revision that stands now.
        ValidationError: a field is not valid; names it.
        SsnRefused: a text holds a Social Security number.
    """
    _require(actor)
    entry = _lock(actor, entry)
    draft = entry.versions.filter(published_at=None).first()
    if (draft.revision if draft else 0) != expected_revision:
        raise Conflict(
            "Somebody else changed this entry while you had it open. Nothing of yours was saved"
            " yet: compare, then save again.",
            current_version=draft.revision if draft else 0,
        )
    if draft is None:
        last = entry.versions.aggregate(last=Max("number"))["last"] or 0
        draft = EntryVersion(exchange=actor.exchange, entry=entry, number=last + 1, revision=0)
        if entry.current is not None:
            draft.document = entry.current.document
            draft.document_text = entry.current.document_text
    if remove_file:
        draft.document, draft.document_text = None, ""
    draft.revision += 1
    _write(actor, draft, content, file)
    record(actor=actor, action="toolkits.written", data=_ids(draft))
    return draft


@transaction.atomic
def publish_version(*, actor: Actor, version: EntryVersion, expected_revision: int) -> Entry:
    """Let readers have this version from now on, in the place of the one before.

    Args:
        expected_revision: the revision the actor has read.

    Raises:
        NotAllowed: the actor may not write toolkits.
        EntryVersion.DoesNotExist: the actor's exchange has no such version.
        Refused: it is published already.
        Conflict: somebody saved it since; names the revision that stands now.
        ValidationError: something readers need is missing; names the field.
    """
    _require(actor)
    entry = _lock(actor, version.entry)
    version = entry.versions.get(pk=version.pk)
    if version.published_at is not None:
        raise Refused("This version is published already. Write the next one to change it.")
    if version.revision != expected_revision:
        raise Conflict(
            "Somebody else changed this version since you read it. Read it again, then publish.",
            current_version=version.revision,
        )
    _require_complete(version)
    version.published_by, version.published_at = actor.person, timezone.now()
    version.save(update_fields=["published_by", "published_at"])
    entry.current = version
    _set_state(entry, Entry.State.PUBLISHED)
    record(actor=actor, action="toolkits.published", data=_ids(version))
    return entry


@transaction.atomic
def discard_draft(*, actor: Actor, entry: Entry) -> Entry:
    """Throw away the version in the making; what is published stays.

    Raises:
        NotAllowed: the actor may not write toolkits.
        Entry.DoesNotExist: the actor's exchange has no such entry.
        Refused: there is none, or it is the entry's first.
    """
    _require(actor)
    entry = _lock(actor, entry)
    draft = entry.versions.filter(published_at=None).first()
    if draft is None:
        raise Refused("No version of this entry is in the making.")
    if entry.current_id is None:
        raise Refused("This is the entry's first version. Withdraw the entry instead.")
    record(actor=actor, action="toolkits.discarded", data=_ids(draft))
    draft.delete()
    return entry


@transaction.atomic
def withdraw_entry(*, actor: Actor, entry: Entry) -> Entry:
    """Take an entry away from its readers; its history stays.

    Raises:
        NotAllowed: the actor may not write toolkits.
        Entry.DoesNotExist: the actor's exchange has no such entry.
        Refused: it is withdrawn already.
    """
    _require(actor)
    entry = _lock(actor, entry)
    if entry.state == Entry.State.WITHDRAWN:
        raise Refused("This entry is withdrawn already.")
    _set_state(entry, Entry.State.WITHDRAWN)
    record(actor=actor, action="toolkits.withdrawn", data={"entry": entry.pk})
    return entry


@transaction.atomic
def restore_entry(*, actor: Actor, entry: Entry) -> Entry:
    """Give a withdrawn entry back to its readers, as it was.

    Raises:
        NotAllowed: the actor may not write toolkits.
        Entry.DoesNotExist: the actor's exchange has no such entry.
        Refused: it is not withdrawn.
    """
    _require(actor)
    entry = _lock(actor, entry)
    if entry.state != Entry.State.WITHDRAWN:
        raise Refused("This entry is not withdrawn.")
    _set_state(entry, Entry.State.PUBLISHED if entry.current_id else Entry.State.DRAFT)
    record(actor=actor, action="toolkits.restored", data={"entry": entry.pk})
    return entry


@transaction.atomic
def count_use(*, actor: Actor, entry: Entry) -> None:
    """Count that somebody opened an entry today; who it was is not kept.

    Raises:
        Entry.DoesNotExist: it is not published for the actor.
    """
    entry = Entry.objects.visible_to(actor).published().get(pk=entry.pk)
    # One statement, so that readers of the same moment do not wait for each other's page.
    EntryUse.objects.bulk_create(
        [EntryUse(exchange=actor.exchange, entry=entry, day=local_today(actor.exchange))],
        ignore_conflicts=True,
    )
    uses = EntryUse.objects.filter(entry=entry, day=local_today(actor.exchange))
    uses.update(count=F("count") + 1)


def _require(actor: Actor) -> None:
    if not actor.is_system:
        actor.require(WRITE)


def _lock(actor: Actor, entry: Entry) -> Entry:
    rows = Entry.objects.visible_to(actor).select_for_update(of=("self",))
    return rows.select_related("current").get(pk=entry.pk)


def _set_state(entry: Entry, state: Entry.State) -> None:
    entry.state, entry.changed_at = state, timezone.now()
    entry.save(update_fields=["state", "current", "changed_at"])


def _ids(version: EntryVersion) -> dict[str, int]:
    return {"entry": version.entry_id, "version": version.number}


def _write(
    actor: Actor, version: EntryVersion, content: Content, file: ScreenedFile | None
) -> None:
    content = _tidy(content)
    for name, value in asdict(content).items():
        _refuse_ssn(name, value)
        setattr(version, name, value)
    version.text = plain_text(version.body)
    version.written_by, version.written_at = actor.person, timezone.now()
    if len(version.body) > MOST_BODY:
        raise ValidationError({"body": f"Write at most {MOST_BODY:,} characters."})
    if version.link and not version.link.startswith("https://"):
        raise ValidationError({"link": "Give an address that begins with https://."})
    if file is not None:
        version.document_text = _words_of(file)
    version.full_clean(exclude=_SET_HERE)
    if file is not None:
        version.document = store_document(
            exchange=actor.exchange,
            file=file,
            purpose=Document.Purpose.TOOLKIT,
            uploaded_by=actor.person,
        )
    version.save()


def _tidy(content: Content) -> Content:
    topics = list(dict.fromkeys(" ".join(clean_text(topic).split()) for topic in content.topics))
    if len(topics) > MOST_TOPICS or any(len(topic) > MOST_TOPIC for topic in topics):
        raise ValidationError(
            {"topics": f"Give at most {MOST_TOPICS} topics of {MOST_TOPIC} characters each."}
        )
    return replace(
        content,
        title=" ".join(clean_text(content.title).split()),
        summary=" ".join(clean_text(content.summary).split()),
        body=clean_text(content.body.replace("\r\n", "\n")).strip(),
        link=content.link.strip(),
        topics=[topic for topic in topics if topic],
        change_note=" ".join(clean_text(content.change_note).split()),
    )


def _refuse_ssn(name: str, value: object) -> None:
    texts = value if isinstance(value, list) else [value]
    if any(isinstance(text, str) and contains_ssn(text) for text in texts):
        raise SsnRefused(f"“{name.replace('_', ' ')}”")


def _words_of(file: ScreenedFile) -> str:
    if file.content_type != "application/pdf":
        return ""
    try:
        return clean_text(read_text_safely(file.content))
    except Refusal as refusal:
        raise UploadRefused(refusal.code) from None


def _require_complete(version: EntryVersion) -> None:
    if version.is_coming_soon:
        return
    if version.as_of is None:
        raise ValidationError({"as_of": "Say as of which day this is accurate."})
    if not (version.body or version.link or version.document_id):
        raise ValidationError({"body": "Write the text, give a link, or add a file."})
