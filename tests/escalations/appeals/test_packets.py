"""The packet checklist: what a case starts with, what settles a paper, what is missing."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from escalations.appeals import packets
from escalations.appeals.models import PacketItem, PacketTemplateItem
from portal.casework import common_acts
from portal.casework.machine import Refused
from portal.casework.models import Attachment
from portal.documents.refusals import SsnRefused
from portal.documents.screening import screen_upload
from portal.tenancy.actor import NotAllowed
from tests.escalations.appeals.ground import walk
from tests.escalations.releases.ground import picture
from tests.world import World


def test_ap02_a_new_appeal_starts_with_the_papers_the_exchange_configured(world: World) -> None:
    case = walk(world).case
    found = list(case.packet_items.values_list("key", "state", "is_required"))
    assert found == [
        ("position", "needed", True),
        ("notice", "needed", True),
        ("letters", "needed", False),
    ]
    assert packets.missing_papers(case) == ["Statement of position", "Notice of determination"]


def test_a_paper_that_comes_in_with_its_file_is_among_the_files_of_the_case(world: World) -> None:
    mine = walk(world)
    item = PacketItem.objects.get(key="notice")
    mine.do(packets.record_item, item=item, file=screen_upload(picture("nod.png")), remark="Fax")
    row = next(row for row in packets.packet_rows(mine.case) if row.id == item.pk)
    assert (row.state, row.remark, row.file_name) == ("done", "Fax", "nod.png")
    assert Attachment.objects.get(case=mine.case).audience == "internal"
    assert packets.missing_papers(mine.case) == ["Statement of position"]


def test_a_file_of_the_case_can_be_the_paper(world: World) -> None:
    mine = walk(world)
    mine.do(common_acts.attach_file, file=screen_upload(picture("sop.png")))
    attachment = Attachment.objects.get()
    item = PacketItem.objects.get(key="position")
    mine.do(packets.record_item, item=item, attachment=attachment)
    assert PacketItem.objects.get(key="position").attachment == attachment
    with pytest.raises(ValidationError):
        mine.do(
            packets.record_item,
            item=PacketItem.objects.get(key="notice"),
            attachment=attachment,
            file=screen_upload(picture()),
        )


def test_a_settled_paper_is_settled_once(world: World) -> None:
    mine = walk(world)
    item = PacketItem.objects.get(key="position")
    mine.do(packets.record_item, item=item)
    with pytest.raises(Refused, match="settled already"):
        mine.do(packets.record_item, item=item)
    with pytest.raises(Refused, match="settled already"):
        mine.do(packets.waive_item, item=item, reason="Twice.")


def test_a_paper_is_waived_with_a_reason_only(world: World) -> None:
    mine = walk(world)
    item = PacketItem.objects.get(key="position")
    with pytest.raises(ValidationError):
        mine.do(packets.waive_item, item=item, reason=" ")
    with pytest.raises(SsnRefused):
        mine.do(packets.waive_item, item=item, reason="See 219-09-9999")
    mine.do(packets.waive_item, item=item, reason="Resolved by phone.")
    assert "Statement of position" not in packets.missing_papers(mine.case)


def test_a_case_may_need_a_paper_beyond_the_usual_ones(world: World) -> None:
    mine = walk(world).do(packets.add_item, label="Tax return 2024")
    assert "Tax return 2024" in packets.missing_papers(mine.case)
    with pytest.raises(Refused, match="Tax return 2024"):
        packets.require_complete(mine.case)


def test_a_paper_of_another_case_is_not_this_ones(world: World) -> None:
    mine = walk(world)
    other = walk(world)
    foreign = PacketItem.objects.filter(case=other.case).first()
    with pytest.raises(ValidationError):
        mine.do(packets.record_item, item=foreign)


def test_papers_are_configured_by_administrators_and_change_no_packet_begun(world: World) -> None:
    mine = walk(world)
    admin = world.actor("admin")
    packets.add_paper(actor=admin, case_kind="appeal", key="tax", label="Tax return", position=4)
    with pytest.raises(ValidationError):
        packets.add_paper(actor=admin, case_kind="appeal", key="tax", label="Again")
    with pytest.raises(NotAllowed):
        packets.add_paper(
            actor=world.actor("appeals.specialist"), case_kind="appeal", key="x", label="X"
        )
    assert mine.case.packet_items.count() == 3
    paper = PacketTemplateItem.objects.get(key="notice")
    packets.change_paper(actor=admin, paper=paper, label="NOD", is_active=False)
    assert list(walk(world).case.packet_items.values_list("key", flat=True)) == [
        "position",
        "letters",
        "tax",
    ]


def test_other_kinds_have_papers_of_their_own(world: World) -> None:
    packets.found_packet(
        exchange=world.exchange,
        case_kind="plan_appeal",
        papers=[packets.PacketPaper("eoc", "Evidence of coverage")],
    )
    assert walk(world).case.packet_items.count() == 3
