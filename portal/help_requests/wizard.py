"""The three steps of a help request, kept in a draft between pages and sessions (HR-04…HR-07).

What is chosen and typed is never in an address. The draft holds texts and ids, is encrypted, and
is its writer's alone; nothing in it is trusted when it is read back.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final

from django.core.exceptions import ValidationError
from django.db import transaction

from portal.casework import drafts
from portal.casework.models import Case, Draft
from portal.consumers.mirror import Consumer
from portal.help_requests import selectors, services
from portal.help_requests.models import Category, HelpTopic
from portal.tenancy.actor import Actor

#: Key of the drafts.
FORM: Final = "help_requests.new"


@dataclass
class Choice:
    """What somebody has chosen and typed so far; field names are those of the pages."""

    topic: str = ""
    subject: str = ""
    description: str = ""
    #: What consumers were last searched by.
    text: str = ""
    consumer: str = ""

    @property
    def consumer_id(self) -> int | None:
        is_id = self.consumer.isascii() and self.consumer.isdigit() and len(self.consumer) < 19
        return int(self.consumer) if is_id else None

    @classmethod
    def of(cls, content: Mapping[str, Any]) -> Choice:
        """Whatever a draft holds, in the shape expected."""
        kept = {name: content.get(name) for name in cls.__dataclass_fields__}
        return cls(**{name: value for name, value in kept.items() if isinstance(value, str)})


@dataclass(frozen=True)
class Begun:
    """A draft in the list of those that can be continued."""

    public_id: uuid.UUID
    title: str
    updated_at: Any


def find(*, actor: Actor, public_id: uuid.UUID) -> Draft | None:
    """The actor's draft with this id."""
    return drafts.drafts_of(actor=actor, form=FORM).filter(public_id=public_id).first()


def load(*, actor: Actor, public_id: uuid.UUID) -> Choice:
    """What is kept under an id; an empty choice when nothing is."""
    draft = find(actor=actor, public_id=public_id)
    return Choice.of(draft.content) if draft else Choice()


def keep(*, actor: Actor, public_id: uuid.UUID, choice: Choice) -> Draft:
    """Keep what is chosen and typed.

    Raises:
        SsnRefused: a text holds a Social Security number; what was kept before stays.
        ValidationError: the texts are too long, or there are too many drafts.
        Draft.DoesNotExist: the id is somebody else's.
    """
    return drafts.save_draft(actor=actor, form=FORM, content=asdict(choice), public_id=public_id)


def begun(actor: Actor) -> list[Begun]:
    """The actor's drafts, the latest first, for “Continue a draft”."""
    labels = {topic.key: topic.label for topic in selectors.topics_for(actor)}
    found = []
    for draft in drafts.drafts_of(actor=actor, form=FORM):
        choice = Choice.of(draft.content)
        title = choice.subject.strip() or labels.get(choice.topic, "") or "Nothing typed yet"
        found.append(Begun(draft.public_id, title, draft.updated_at))
    return found


def topic_of(actor: Actor, choice: Choice) -> HelpTopic | None:
    """The chosen topic, as far as the actor may choose it now."""
    return selectors.topics_for(actor).filter(key=choice.topic).first()


def consumer_of(actor: Actor, choice: Choice) -> Consumer | None:
    """The chosen consumer, as far as the actor has them now."""
    return selectors.consumer_for(actor, choice.consumer_id)


def missing_step(actor: Actor, choice: Choice) -> str | None:
    """The first step that is not complete, by URL name; None: it can be reviewed."""
    topic = topic_of(actor, choice)
    if topic is None:
        return "help_requests:topic"
    has_consumer = topic.category != Category.CONSUMER or consumer_of(actor, choice) is not None
    if choice.subject.strip() and choice.description.strip() and has_consumer:
        return None
    return "help_requests:details"


@transaction.atomic
def submit(*, actor: Actor, public_id: uuid.UUID) -> Case:
    """Make the draft a help request, exactly once.

    A second submission of it, even at the same moment, answers the case the first one made.

    Raises:
        Draft.DoesNotExist: the actor never had such a draft.
        Consumer.DoesNotExist: the consumer is not delegated to the actor any more.
        ValidationError: something is missing or wrong; names the field.
        Refused: no team is set up to answer it.
    """
    rows = drafts.drafts_of(actor=actor, form=FORM).select_for_update()
    draft = rows.filter(public_id=public_id).first()
    if draft is None:
        if made := services.made_of(actor=actor, draft=public_id):
            return made
        raise Draft.DoesNotExist
    choice = Choice.of(draft.content)
    topic = topic_of(actor, choice)
    if topic is None:
        raise ValidationError({"topic": "Select a topic."})
    consumer = None
    if topic.category == Category.CONSUMER and choice.consumer_id:
        consumer = consumer_of(actor, choice)
        if consumer is None:
            raise Consumer.DoesNotExist
    case = services.submit_request(
        actor=actor,
        topic=topic,
        subject=choice.subject,
        description=choice.description,
        consumer=consumer,
        documents=drafts.files_of(draft),
        draft=public_id,
    )
    drafts.discard_draft(actor=actor, public_id=public_id)
    return case
