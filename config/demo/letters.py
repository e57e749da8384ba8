"""The demonstration's letter templates in words of our own, and three letters on its cases."""

from datetime import date

from config.demo.accounts import ACCOUNTS
from config.demo.scenes import WORKERS
from config.demo.stage import Stage
from escalations.letters import services
from escalations.letters.configuration import local_today, versions_in_force
from escalations.letters.filling import values_for
from escalations.letters.founding import TemplateSpec, found_templates
from escalations.letters.models import Letter, LetterTemplate
from escalations.letters.placeholders import PLACEHOLDERS, gap
from escalations.letters.typeface import unprintable
from portal.casework.models import Case
from portal.tenancy.actor import Actor

NOTE = "Demonstration; needs legal sign-off before use."
VALID_FROM = date(2025, 1, 1)

_CLOSING = (
    "If you have questions, write to {contact} or call {contact_phone} and quote {number}.",
    "Sincerely,\n{signature_name}\n{unit}, {exchange}",
)
_CALIFORNIA = (
    TemplateSpec(
        "complaint-response",
        "Answer to a complaint",
        ("complaint", "formal-complaint"),
        (
            "Dear {consumer_name},",
            "Thank you for telling us on {opened} that something went wrong. We have looked into"
            " your complaint, case {number}.",
            "{response}",
            "If you do not agree with this answer, tell us, and a supervisor will read your case"
            " again.",
            *_CLOSING,
        ),
    ),
    TemplateSpec(
        "complaint-response",
        "Respuesta a una queja",
        ("complaint", "formal-complaint"),
        (
            "Estimado/a {consumer_name}:",
            "Gracias por avisarnos el {opened} de que algo salió mal. Revisamos su queja, caso"
            " {number}.",
            "{response}",
            "Si no está de acuerdo con esta respuesta, díganos y un supervisor volverá a leer su"
            " caso.",
            "Si tiene preguntas, escriba a {contact} o llame al {contact_phone} y mencione"
            " {number}.",
            "Atentamente,\n{signature_name}\n{unit}, {exchange}",
        ),
        language="es",
    ),
    TemplateSpec(
        "form-1095a-decision",
        "Decision on a 1095-A dispute",
        ("form-1095a", "form_1095a"),
        (
            "Dear {consumer_name},",
            "You asked us on {opened} to correct your Form 1095-A. We have compared the form with"
            " our records and with those of your health plan. Your case is {number}.",
            "{response}",
            "If we sent you a corrected form, use it for your taxes and not the one before. We"
            " report the same figures to the tax authorities.",
            *_CLOSING,
        ),
    ),
    TemplateSpec(
        "access-to-care-outcome",
        "Outcome of an access-to-care case",
        ("access-to-care", "access_to_care"),
        (
            "Dear {consumer_name},",
            "On {opened} you told us that you could not get the care or medicine you needed. We"
            " spoke with your health plan about case {number}.",
            "{response}",
            "If you still cannot get care, call us at once at {contact_phone}. You can also ask"
            " your health plan’s regulator for help; we will tell you which one it is.",
            *_CLOSING,
        ),
    ),
    TemplateSpec(
        "appeal-result",
        "Result of your appeal",
        ("appeal",),
        (
            "Dear {consumer_name},",
            "Your appeal {number}, which reached us on {opened}, has a result:",
            "{response}",
            "This letter adds nothing to the decision itself and takes no right of yours away.",
            *_CLOSING,
        ),
    ),
)
_MARYLAND = (
    TemplateSpec(
        "resolution",
        "Resolution of an incident",
        (),
        (
            "Dear {consumer_name},",
            "We have finished work on incident {number}, which reached us on {opened}.",
            "{response}",
            "Nothing else is needed from you unless this letter says so.",
            *_CLOSING,
        ),
    ),
    TemplateSpec(
        "more-information",
        "Request for more information",
        (),
        (
            "Dear {consumer_name},",
            "To go on with incident {number} we need something from you:",
            "{response}",
            "Please send it so that it reaches us before {deadline}. Do not send a Social Security"
            " number.",
            *_CLOSING,
        ),
    ),
    TemplateSpec(
        "termination-answer",
        "Answer about the end of coverage",
        ("termination",),
        (
            "Dear {consumer_name},",
            "You asked us to look at the day your coverage ended. We compared it with the record"
            " of your health plan; the incident is {number}.",
            "{response}",
            *_CLOSING,
        ),
    ),
)
_CALCHOICE = (
    TemplateSpec(
        "appeal-acknowledgement",
        "We received your appeal",
        ("appeal", "formal-appeal", "plan_appeal"),
        (
            "Dear {consumer_name},",
            "We received your appeal on {opened}. Its number is {number}.",
            "We will decide by {deadline}. Until then you can send us anything you want us to"
            " read: letters, bills, notes of your doctor.",
            *_CLOSING,
        ),
    ),
    TemplateSpec(
        "appeal-decision",
        "Decision on your appeal",
        ("appeal", "formal-appeal", "plan_appeal"),
        (
            "Dear {consumer_name},",
            "We have decided your appeal {number} of {opened}.",
            "{response}",
            "If you do not agree, you can ask for a review by somebody who had no part in this"
            " decision. Write to {contact}.",
            *_CLOSING,
        ),
    ),
    TemplateSpec(
        "claims-dispute-answer",
        "Answer to a claims dispute",
        ("claims-dispute",),
        (
            "Dear {consumer_name},",
            "You told us on {opened} that a claim was not paid as you expected. We asked the"
            " health plan about it; our number is {number}.",
            "{response}",
            *_CLOSING,
        ),
    ),
)
_TEMPLATES = {
    "covered-california": _CALIFORNIA,
    "maryland": _MARYLAND,
    "calchoice": _CALCHOICE,
}
_WORDS = {
    "response": "We called your health plan. It has corrected its records and confirmed this to"
    " us. You have nothing to pay for the months in question.",
}


def found_letters(*, actor: Actor) -> None:
    """Give the actor's exchange the templates it lacks."""
    specs = _TEMPLATES[actor.exchange.slug]
    found_templates(actor=actor, specs=specs, valid_from=VALID_FROM, note=NOTE)


def play_letters(stage: Stage) -> int:
    """Write three letters: one waits for approval, one is returned, one is sent; returns how many.

    A case whose consumer's name is in a script that letters cannot print is left out, and so is
    every step for which the exchange has nobody: a unit of one cannot approve.
    """
    if Letter.objects.filter(exchange=stage.exchange).exists():
        return 0
    written = 0
    for case in Case.objects.filter(exchange=stage.exchange, queue__isnull=False).order_by("pk"):
        if case.queue is None or case.queue.code not in WORKERS or written == 3:
            continue
        writer = stage.actor(WORKERS[case.queue.code])
        if not Case.objects.visible_to(writer).filter(pk=case.pk).exists():
            continue
        versions = versions_in_force(writer, case, at=stage.now)
        if versions and writer.may("letters.write") and _is_printable(writer, case):
            _play(stage, case, writer, versions[0].template, written)
            written += 1
    return written


def _is_printable(writer: Actor, case: Case) -> bool:
    return not unprintable("".join(values_for(writer, case, language="en").values()))


def _play(stage: Stage, case: Case, writer: Actor, template: LetterTemplate, turn: int) -> None:
    # The clock stands where the story before left it; a letter comes after what its case tells.
    stage.clock.move(max(case.events.values_list("at", flat=True)))
    stage.go_on(2)
    letter = services.draft_letter(actor=writer, case=case, template=template)
    body = letter.body
    for name in PLACEHOLDERS:
        body = body.replace(gap(name), _WORDS.get(name, "the day we agreed"))
    name = letter.addressee or "The Member"
    letter = services.edit_letter(
        actor=writer,
        letter=letter,
        addressee=f"{name}\n12 Example Street\nSampletown, CA 90000",
        body=body,
    )
    stage.go_on(2)
    letter = services.submit_letter(actor=writer, letter=letter)
    approver = _approver(stage, case, writer)
    if turn == 0 or approver is None:
        return
    stage.go_on(1)
    if turn == 1:
        reason = "Say in the second paragraph which months the correction covers."
        services.return_letter(actor=approver, letter=letter, reason=reason)
        return
    letter = services.approve_letter(actor=approver, letter=letter)
    stage.go_on(0)
    services.record_sent(
        actor=writer, letter=letter, how=Letter.Way.POST, sent_on=local_today(stage.exchange)
    )


def _approver(stage: Stage, case: Case, writer: Actor) -> Actor | None:
    """Somebody else who may approve in the case's unit, where the demonstration has one."""
    for account in ACCOUNTS:
        if account.exchange != stage.exchange.slug:
            continue
        other = stage.actor(account.email)
        if other.person_id == writer.person_id or not other.may("letters.approve"):
            continue
        if Case.objects.visible_to(other).filter(pk=case.pk).exists():
            return other
    return None
