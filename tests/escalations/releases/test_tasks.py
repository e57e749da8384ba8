"""What happens to release forms by themselves: they lapse, and somebody is told in time."""

from datetime import timedelta

import time_machine

from escalations.releases import gate, lapse, services
from escalations.releases.models import Release
from escalations.releases.tasks import withdraw_lapsed_grants
from portal.casework.models import CaseGroupPermission, CaseUserPermission, OutboxMessage
from portal.ledger.models import LedgerEntry
from tests.escalations.releases.ground import TODAY, form_document, office_case, valid_release
from tests.world import NOW, World

DAY = timedelta(days=1)


def grants() -> int:
    found = {"permission__codename": gate.GRANT}
    offices = CaseGroupPermission.objects.filter(**found).count()
    return offices + CaseUserPermission.objects.filter(**found).count()


def test_lapsed_grants_are_removed_and_standing_ones_stay(world: World) -> None:
    document = form_document(world)
    lapsing, standing, named = (office_case(world) for _ in range(3))
    valid_release(world, lapsing, document, ends_on=TODAY)
    valid_release(world, standing, document, ends_on=TODAY + 9 * DAY)
    valid_release(
        world,
        named,
        document,
        ends_on=TODAY,
        scope=Release.Scope.NAMED,
        named_staff=[world.people["office.staff"], world.people["office.staff2"]],
    )
    assert grants() == 4
    withdraw_lapsed_grants()
    world.enter()
    assert grants() == 4
    with time_machine.travel(NOW + DAY, tick=False):
        withdraw_lapsed_grants()
        world.enter()
        assert grants() == 1
        assert gate.decide(actor=world.actor("office.staff"), case=standing).shows_details
        withdraw_lapsed_grants()
    world.enter()
    entry = LedgerEntry.objects.get(action="releases.lapsed")
    assert entry.case_ids == sorted([lapsing.pk, named.pk])


def test_a_lapsed_release_keeps_no_grant_alive_for_a_later_one_of_another_scope(
    world: World,
) -> None:
    case, document = office_case(world), form_document(world)
    valid_release(world, case, document, ends_on=TODAY)
    valid_release(
        world,
        case,
        document,
        scope=Release.Scope.NAMED,
        named_staff=[world.people["office.staff"]],
    )
    with time_machine.travel(NOW + DAY, tick=False):
        withdraw_lapsed_grants()
        world.enter()
        assert gate.decide(actor=world.actor("office.staff"), case=case).shows_details
        assert not gate.decide(actor=world.actor("office.staff2"), case=case).shows_details
    assert grants() == 1


def test_everybody_is_told_once_three_days_before_the_end(world: World) -> None:
    release = valid_release(world, office_case(world), ends_on=TODAY + 5 * DAY)
    wanted = {"key": "release.expiring", "data": {"release": release.pk}}
    for days, messages in ((0, 0), (2, 0), (3, 1), (4, 1), (5, 1), (9, 1)):
        with time_machine.travel(NOW + days * DAY, tick=False):
            withdraw_lapsed_grants()
        world.enter()
        assert OutboxMessage.objects.filter(**wanted).count() == messages, days


def test_a_revoked_release_is_not_announced(world: World) -> None:
    release = valid_release(world, office_case(world), ends_on=TODAY + DAY)
    services.revoke_release(actor=world.actor("ea.lead"), release=release, reason="She asked.")
    withdraw_lapsed_grants()
    world.enter()
    assert not OutboxMessage.objects.filter(key="release.expiring").exists()


def test_an_exchange_sees_to_its_own(world: World, other_world: World) -> None:
    world.enter()
    valid_release(world, office_case(world), ends_on=TODAY)
    with time_machine.travel(NOW + DAY, tick=False):
        other_world.enter()
        assert lapse.withdraw_lapsed_grants(exchange=other_world.exchange, at=NOW + DAY) == 0
        world.enter()
        assert lapse.withdraw_lapsed_grants(exchange=world.exchange, at=NOW + DAY) == 1
