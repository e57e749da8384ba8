"""What an entry's page shows, and how two of its versions differ."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.utils.safestring import SafeString

from portal.tenancy.actor import Actor
from portal.toolkits.markdown import render
from portal.toolkits.models import HISTORY, WRITE, Entry, EntryVersion, Language


@dataclass(frozen=True)
class PastVersion:
    """One line of an entry's history. ``published_by`` is empty for readers outside."""

    number: int
    published_at: datetime
    published_by: str
    change_note: str
    is_current: bool


@dataclass(frozen=True)
class VersionView:
    """One version as its readers see it."""

    key: str
    number: int
    kind: str
    title: str
    summary: str
    html: SafeString
    language: Language
    readers: str
    as_of: date | None
    is_coming_soon: bool
    link: str
    topics: Sequence[str]
    has_file: bool
    file_type: str
    file_bytes: int
    revision: int
    is_published: bool
    written_by: str
    written_at: datetime


@dataclass(frozen=True)
class EntryView:
    """An entry's page: the published version, its history, and what the reader may do."""

    version: VersionView
    state: str
    state_label: str
    history: Sequence[PastVersion]
    draft: VersionView | None
    may_write: bool
    may_read_history: bool


@dataclass(frozen=True)
class Line:
    """A line of a comparison: ``same``, ``added`` or ``removed``."""

    sign: str
    text: str


def project_entry(actor: Actor, entry: Entry) -> EntryView:
    """The page of an entry the actor may know of; one never published shows its draft."""
    versions = list(entry.versions.select_related("published_by", "written_by", "document"))
    draft = next((row for row in versions if row.published_at is None), None)
    shown = next((row for row in versions if row.pk == entry.current_id), draft)
    assert shown is not None  # an entry is begun with its first version
    return EntryView(
        version=project_version(entry, shown),
        state=entry.state,
        state_label=entry.get_state_display(),
        history=[_past(actor, entry, row) for row in versions if row.published_at],
        draft=project_version(entry, draft) if draft and actor.may(WRITE) else None,
        may_write=actor.may(WRITE),
        may_read_history=actor.may(HISTORY),
    )


def project_version(entry: Entry, version: EntryVersion) -> VersionView:
    """One version of an entry; its ``document`` and ``written_by`` have been fetched with it."""
    document = version.document
    return VersionView(
        key=entry.key,
        number=version.number,
        kind=version.get_kind_display(),
        title=version.title,
        summary=version.summary,
        html=render(version.body),
        language=Language(version.language),
        readers=version.get_readers_display(),
        as_of=version.as_of,
        is_coming_soon=version.is_coming_soon,
        link=version.link,
        topics=version.topics,
        has_file=document is not None,
        file_type=document.content_type.rpartition("/")[2].upper() if document else "",
        file_bytes=document.size if document else 0,
        revision=version.revision,
        is_published=version.published_at is not None,
        written_by=version.written_by.full_name if version.written_by else "System",
        written_at=version.written_at,
    )


def changes_between(older: EntryVersion | None, newer: EntryVersion) -> list[Line]:
    """The text of ``newer`` line by line, against ``older``; empty where nothing was before."""
    if older is None:
        return []
    before, after = (_lines(version) for version in (older, newer))
    signs = {" ": "same", "+": "added", "-": "removed"}
    compared = difflib.ndiff(before, after)
    return [Line(signs[line[0]], line[2:]) for line in compared if line[0] in signs]


def _lines(version: EntryVersion) -> list[str]:
    return [version.title, version.summary, *version.body.splitlines()]


def _past(actor: Actor, entry: Entry, version: EntryVersion) -> PastVersion:
    assert version.published_at is not None
    name = version.published_by.full_name if version.published_by else "System"
    return PastVersion(
        number=version.number,
        published_at=version.published_at,
        published_by="" if actor.is_outside else name,
        change_note=version.change_note,
        is_current=version.pk == entry.current_id,
    )
