"""The catalogue and the acts agree, and no wording can name what it must not."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from notifications import catalogue, services
from notifications.catalogue import REFERRAL, Circle, MessageKind
from notifications.models import MessageTemplate
from notifications.wording import Wording, check_wording, fill, sample_values, wording_of
from portal.casework import kinds
from portal.documents.refusals import SsnRefused
from portal.tenancy.actor import NotAllowed
from tests.world import World

ROOT = Path(__file__).resolve().parents[2]
KINDS = catalogue.all_kinds()
#: Words that would be personal data, or a detail of a case, in a mail.
FORBIDDEN = {"name", "phone", "email", "birth", "note", "description", "reason", "resolution"}


def _sources() -> Iterator[ast.AST]:
    for room in ("portal", "escalations", "storefronts", "notifications"):
        for path in (ROOT / room).rglob("*.py"):
            if "migrations" not in path.parts and path.name != "catalogue.py":
                yield ast.parse(path.read_text(encoding="utf-8"))


def _keys_sent() -> set[str]:
    """Keys in ``notifies=`` and ``keys=`` of any call in the code, literal ones."""
    found = set()
    for tree in _sources():
        for node in ast.walk(tree):
            if isinstance(node, ast.keyword) and node.arg in ("notifies", "keys"):
                found |= {
                    leaf.value
                    for leaf in ast.walk(node.value)
                    if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)
                }
    return {key for key in found if re.fullmatch(r"[a-z]+\.[a-z_]+", key)}


def _words_of_the_code() -> set[str]:
    words = {
        node.value
        for tree in _sources()
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    # The releases room makes some keys out of the verbs of its timeline events.
    return words | {word.replace("release_", "release.", 1) for word in words}


def test_every_message_an_act_sends_is_in_the_catalogue() -> None:
    acts = {
        key
        for kind in kinds.all_kinds()
        for act in kind.machine.acts.values()
        for key in act.notifies
    }
    known = {kind.key for kind in KINDS}
    assert acts | _keys_sent() <= known
    assert len(acts) > 10, "the walk over the tables found nothing"


def test_every_message_of_the_catalogue_is_sent_by_something() -> None:
    assert {kind.key for kind in KINDS} <= _words_of_the_code()


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_the_original_wording_obeys_the_rules_an_own_wording_must(kind: MessageKind) -> None:
    check_wording(kind, Wording(kind.subject, kind.body))


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.key)
def test_no_message_has_a_variable_for_personal_data_EA_19(kind: MessageKind) -> None:
    words = {word for variable in kind.variables - REFERRAL for word in variable.split("_")}
    assert not words & FORBIDDEN
    assert (kind.variables & REFERRAL == set()) == (kind.key != "constituent.referred")


def test_a_message_about_a_case_to_somebody_outside_says_nothing_but_coarse_status() -> None:
    for kind in KINDS:
        if kind.circle is Circle.OFFICE:
            assert kind.variables <= {"number", "status", "link", "exchange", "contact"} | REFERRAL


def test_every_office_message_goes_out_by_mail_and_bell() -> None:
    office = [kind for kind in KINDS if kind.circle is Circle.OFFICE]
    assert office
    assert all(kind.channels == catalogue.BOTH for kind in office)


@pytest.mark.parametrize(
    ("subject", "body", "field", "says"),
    [
        ("Case {number}", "{number} {constituent_name}", "body", "cannot be used"),
        ("Case {number} is {status}", "{number}", "subject", "cannot be used"),
        ("Case {number}", "{number.__class__}", "body", "Braces"),
        ("Case {number}", "{number} }", "body", "Braces"),
        ("Case {number!r}", "{number}", "subject", "Braces"),
        ("Case {number}\nBcc: x@spam.example", "{number}", "subject", "one line"),
        ("Hello", "Something happened.", "body", "must say {number}"),
        ("", "{number}", "subject", "Enter the subject"),
    ],
)
def test_an_own_wording_may_name_only_what_the_message_may(
    world: World, subject: str, body: str, field: str, says: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        services.change_template(
            actor=world.actor("admin"), key="constituent.resolved", subject=subject, body=body
        )
    assert says in caught.value.message_dict[field][0]
    assert not MessageTemplate.objects.exists()


def test_an_own_wording_with_a_social_security_number_is_refused_EA_06(world: World) -> None:
    with pytest.raises(SsnRefused):
        services.change_template(
            actor=world.actor("admin"),
            key="constituent.resolved",
            subject="Case {number}",
            body="{number} 219-09-9998",
        )


def test_only_administrators_word_messages(world: World) -> None:
    for key in ("ea.lead", "office.manager", "privacy"):
        with pytest.raises(NotAllowed):
            services.change_template(
                actor=world.actor(key), key="constituent.resolved", subject="{number}", body="x"
            )


def test_an_own_wording_is_used_until_it_is_taken_back(world: World) -> None:
    kind = catalogue.get("constituent.resolved")
    services.change_template(
        actor=world.actor("admin"), key=kind.key, subject="Done: {number}", body="Bye. {contact}"
    )
    own = wording_of(kind, exchange_id=world.exchange.pk)
    assert fill(kind, own, sample_values(kind, exchange=world.exchange)).subject == (
        "Done: EA-2025-000123"
    )
    services.reset_template(actor=world.actor("admin"), key=kind.key)
    assert wording_of(kind, exchange_id=world.exchange.pk).subject == kind.subject


def test_an_own_wording_is_of_one_exchange_only(world: World, other_world: World) -> None:
    kind = catalogue.get("constituent.resolved")
    services.change_template(
        actor=world.actor("admin"), key=kind.key, subject="Done: {number}", body="Bye."
    )
    other_world.enter()
    assert wording_of(kind, exchange_id=other_world.exchange.pk).subject == kind.subject


def test_every_mail_ends_with_the_warning_against_personal_information(world: World) -> None:
    for kind in KINDS:
        filled = fill(
            kind, Wording(kind.subject, kind.body), sample_values(kind, exchange=world.exchange)
        )
        assert "Never send a Social Security number" in filled.body
        assert "{" not in filled.subject + filled.body
