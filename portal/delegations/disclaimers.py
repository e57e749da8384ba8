"""The statements a consumer hears and agrees to, in versions that never change (DL-01, DL-03)."""

from typing import Final

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.delegations.models import DelegationRules, DisclaimerVersion
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange

CONFIGURE: Final = "delegations.configure"
LANGUAGES: Final = (("en", "English"), ("es", "Spanish"))
_LONGEST = 400
_MOST = 12

#: What an exchange reads out that has published nothing of its own.
_ENGLISH: Final = (
    "The consumer is with me or on the phone, and has asked me to help with their application.",
    "I have told the consumer that they may have one enroller, that choosing me ends the"
    " delegation they may have to somebody else, and that they can change it at any time.",
    "I have told the consumer that I will be able to see their application, their contact"
    " information, their household and their enrollment.",
    "I have told the consumer that my help costs them nothing.",
    "The consumer agrees to be delegated to me, and knows that a passcode will be sent to their"
    " cell phone to confirm it.",
)
_SPANISH: Final = (
    "La persona está conmigo o al teléfono, y me ha pedido que le ayude con su solicitud.",
    "Le he explicado que puede tener una sola persona que le ayude con su inscripción, que al"
    " elegirme termina la delegación que tenga con otra persona, y que puede cambiarla cuando"
    " quiera.",
    "Le he explicado que podré ver su solicitud, sus datos de contacto, su hogar y su inscripción.",
    "Le he explicado que mi ayuda no le cuesta nada.",
    "La persona está de acuerdo en que yo le represente, y sabe que se enviará un código a su"
    " teléfono celular para confirmarlo.",
)


def rules_of(exchange: Exchange) -> DelegationRules:
    """The exchange's rules; the defaults where it has set none."""
    row = DelegationRules.objects.filter(exchange=exchange).first()
    return row or DelegationRules(exchange=exchange)


def current_disclaimers(exchange: Exchange) -> DisclaimerVersion:
    """The version in force; an exchange without one starts with the portal's own words."""
    latest = DisclaimerVersion.objects.filter(exchange=exchange).first()
    if latest is not None:
        return latest
    row, _ = DisclaimerVersion.objects.get_or_create(
        exchange=exchange,
        number=1,
        defaults={"english": "\n".join(_ENGLISH), "spanish": "\n".join(_SPANISH)},
    )
    return row


@transaction.atomic
def publish_disclaimers(*, actor: Actor, english: str, spanish: str) -> DisclaimerVersion:
    """Publish the next version; searches begun before go on with theirs.

    Args:
        english: one statement a line.
        spanish: the same statements, line by line.

    Raises:
        NotAllowed: the actor may not configure delegations.
        ValidationError: no statement, too many or too long ones, or another number of them in
            Spanish; names the field.
        SsnRefused: a text holds a Social Security number.
    """
    actor.require(CONFIGURE)
    texts = {"english": _statements(english), "spanish": _statements(spanish)}
    for name, statements in texts.items():
        if not statements:
            raise ValidationError({name: "Write at least one statement."})
        if len(statements) > _MOST or any(len(one) > _LONGEST for one in statements):
            raise ValidationError(
                {name: f"At most {_MOST} statements of {_LONGEST} characters each."}
            )
        if contains_ssn("\n".join(statements)):
            raise SsnRefused("the disclaimers")
    if len(texts["english"]) != len(texts["spanish"]):
        raise ValidationError({"spanish": "Give the same statements, one a line, in Spanish."})
    row = DisclaimerVersion.objects.create(
        exchange=actor.exchange,
        number=current_disclaimers(actor.exchange).number + 1,
        english="\n".join(texts["english"]),
        spanish="\n".join(texts["spanish"]),
        published_by=actor.person,
    )
    record(actor=actor, action="delegations.disclaimers_published", data={"number": row.number})
    return row


@transaction.atomic
def set_rules(
    *, actor: Actor, pending_days: int, searches_per_person: int, searches_per_organization: int
) -> DelegationRules:
    """Set what the exchange lays down for delegations.

    Raises:
        NotAllowed: the actor may not configure delegations.
        ValidationError: a figure is out of its bounds; names the field.
    """
    actor.require(CONFIGURE)
    row = rules_of(actor.exchange)
    row.pending_days = pending_days
    row.searches_per_person = searches_per_person
    row.searches_per_organization = searches_per_organization
    row.full_clean()
    row.save()
    record(actor=actor, action="delegations.rules_set")
    return row


def _statements(text: str) -> list[str]:
    return [line for raw in text.splitlines() if (line := " ".join(raw.split()))]
