"""Signing a release online: a link, a one-time passcode, the text, a typed name, sealed evidence.

Link and passcode go to the constituent's own address in two messages. Whoever holds only the link
learns the names of the exchange and of the office, nothing of the case.
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from escalations.releases import evidence, text
from escalations.releases.models import DigitalRelease, Release
from escalations.releases.services import days_in_force, tell
from portal.casework.machine import Audience, Refused
from portal.casework.models import Attachment, Case, OutboxMessage
from portal.casework.services import Change, add_event, enqueue, wake_dispatcher
from portal.clocks.services import zone
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.services import store_document
from portal.documents.ssn import contains_ssn
from portal.fields import blind_index, blind_indexes
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.services import hash_token

LINK_HOURS = 72
PASSCODE_MINUTES = 10
PASSCODE_SENDS = 3
#: Wrong tries over all passcodes of one link; then the link is locked for good.
WRONG_TRIES = 5
#: How long a right passcode keeps the form open.
SIGNING_MINUTES = 30

_CHANNEL = "digital_release"


class Guess(StrEnum):
    """What became of a passcode somebody entered."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True)
class Delivery:
    """What a message to the constituent holds; never kept, logged or queued."""

    address: str
    link: str
    passcode: str


@transaction.atomic
def request_signature(*, actor: Actor, case: Case, contact: str) -> DigitalRelease:
    """Send the constituent a link to sign a release for the office that brought the case.

    An earlier link of the same case stops working.

    Args:
        contact: the constituent's e-mail address.

    Raises:
        NotAllowed: only External Affairs may.
        Case.DoesNotExist: the actor may not know of the case.
        Refused: the case was brought by nobody a release could name.
        ValidationError: the address is no e-mail address; names the field.
    """
    actor.require("releases.request_digital")
    if actor.person is None:
        raise NotAllowed("releases.request_digital", "A person must send this link.")
    case = Case.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=case.pk)
    if case.organization_id is None:
        raise Refused(
            "This case was not brought by an office, so there is nobody to release it to."
        )
    try:
        validate_email(contact.strip())
    except ValidationError:
        raise ValidationError({"contact": "Enter the constituent's email address."}) from None
    now = timezone.now()
    case.digital_releases.filter(state=DigitalRelease.State.SENT).update(
        state=DigitalRelease.State.WITHDRAWN, finished_at=now, sealed_token="", sealed_passcode=""
    )
    secret = secrets.token_urlsafe(32)
    digital = DigitalRelease.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        office_id=case.organization_id,
        contact=contact.strip(),
        token_hash=hash_token(secret),
        sealed_token=f"{case.exchange_id}-{secret}",
        text_version=text.CURRENT,
        created_at=now,
        created_by=actor.person,
        expires_at=now + timedelta(hours=LINK_HOURS),
    )
    event = add_event(
        case=case,
        actor=actor,
        verb="release_link_sent",
        audience=Audience.INTERNAL,
        at=now,
        from_status=case.status,
        change=Change(event_data={"digital_release": digital.pk}),
    )
    enqueue(case=case, keys=["release.link"], event=event, data={"digital_release": digital.pk})
    _record(actor, digital, "link_sent")
    return digital


def find_open(token_secret: str, *, at: datetime) -> DigitalRelease | None:
    """The release a link leads to, if it can still be signed; the exchange must be set."""
    digital = (
        DigitalRelease.objects.filter(token_hash=hash_token(token_secret))
        .select_related("exchange", "office", "case")
        .first()
    )
    return digital if digital and digital.is_open(at) else None


def split_token(token: str) -> tuple[int, str] | None:
    """Exchange id and secret of a link's token; None when it has not that shape."""
    exchange_id, dash, secret = token.partition("-")
    if not dash or not exchange_id.isascii() or not exchange_id.isdigit() or len(exchange_id) > 18:
        return None
    return int(exchange_id), secret


@transaction.atomic
def send_passcode(*, digital: DigitalRelease) -> DigitalRelease:
    """Send a new passcode; the one before stops working.

    Raises:
        Refused: three were sent already, or the link no longer works.
    """
    now = timezone.now()
    digital = _lock(digital, now)
    if digital.passcodes_sent >= PASSCODE_SENDS:
        raise Refused("We have sent three passcodes, which is the most for one link.")
    passcode = f"{secrets.randbelow(10**6):06d}"
    digital.passcodes_sent += 1
    digital.passcode_hash = _passcode_hash(digital, passcode)
    digital.sealed_passcode = passcode
    digital.passcode_expires_at = now + timedelta(minutes=PASSCODE_MINUTES)
    digital.save()
    OutboxMessage.objects.create(
        exchange_id=digital.exchange_id,
        key="release.passcode",
        case_id=digital.case_id,
        data={"digital_release": digital.pk},
        dedupe_key=f"release.passcode:{digital.pk}:{digital.passcodes_sent}",
    )
    wake_dispatcher()
    _record(_signer(digital), digital, "passcode_sent")
    return digital


@transaction.atomic
def check_passcode(*, digital: DigitalRelease, passcode: str) -> Guess:
    """Take one guess. A right passcode is used up; five wrong ones lock the link for good.

    Guesses queue on the row's lock and share one counter, so a hundred at once are five.
    """
    now = timezone.now()
    digital = (
        DigitalRelease.objects.select_for_update(of=("self",))
        .select_related("exchange", "case", "office")
        .get(pk=digital.pk)
    )
    if not digital.is_open(now) or digital.wrong_tries >= WRONG_TRIES:
        return Guess.LOCKED
    expires_at = digital.passcode_expires_at
    if not digital.passcode_hash or expires_at is None or expires_at <= now:
        return Guess.EXPIRED
    if _matches(digital, passcode):
        digital.passcode_hash, digital.sealed_passcode = "", ""
        digital.passcode_expires_at = None
        digital.save()
        _record(_signer(digital), digital, "passcode_accepted")
        return Guess.RIGHT
    digital.wrong_tries += 1
    if digital.wrong_tries < WRONG_TRIES:
        digital.save()
        _record(_signer(digital), digital, "passcode_refused")
        return Guess.WRONG
    _finish(digital, DigitalRelease.State.LOCKED, now)
    _add_event(digital, "release_link_locked", now)
    _record(_signer(digital), digital, "link_locked")
    return Guess.LOCKED


def text_of(digital: DigitalRelease, *, at: datetime) -> tuple[str, ...]:
    """The paragraphs the constituent is shown when they sign at the instant ``at``."""
    exchange = digital.exchange
    today = at.astimezone(zone(exchange.time_zone)).date()
    _, until = days_in_force(exchange=exchange, signed_on=today, starts_on=None, ends_on=None)
    words = text.Wording(
        exchange=exchange.name,
        office=digital.office.name,
        case_number=digital.case.number,
        until=until.date() - timedelta(days=1),
        contact=exchange.contact_email,
    )
    return tuple(text.release_text(digital.text_version, words))


@transaction.atomic
def sign(*, digital: DigitalRelease, name: str, agrees: bool) -> Release:
    """Take the constituent's signature and seal what they signed (EA-21).

    The release is received, not yet in force: External Affairs confirms it. The caller has seen a
    right passcode in this session.

    Raises:
        ValidationError: no name, or not agreed; names the field.
        Refused: the link no longer works.
    """
    name = " ".join(name.split())
    if not name:
        raise ValidationError({"name": "Type your full name."})
    if contains_ssn(name):
        raise SsnRefused("your name")
    if not agrees:
        raise ValidationError({"agrees": "Tick the box to sign, or leave this page."})
    now = timezone.now()
    digital = _lock(digital, now)
    today = now.astimezone(zone(digital.exchange.time_zone)).date()
    facts = {
        "text": list(text_of(digital, at=now)),
        "text_version": digital.text_version,
        "agreement": text.AGREEMENT,
        "name": name,
        "signed_at": now.isoformat(timespec="seconds"),
        "signed_on": today.isoformat(),
        "exchange": digital.exchange.name,
        "office": digital.office.name,
        "case_number": digital.case.number,
    }
    sha256 = evidence.seal(facts)
    document = store_document(
        exchange=digital.exchange,
        file=ContentFile(evidence.as_pdf(facts, sha256=sha256), name="Signed release.pdf"),
        purpose=Document.Purpose.EVIDENCE,
        uploaded_by=None,
        keep_original=True,
    )
    release = Release.objects.create(
        exchange_id=digital.exchange_id,
        case=digital.case,
        office=digital.office,
        channel=Release.Channel.DIGITAL,
        document=document,
        is_signed=True,
        is_dated=True,
        names_recipient=True,
        authorizes_details=True,
        signed_on=today,
        received_at=now,
    )
    Attachment.objects.create(
        exchange_id=digital.exchange_id,
        case=digital.case,
        document=document,
        audience=Audience.INTERNAL,
    )
    digital.release = release
    digital.evidence, digital.evidence_sha256 = facts, sha256
    _finish(digital, DigitalRelease.State.SIGNED, now)
    signer = _signer(digital)
    _record(signer, digital, "signed", release=release.pk)
    tell(release, signer, "release_received", notifies=["release.received"])
    return release


@transaction.atomic
def decline(*, digital: DigitalRelease) -> DigitalRelease:
    """The constituent does not want to sign; External Affairs can see it, the office cannot.

    Raises:
        Refused: the link no longer works.
    """
    now = timezone.now()
    digital = _lock(digital, now)
    _finish(digital, DigitalRelease.State.DECLINED, now)
    _add_event(digital, "release_declined", now)
    _record(_signer(digital), digital, "declined")
    return digital


def address_and_secret(digital_release: DigitalRelease) -> Delivery:
    """Where the messages go and what they hold; for the wing that sends them.

    ``link`` or ``passcode`` is empty once it was sent (:func:`forget_secret`) or is void.
    """
    token = digital_release.sealed_token
    path = reverse("releases:sign", args=[token]) if token else ""
    return Delivery(
        address=digital_release.contact,
        link=f"{settings.PUBLIC_URL}{path}" if path else "",
        passcode=digital_release.sealed_passcode,
    )


@transaction.atomic
def forget_secret(*, digital_release: DigitalRelease, key: str) -> None:
    """After a message left: keep only the hash of what it held.

    Args:
        key: of the message, ``release.link`` or ``release.passcode``.
    """
    column = {"release.link": "sealed_token", "release.passcode": "sealed_passcode"}[key]
    rows = DigitalRelease.objects.filter(pk=digital_release.pk)
    rows.update(**{column: ""})


def _lock(digital: DigitalRelease, now: datetime) -> DigitalRelease:
    digital = (
        DigitalRelease.objects.select_for_update(of=("self",))
        .select_related("exchange", "case", "office")
        .get(pk=digital.pk)
    )
    if not digital.is_open(now):
        raise Refused("This link no longer works.")
    return digital


def _finish(digital: DigitalRelease, state: str, now: datetime) -> None:
    digital.state, digital.finished_at = state, now
    digital.sealed_token = digital.sealed_passcode = digital.passcode_hash = ""
    digital.save()


def _purpose(digital: DigitalRelease) -> str:
    return f"releases.passcode.{digital.pk}"


def _passcode_hash(digital: DigitalRelease, passcode: str) -> str:
    # Keyed: of six digits a plain hash would be no secret.
    return blind_index(passcode, _purpose(digital))


def _matches(digital: DigitalRelease, passcode: str) -> bool:
    digits = "".join(passcode.split())[:12]
    # Every key is compared, so that the time tells nothing.
    found = [
        hmac.compare_digest(candidate, digital.passcode_hash)
        for candidate in blind_indexes(digits, _purpose(digital))
    ]
    return any(found)


def _signer(digital: DigitalRelease) -> Actor:
    """The constituent has no account; their acts are the system's, by the channel of the link."""
    return Actor.system(digital.exchange, channel=_CHANNEL)


def _add_event(digital: DigitalRelease, verb: str, now: datetime) -> None:
    add_event(
        case=digital.case,
        actor=_signer(digital),
        verb=verb,
        audience=Audience.INTERNAL,
        at=now,
        from_status=digital.case.status,
        change=Change(event_data={"digital_release": digital.pk}),
    )


def _record(
    actor: Actor, digital: DigitalRelease, what: str, *, release: int | None = None
) -> None:
    record(
        actor=actor,
        action=f"releases.{what}",
        cases=[digital.case_id],
        release=release,
        data={"digital_release": digital.pk},
    )
