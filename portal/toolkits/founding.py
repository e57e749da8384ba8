"""Giving an exchange its first entries; the system writes and publishes them."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.core.files.base import ContentFile
from django.db import transaction

from portal.documents.screening import screen_upload
from portal.tenancy.actor import Actor
from portal.toolkits import services
from portal.toolkits.models import Entry
from portal.toolkits.services import Content


@dataclass(frozen=True)
class EntrySpec:
    """One entry: its address, what it says, and what it said before, oldest first."""

    key: str
    content: Content
    earlier: tuple[Content, ...] = ()
    #: Name and bytes of its file.
    file: tuple[str, bytes] | None = None


@transaction.atomic
def found_entries(*, actor: Actor, specs: Iterable[EntrySpec]) -> list[Entry]:
    """Add and publish the entries the exchange lacks; one that is there is left as it is.

    Args:
        actor: the exchange's system.
    """
    known = set(Entry.objects.filter(exchange=actor.exchange).values_list("key", flat=True))
    return [_found(actor, spec) for spec in specs if spec.key not in known]


def _found(actor: Actor, spec: EntrySpec) -> Entry:
    first, *later = (*spec.earlier, spec.content)
    file = None
    if spec.file is not None:
        name, written = spec.file
        file = screen_upload(ContentFile(written, name=name))
    entry = services.add_entry(actor=actor, content=first, key=spec.key, file=file)
    version = entry.versions.get()
    services.publish_version(actor=actor, version=version, expected_revision=version.revision)
    for content in later:
        version = services.save_draft(actor=actor, entry=entry, content=content)
        services.publish_version(actor=actor, version=version, expected_revision=version.revision)
    return entry
