"""The pages of the risk model: its calibration, its reasons, and a person's decision."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from retention.models import RiskModelVersion
from tests.access.rooms.risk_models import make_things
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def osd(world: World) -> Client:
    world.enter()
    make_things(world, {})
    client = Client(headers={"host": "localhost"})
    client.force_login(world.person("osd.staff"))
    return client


def test_the_list_says_which_version_is_in_use(osd: Client) -> None:
    page = osd.get(reverse("retention:risk-models")).content.decode()

    assert "Version 7" in page
    assert "Not in use" in page


def test_the_calibration_plot_has_its_table_and_the_coefficients_are_explained(
    osd: Client,
) -> None:
    page = osd.get(reverse("retention:risk-model", args=[7])).content.decode()

    assert 'data-chart-table="calibration"' in page
    assert 'id="calibration"' in page
    assert "10.0%" in page
    assert "Raises the odds by 11%" in page
    assert "5 = Very High Risk" in page


def test_using_a_version_is_asked_first_and_then_done(world: World, osd: Client) -> None:
    address = reverse("retention:risk-model-use", args=[7])

    asked = osd.get(address)
    assert "Use version 7?" in asked.content.decode()
    assert not RiskModelVersion.objects.filter(is_active=True).exists()

    assert osd.post(address).status_code == 302
    world.enter()
    version = RiskModelVersion.objects.get(is_active=True)
    assert (version.number, version.activated_by) == (7, world.people["osd.staff"])

    again = osd.post(address, follow=True).content.decode()
    assert "Version 7 is in use already." in again
    osd.post(reverse("retention:risk-model-retire", args=[7]))
    world.enter()
    assert not RiskModelVersion.objects.filter(is_active=True).exists()


def test_managers_of_agencies_do_not_decide_on_models(world: World, osd: Client) -> None:
    osd.force_login(world.people["agency.manager"])

    for name in ("risk-models", "risk-model", "risk-model-use"):
        args = [] if name == "risk-models" else [7]
        assert osd.get(reverse(f"retention:{name}", args=args)).status_code == 403


def test_an_unknown_version_is_not_found(osd: Client) -> None:
    assert osd.get(reverse("retention:risk-model", args=[99])).status_code == 404
