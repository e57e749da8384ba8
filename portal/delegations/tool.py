"""The Delegation Tool: search, disclaimers, result, passcode, delegation (DL-01…DL-05, C.7a).

The passcode proves that the consumer takes part: it goes to a telephone number the exchange has on
file and nowhere else, and comes back through the enroller. Guessing is counted for the consumer,
not for a search, so no way around the count exists (decision 20, docs/decisions/0016).
"""

import hmac
import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Case, F, Q, Value, When
from django.utils import timezone
from django.views.decorators.debug import sensitive_variables

from portal.casework.machine import Refused
from portal.casework.models import OutboxMessage
from portal.casework.services import wake_dispatcher
from portal.consumers import book
from portal.consumers.mirror import Consumer, Delegation
from portal.delegations.disclaimers import LANGUAGES, current_disclaimers, rules_of
from portal.delegations.matching import match_consumer, name_forms, phone_digits, phones_on_file
from portal.delegations.messages import CONFIRMED, PASSCODE, tell_previous
from portal.delegations.models import PasscodeGuard, ToolSearch
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.fields import blind_index, blind_indexes
from portal.ledger.models import LedgerEntry
from portal.ledger.services import record
from portal.tenancy.actor import Actor, NotAllowed
from portal.tenancy.models import Organization

SEARCH: Final = "delegations.search"
#: How long a search waits for its next step.
SESSION_MINUTES: Final = 15
PASSCODE_MINUTES: Final = 10
#: Passcodes for one consumer within :data:`LOCK_HOURS`, whoever asks for them.
PASSCODE_SENDS: Final = 3
#: Wrong passcodes for one consumer, whoever enters them; then nobody can enter any.
WRONG_TRIES: Final = 5
LOCK_HOURS: Final = 24
_WINDOW: Final = timedelta(hours=LOCK_HOURS)
_HOUR: Final = timedelta(hours=1)

Step = ToolSearch.Step
_RESULTS: Final = {
    ToolSearch.Found.NONE: Step.NOT_FOUND,
    ToolSearch.Found.SEVERAL: Step.MULTIPLE,
    ToolSearch.Found.ONE: Step.MATCH,
}


class Guess(StrEnum):
    """What became of a passcode somebody entered."""

    RIGHT = "right"
    WRONG = "wrong"
    EXPIRED = "expired"
    LOCKED = "locked"


@dataclass(frozen=True)
class Guessed:
    """A guess, and what the page says about it."""

    guess: Guess
    #: Tries that are left, of a wrong one.
    left: int = 0
    #: When passcodes can be entered again (UTC), of a locked one.
    until: datetime | None = None


@dataclass(frozen=True)
class Secret:
    """What a text to the consumer holds and where it goes; never kept, logged or queued."""

    number: str
    passcode: str


@sensitive_variables("ssn")
def search_consumer(*, actor: Actor, name: str, date_of_birth: date, ssn: str = "") -> ToolSearch:
    """Look for a consumer; what was found shows once the disclaimers are accepted.

    Must run in a transaction: a refused search is recorded in it before the refusal is raised.

    Args:
        ssn: nine digits, or nothing. Compared by keyed hash within this call, kept nowhere.

    Raises:
        NotAllowed: the actor may not use the tool, or acts for nobody.
        ValidationError: the name holds no letters; names the field.
        SsnRefused: the name holds a Social Security number.
        Refused: too many searches within the hour.
    """
    actor.require(SEARCH)
    if actor.person is None or actor.organization is None:
        raise NotAllowed(SEARCH, "An enroller of an agency or entity must search.")
    name = " ".join(name.split())
    if not name_forms(name):
        raise ValidationError({"name": "Enter the consumer's full name."})
    if contains_ssn(name):
        raise SsnRefused("the name")
    now = timezone.now()
    _claim_search(actor, actor.organization, now)
    match = match_consumer(exchange=actor.exchange, name=name, born=date_of_birth, ssn=ssn)
    search = ToolSearch.objects.create(
        exchange=actor.exchange,
        person=actor.person,
        organization=actor.organization,
        typed_name=name,
        found=match.found,
        consumer_id=match.consumer_id,
        disclaimers=current_disclaimers(actor.exchange),
        started_at=now,
        expires_at=now + timedelta(minutes=SESSION_MINUTES),
    )
    _record(actor, search, "searched")
    return search


@transaction.atomic
def accept_disclaimers(
    *, actor: Actor, search: ToolSearch, accepted: int, language: str = "en"
) -> ToolSearch:
    """Note that the consumer has heard and accepted every statement, and reach the result.

    Args:
        accepted: how many boxes were ticked.
        language: in which the statements were read out.

    Raises:
        NotAllowed: the actor may not use the tool.
        ToolSearch.DoesNotExist: the search is not the actor's.
        ValidationError: a box is open; names the field.
        Refused: the search is over or past this step.
    """
    now = timezone.now()
    search = _lock(actor, search, now, Step.DISCLAIMERS)
    if accepted < len(search.disclaimers.statements()):
        raise ValidationError({"statements": "Tick every box once the consumer agrees."})
    if language not in dict(LANGUAGES):
        raise ValidationError({"language": "Choose one of the languages."})
    search.accepted_at, search.language = now, language
    search.step = _result(actor, search)
    _go_on(search, now)
    _record(actor, search, "disclaimers_accepted")
    return search


@transaction.atomic
def send_passcode(*, actor: Actor, search: ToolSearch, phone: str) -> ToolSearch:
    """Send the consumer a passcode by text; the one before stops working.

    It goes out only if ``phone`` is a number on file for the case. The answer, the count and the
    time are the same if it is not, so that the tool tells nobody which number is on file.

    Args:
        phone: the consumer's cell phone as the enroller entered it; not kept.

    Raises:
        NotAllowed: the actor may not use the tool.
        ToolSearch.DoesNotExist: the search is not the actor's.
        ValidationError: this is no telephone number; names the field.
        Refused: three were sent within a day, the consumer is locked, or the search is over.
    """
    now = timezone.now()
    search = _lock(actor, search, now, Step.MATCH, Step.PASSCODE_SENT)
    digits = phone_digits(phone)
    if not digits:
        raise ValidationError({"phone": "Enter a cell phone number of ten digits."})
    consumer = _consumer_of(search)
    _claim_send(_guard_of(consumer), now)
    passcode = f"{secrets.randbelow(10**6):06d}"
    is_on_file = sum(hmac.compare_digest(digits, one) for one in phones_on_file(consumer)) > 0
    search.step = Step.PASSCODE_SENT
    search.passcode_hash = blind_index(passcode, _purpose(search))
    search.passcode_expires_at = now + timedelta(minutes=PASSCODE_MINUTES)
    search.sealed_passcode = passcode if is_on_file else ""
    search.text_to = digits if is_on_file else ""
    _go_on(search, now)
    sends = PasscodeGuard.objects.get(consumer=consumer).sends
    _enqueue_text(search, PASSCODE, unique=f"{now.timestamp()}:{sends}")
    _record(actor, search, "passcode_sent")
    return search


def check_passcode(*, actor: Actor, search: ToolSearch, passcode: str) -> Guessed:
    """Take one guess; a right one delegates the consumer to the actor and is used up.

    Each guess first claims one of the consumer's five tries by a conditional update, so that a
    hundred at once are five. A wrong guess must be kept: the caller's transaction may not be
    rolled back for it.

    Raises:
        NotAllowed: the actor may not use the tool.
        ToolSearch.DoesNotExist: the search is not the actor's.
        Refused: no passcode was sent, or the search is over.
    """
    now = timezone.now()
    with transaction.atomic():
        search = _own(actor, search)
        if search.step == Step.PASSCODE_SENT and _is_over(search, now):
            return _expire(actor, search, now)
        if search.step == Step.LOCKED:
            return Guessed(Guess.LOCKED, until=locked_until(search, at=now))
        if search.step != Step.PASSCODE_SENT:
            raise Refused("There is no passcode to enter here. Start a new search.")
        if search.passcode_expires_at is None or search.passcode_expires_at <= now:
            _record(actor, search, "passcode_expired", refused=True)
            return Guessed(Guess.EXPIRED)
        guard = _guard_of(_consumer_of(search))
        if not _claim_try(guard, now):
            return _lock_search(actor, search, guard, now)
        # A passcode that went nowhere is never right, whatever was drawn for it.
        if _matches(search, passcode) and search.text_to:
            _delegate(actor, search, guard, now)
            return Guessed(Guess.RIGHT)
        guard.refresh_from_db()
        _record(actor, search, "passcode_wrong", refused=True)
        if guard.wrong_tries < WRONG_TRIES:
            return Guessed(Guess.WRONG, left=WRONG_TRIES - guard.wrong_tries)
        guard.locked_until = now + _WINDOW
        guard.save(update_fields=["locked_until"])
        return _lock_search(actor, search, guard, now)


@transaction.atomic
def give_up(*, actor: Actor, search: ToolSearch) -> ToolSearch:
    """End a search without a delegation; what was typed is forgotten.

    Raises:
        NotAllowed: the actor may not use the tool.
        ToolSearch.DoesNotExist: the search is not the actor's.
    """
    search = _own(actor, search)
    if search.step in ToolSearch.OPEN:
        _finish(search, Step.FAILED, timezone.now())
        _record(actor, search, "search_given_up")
    return search


def locked_until(search: ToolSearch, *, at: datetime) -> datetime | None:
    """When passcodes for the search's consumer can be entered again (UTC); None: now."""
    guard = _guard_for(search)
    return guard.locked_until if guard and guard.locked_until and guard.locked_until > at else None


def sends_left(search: ToolSearch, *, at: datetime) -> int:
    """How many more passcodes can be sent for the search's consumer at the instant ``at``."""
    guard = _guard_for(search)
    if guard is None or guard.sends_since is None or guard.sends_since <= at - _WINDOW:
        return PASSCODE_SENDS
    return max(0, PASSCODE_SENDS - guard.sends)


def expire_searches(*, actor: Actor, now: datetime) -> int:
    """End the searches nobody went on with, and forget what was typed; returns how many."""
    rows = ToolSearch.objects.filter(
        exchange_id=actor.exchange_id, finished_at__isnull=True, expires_at__lte=now
    )
    with transaction.atomic():
        found = list(rows.select_for_update(of=("self",), skip_locked=True)[:1_000])
        for search in found:
            was_sent = search.step == Step.PASSCODE_SENT
            _finish(search, Step.EXPIRED if search.step in ToolSearch.OPEN else search.step, now)
            if was_sent:
                _record(actor, search, "passcode_expired", refused=True)
    return len(found)


def secret_of(search: ToolSearch) -> Secret:
    """Where the passcode goes and what it is, for the wing that sends it; empty once it left."""
    return Secret(search.text_to, search.sealed_passcode)


@transaction.atomic
def forget_passcode(*, search: ToolSearch) -> None:
    """After the text left, or cannot leave any more: keep only the hash."""
    ToolSearch.objects.filter(pk=search.pk).update(sealed_passcode="")


@transaction.atomic
def forget_number(*, search: ToolSearch) -> None:
    """After the last text left, or cannot leave any more."""
    ToolSearch.objects.filter(pk=search.pk).update(text_to="")


def _claim_search(actor: Actor, organization: Organization, now: datetime) -> None:
    """Count the searches of the last hour; those of one organization queue on its row."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    rules = rules_of(actor.exchange)
    recent = ToolSearch.objects.filter(exchange=actor.exchange, started_at__gt=now - _HOUR)
    if (
        recent.filter(person=actor.person).count() < rules.searches_per_person
        and recent.filter(organization=organization).count() < rules.searches_per_organization
    ):
        return
    record(actor=actor, action="delegations.search_limited", outcome=LedgerEntry.Outcome.REFUSED)
    raise Refused("You have reached the number of searches for one hour. Try again later.")


def _result(actor: Actor, search: ToolSearch) -> str:
    step = _RESULTS[ToolSearch.Found(search.found)]
    if step != Step.MATCH:
        return step
    consumer = _consumer_of(search)
    has = (consumer.organization_id, consumer.enroller_id)
    return Step.ALREADY if has == (search.organization_id, actor.person_id) else Step.MATCH


def _guard_for(search: ToolSearch) -> PasscodeGuard | None:
    return PasscodeGuard.objects.filter(consumer=search.consumer).first()


def _guard_of(consumer: Consumer) -> PasscodeGuard:
    guard, _ = PasscodeGuard.objects.get_or_create(
        consumer=consumer, defaults={"exchange_id": consumer.exchange_id}
    )
    return guard


def _claim_send(guard: PasscodeGuard, now: datetime) -> None:
    is_new = Q(sends_since=None) | Q(sends_since__lte=now - _WINDOW)
    claimed = (
        PasscodeGuard.objects.filter(pk=guard.pk)
        .filter(Q(locked_until=None) | Q(locked_until__lte=now))
        .filter(is_new | Q(sends__lt=PASSCODE_SENDS))
        .update(
            sends=Case(When(is_new, then=Value(1)), default=F("sends") + 1),
            sends_since=Case(When(is_new, then=Value(now)), default=F("sends_since")),
        )
    )
    if claimed:
        return
    guard.refresh_from_db()
    if guard.locked_until and guard.locked_until > now:
        raise Refused("Too many wrong passcodes were entered. No passcode can be sent now.")
    raise Refused(
        f"{PASSCODE_SENDS} passcodes were sent within {LOCK_HOURS} hours, which is the most."
        " Call the Service Center."
    )


def _claim_try(guard: PasscodeGuard, now: datetime) -> bool:
    """Take one of the consumer's tries, if there is one left; concurrent claims queue here."""
    is_new = Q(wrong_since=None) | Q(wrong_since__lte=now - _WINDOW) | Q(locked_until__lte=now)
    return bool(
        PasscodeGuard.objects.filter(pk=guard.pk)
        .filter(Q(locked_until=None) | Q(locked_until__lte=now))
        .filter(is_new | Q(wrong_tries__lt=WRONG_TRIES))
        .update(
            wrong_tries=Case(When(is_new, then=Value(1)), default=F("wrong_tries") + 1),
            wrong_since=Case(When(is_new, then=Value(now)), default=F("wrong_since")),
            locked_until=None,
        )
    )


def _delegate(actor: Actor, search: ToolSearch, guard: PasscodeGuard, now: datetime) -> None:
    consumer = _consumer_of(search)
    before = (consumer.organization_id, consumer.enroller_id)
    search.delegation = book.start_delegation(
        actor=actor,
        consumer=consumer,
        organization=search.organization,
        enroller=actor.person,
        origin=Delegation.Origin.TOOL,
        consent={
            "method": "passcode",
            "disclaimers": search.disclaimers.number,
            "language": search.language,
            "accepted_at": search.accepted_at.isoformat() if search.accepted_at else "",
            "confirmed_at": now.isoformat(),
            "search": search.pk,
        },
        at=now,
    )
    guard.refresh_from_db()
    guard.wrong_tries, guard.sends = 0, 0
    guard.wrong_since = guard.sends_since = guard.locked_until = None
    guard.save()
    _finish(search, Step.DELEGATED, now)
    _enqueue_text(search, CONFIRMED)
    tell_previous(search.delegation, *before, by=actor)
    _record(actor, search, "delegated_by_tool")


def _lock_search(actor: Actor, search: ToolSearch, guard: PasscodeGuard, now: datetime) -> Guessed:
    """End a search whose consumer is locked: its passcode is dead, also after the lock."""
    guard.refresh_from_db()
    _finish(search, Step.LOCKED, now)
    _record(actor, search, "passcode_locked", refused=True)
    return Guessed(Guess.LOCKED, until=guard.locked_until)


def _expire(actor: Actor, search: ToolSearch, now: datetime) -> Guessed:
    _finish(search, Step.EXPIRED, now)
    _record(actor, search, "passcode_expired", refused=True)
    return Guessed(Guess.EXPIRED)


def _own(actor: Actor, search: ToolSearch) -> ToolSearch:
    actor.require(SEARCH)
    rows = ToolSearch.objects.visible_to(actor).select_for_update(of=("self",))
    return rows.select_related("disclaimers", "organization").get(pk=search.pk)


def _lock(actor: Actor, search: ToolSearch, now: datetime, *steps: str) -> ToolSearch:
    search = _own(actor, search)
    if search.step in ToolSearch.OPEN and _is_over(search, now):
        raise Refused("This search has ended. Start a new one.")
    if search.step not in steps:
        raise Refused("This search is past this step. Start a new one.")
    return search


def _is_over(search: ToolSearch, now: datetime) -> bool:
    return search.expires_at <= now


def _consumer_of(search: ToolSearch) -> Consumer:
    if search.consumer is None:
        raise Refused("There is nobody to delegate. Start a new search.")
    return search.consumer


def _go_on(search: ToolSearch, now: datetime) -> None:
    """Keep a step, and wait for the next; a result one cannot go on from ends the search."""
    search.expires_at = now + timedelta(minutes=SESSION_MINUTES)
    if search.step in ToolSearch.OPEN:
        search.save()
    else:
        _finish(search, search.step, now)


def _finish(search: ToolSearch, step: str, now: datetime) -> None:
    search.step, search.finished_at = step, now
    search.passcode_hash = search.sealed_passcode = search.typed_name = ""
    if step != Step.DELEGATED:
        search.text_to = ""
    search.save()


def _purpose(search: ToolSearch) -> str:
    return f"delegations.passcode.{search.pk}"


def _matches(search: ToolSearch, passcode: str) -> bool:
    digits = "".join(passcode.split())[:12]
    # Every key is compared, so that the time tells nothing.
    found = [
        hmac.compare_digest(candidate, search.passcode_hash)
        for candidate in blind_indexes(digits, _purpose(search))
    ]
    return any(found)


def _enqueue_text(search: ToolSearch, key: str, *, unique: str = "") -> None:
    # Written also where no text will go: only the wing that sends it finds that out.
    OutboxMessage.objects.create(
        exchange_id=search.exchange_id,
        key=key,
        data={"tool_search": search.pk},
        dedupe_key=f"{key}:{search.pk}:{unique}",
    )
    wake_dispatcher()


def _record(actor: Actor, search: ToolSearch, what: str, *, refused: bool = False) -> None:
    outcome = LedgerEntry.Outcome.REFUSED if refused else LedgerEntry.Outcome.DONE
    record(
        actor=actor,
        action=f"delegations.{what}",
        consumers=[search.consumer_id] if search.consumer_id else [],
        outcome=outcome,
        data={"tool_search": search.pk, "step": search.step},
    )
