"""Giving an exchange its first templates. The system writes and approves them with a remark."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from escalations.letters import configuration
from escalations.letters.models import LetterTemplate
from portal.casework.machine import Audience
from portal.tenancy.actor import Actor


@dataclass(frozen=True)
class TemplateSpec:
    """One template with its first words."""

    key: str
    title: str
    #: Keys of kinds of case or of ticket types.
    serves: tuple[str, ...]
    paragraphs: tuple[str, ...]
    audience: str = Audience.INTERNAL
    language: str = "en"

    @property
    def body(self) -> str:
        return "\n\n".join(self.paragraphs)


@transaction.atomic
def found_templates(
    *, actor: Actor, specs: Iterable[TemplateSpec], valid_from: date, note: str
) -> list[LetterTemplate]:
    """Add the templates the exchange lacks; one that is there is left as it is.

    Args:
        actor: the exchange's system.
        valid_from: first local day the first versions are in force.
        note: the approver's remark, kept with each version.
    """
    known = set(
        LetterTemplate.objects.filter(exchange=actor.exchange).values_list("key", "language")
    )
    added = []
    for spec in specs:
        if (spec.key, spec.language) in known:
            continue
        template = configuration.add_template(
            actor=actor,
            key=spec.key,
            title=spec.title,
            serves=spec.serves,
            audience=spec.audience,
            language=spec.language,
        )
        version = configuration.write_version(
            actor=actor, template=template, body=spec.body, valid_from=valid_from
        )
        configuration.submit_version(actor=actor, version=version)
        configuration.approve_version(actor=actor, version=version, note=note)
        added.append(template)
    return added
