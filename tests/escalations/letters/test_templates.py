"""Dated versions of templates: two people, one version in force, none that changes (CC-21)."""

from datetime import UTC, date, datetime

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from config.demo.letters import found_letters
from escalations.letters import configuration
from escalations.letters.models import LetterTemplateVersion
from portal.casework.machine import Conflict, Refused
from portal.documents.refusals import SsnRefused
from portal.tenancy import services as tenancy
from portal.tenancy.actor import NotAllowed
from portal.tenancy.models import Person
from tests.escalations.letters.ground import WORDS, approved_version, template, ticket
from tests.world import PASSWORD, World

TODAY = date(2025, 11, 5)


def _waiting_version(world: World, who: str = "admin") -> LetterTemplateVersion:
    actor = world.actor(who)
    row = configuration.add_template(actor=actor, key="fresh", title="Fresh words")
    version = configuration.write_version(actor=actor, template=row, body=WORDS, valid_from=TODAY)
    return configuration.submit_version(actor=actor, version=version)


def _compliance_officer(world: World) -> None:
    person = Person.objects.create_user("compliance@x.example", PASSWORD, full_name="Compliance")
    world.people["compliance"] = person
    world.memberships["compliance"] = tenancy.add_membership(
        actor=world.system,
        person=person,
        organization=world.organizations["exchange"],
        role_key="compliance_officer",
    )


def test_cc21_the_writer_of_a_version_cannot_approve_it(world: World) -> None:
    version = _waiting_version(world)
    with pytest.raises(NotAllowed, match="You wrote this version"):
        configuration.approve_version(actor=world.actor("admin"), version=version)
    approved = configuration.approve_version(actor=world.actor("eru.lead"), version=version)
    assert approved.approved_by == world.people["eru.lead"]


def test_cc21_somebody_who_changed_a_word_earlier_cannot_approve_it_either(world: World) -> None:
    lead, admin = world.actor("eru.lead"), world.actor("admin")
    version = _waiting_version(world)
    configuration.return_version(actor=lead, version=version, reason="Shorter.")
    configuration.edit_version(
        actor=world.system, version=version, body="Shorter.", valid_from=TODAY
    )
    version = configuration.submit_version(actor=world.system, version=version)
    assert version.written_by is None
    with pytest.raises(NotAllowed, match="You wrote"):
        configuration.approve_version(actor=admin, version=version)


def test_cc28_where_there_is_a_compliance_officer_nobody_else_approves(world: World) -> None:
    version = _waiting_version(world)
    _compliance_officer(world)
    with pytest.raises(NotAllowed, match="compliance officer"):
        configuration.approve_version(actor=world.actor("eru.lead"), version=version)
    configuration.approve_version(actor=world.actor("compliance"), version=version)


def test_a_specialist_can_neither_write_nor_approve_templates(world: World) -> None:
    version = _waiting_version(world)
    specialist = world.actor("eru.specialist")
    with pytest.raises(NotAllowed):
        configuration.approve_version(actor=specialist, version=version)
    with pytest.raises(NotAllowed):
        configuration.add_template(actor=specialist, key="x", title="X")


def test_cc21_an_approved_version_never_changes_by_the_service(world: World) -> None:
    version = template(world).versions.get()
    with pytest.raises(Refused, match="never changes"):
        configuration.edit_version(
            actor=world.actor("admin"), version=version, body="Other", valid_from=TODAY
        )


def test_cc21_an_approved_version_never_changes_by_the_database_either(world: World) -> None:
    version = template(world).versions.get()
    with pytest.raises(IntegrityError, match="never changes"), transaction.atomic():
        LetterTemplateVersion.objects.filter(pk=version.pk).update(body="Other words")
    with (
        pytest.raises(IntegrityError, match="never changes"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute("DELETE FROM letters_lettertemplateversion WHERE id = %s", [version.pk])


@pytest.mark.parametrize(
    ("instant", "words"),
    [
        # Midnight of November 6 in Los Angeles is 08:00 UTC.
        (datetime(2025, 11, 6, 7, 59, 59, tzinfo=UTC), "Old words."),
        (datetime(2025, 11, 6, 8, 0, 0, tzinfo=UTC), "New words."),
    ],
)
def test_cc21_a_version_is_in_force_from_local_midnight_of_its_first_day(
    world: World, instant: datetime, words: str
) -> None:
    row = template(world, body="Old words.")
    approved_version(world, row, body="New words.", valid_from=date(2025, 11, 6))
    actor = world.actor("eru.specialist")
    with time_machine.travel(instant, tick=False):
        (version,) = configuration.versions_in_force(actor)
    assert version.body == words


def test_of_two_versions_of_one_day_the_later_written_is_in_force(world: World) -> None:
    row = template(world, body="First.", valid_from=TODAY)
    approved_version(world, row, body="Second.", valid_from=TODAY)
    (version,) = configuration.versions_in_force(world.actor("eru.specialist"))
    assert version.body == "Second."


def test_a_version_that_waits_is_not_in_force(world: World) -> None:
    _waiting_version(world)
    assert configuration.versions_in_force(world.actor("eru.specialist")) == []


def test_only_one_version_is_in_the_making(world: World) -> None:
    version = _waiting_version(world)
    with pytest.raises(Refused, match="in the making"):
        configuration.write_version(
            actor=world.actor("admin"), template=version.template, body="X", valid_from=TODAY
        )


def test_an_unknown_placeholder_is_refused_by_name(world: World) -> None:
    row = configuration.add_template(actor=world.actor("admin"), key="a", title="A")
    with pytest.raises(ValidationError, match=r"\{consumer_nme\}"):
        configuration.write_version(
            actor=world.actor("admin"),
            template=row,
            body="Dear {consumer_nme}",
            valid_from=TODAY,
        )


def test_a_template_with_a_social_security_number_is_refused(world: World) -> None:
    row = configuration.add_template(actor=world.actor("admin"), key="a", title="A")
    with pytest.raises(SsnRefused):
        configuration.write_version(
            actor=world.actor("admin"),
            template=row,
            body="Your number 123-45-6789",
            valid_from=TODAY,
        )


def test_a_stale_edit_of_a_version_is_a_conflict(world: World) -> None:
    admin = world.actor("admin")
    row = configuration.add_template(actor=admin, key="a", title="A")
    version = configuration.write_version(actor=admin, template=row, body="X", valid_from=TODAY)
    edit = {"actor": admin, "version": version, "valid_from": TODAY, "expected_version": 1}
    configuration.edit_version(body="Mine", **edit)
    with pytest.raises(Conflict):
        configuration.edit_version(body="Theirs", **edit)


def test_a_template_serves_the_kinds_and_types_it_names_and_no_other(world: World) -> None:
    case = ticket(world)
    template(world, "any")
    template(world, "kind", serves=[case.kind])
    template(world, "other", serves=["form-1095a"])
    found = configuration.versions_in_force(world.actor("eru.specialist"), case)
    assert {version.template.key for version in found} == {"any", "kind"}


def test_a_type_of_ticket_is_served_by_its_key(world: World) -> None:
    case = ticket(world)
    case.topic = "access-to-care"
    case.save()
    template(world, "type", serves=["access-to-care"])
    (version,) = configuration.versions_in_force(world.actor("eru.specialist"), case)
    assert version.template.key == "type"


def test_an_exchange_never_sees_anothers_templates(world: World, other_world: World) -> None:
    row = template(world)
    other_world.enter()
    actor = other_world.actor("eru.specialist")
    assert configuration.versions_in_force(actor) == []
    assert not type(row).objects.visible_to(actor).exists()
    world.enter()


def test_the_demonstration_is_founded_once_with_templates_in_force(
    world: World,
) -> None:
    found_letters(actor=world.system)
    found_letters(actor=world.system)
    rows = LetterTemplateVersion.objects.filter(state="approved")
    keys = set(rows.values_list("template__key", flat=True))
    assert keys == {
        *("complaint-response", "form-1095a-decision"),
        *("access-to-care-outcome", "appeal-result"),
    }
    assert set(rows.values_list("note", flat=True)) == {
        "Demonstration; needs legal sign-off before use."
    }
