"""Drafts: kept for their writer alone, encrypted, and never with a Social Security number."""

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection

from portal.casework import drafts
from portal.casework.models import Draft
from portal.documents.models import Document
from portal.documents.refusals import SsnRefused
from portal.documents.services import store_document
from tests.casework.cases import png, signed_in
from tests.world import World

FORM = "constituent.submit"


def _photo(world: World, person: str) -> Document:
    return store_document(
        exchange=world.exchange,
        file=SimpleUploadedFile("letter.png", png()),
        purpose=Document.Purpose.ATTACHMENT,
        uploaded_by=world.people[person],
    )


def test_a_draft_comes_back_as_it_was_typed(world: World) -> None:
    staff = world.actor("office.staff")
    draft = drafts.save_draft(actor=staff, form=FORM, content={"description": "Lost coverage"})
    drafts.save_draft(
        actor=staff, form=FORM, content={"description": "Lost it in May"}, public_id=draft.public_id
    )
    again = drafts.load_draft(actor=staff, public_id=draft.public_id)
    assert again.content == {"description": "Lost it in May"}
    assert drafts.drafts_of(actor=staff).count() == 1


def test_saving_under_an_id_of_the_page_s_own_makes_one_draft(world: World) -> None:
    staff, chosen = world.actor("office.staff"), uuid.uuid4()
    for text in ("a", "ab"):
        drafts.save_draft(actor=staff, form=FORM, content={"d": text}, public_id=chosen)
    assert [d.content for d in drafts.drafts_of(actor=staff)] == [{"d": "ab"}]


@pytest.mark.parametrize("key", ["office.manager", "office.staff2", "admin", "ea.lead"])
def test_nobody_else_opens_replaces_or_discards_a_draft(world: World, key: str) -> None:
    draft = drafts.save_draft(actor=world.actor("office.staff"), form=FORM, content={"d": "x"})
    other = world.actor(key)
    with pytest.raises(Draft.DoesNotExist):
        drafts.load_draft(actor=other, public_id=draft.public_id)
    with pytest.raises(Draft.DoesNotExist):
        drafts.save_draft(actor=other, form=FORM, content={}, public_id=draft.public_id)
    with pytest.raises(Draft.DoesNotExist):
        drafts.discard_draft(actor=other, public_id=draft.public_id)
    assert not drafts.drafts_of(actor=other).exists()


def test_a_draft_with_a_social_security_number_is_not_stored_EA_06(world: World) -> None:
    staff = world.actor("office.staff")
    draft = drafts.save_draft(actor=staff, form=FORM, content={"d": "clean"})
    with pytest.raises(SsnRefused) as refusal:
        drafts.save_draft(
            actor=staff, form=FORM, content={"d": "SSN 219-09-9999"}, public_id=draft.public_id
        )
    assert "219" not in str(refusal.value)
    draft.refresh_from_db()
    assert draft.content == {"d": "clean"}


def test_the_database_holds_no_word_of_a_draft(world: World) -> None:
    drafts.save_draft(actor=world.actor("office.staff"), form=FORM, content={"d": "Quintero"})
    with connection.cursor() as cursor:
        cursor.execute("SELECT content::text FROM casework_draft")
        assert "Quintero" not in cursor.fetchone()[0]


def test_a_person_cannot_fill_the_store(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    staff = world.actor("office.staff")
    with pytest.raises(ValidationError, match="too long"):
        drafts.save_draft(actor=staff, form=FORM, content={"d": "x" * (drafts.LIMIT + 1)})
    monkeypatch.setattr(drafts, "MOST", 1)
    drafts.save_draft(actor=staff, form=FORM, content={})
    with pytest.raises(ValidationError, match="too many"):
        drafts.save_draft(actor=staff, form=FORM, content={})


def test_a_file_goes_with_its_draft_unless_a_case_holds_it_by_then(world: World) -> None:
    staff = world.actor("office.staff")
    draft = drafts.save_draft(actor=staff, form=FORM, content={})
    loose, taken = _photo(world, "office.staff"), _photo(world, "office.staff")
    for document in (loose, taken):
        drafts.add_document(actor=staff, draft=draft, document=document, purpose="attachment")
    keeper = drafts.save_draft(actor=staff, form="other", content={})
    drafts.add_document(actor=staff, draft=keeper, document=taken, purpose="attachment")
    drafts.discard_draft(actor=staff, public_id=draft.public_id)
    assert list(Document.objects.values_list("pk", flat=True)) == [taken.pk]


def test_only_one_s_own_file_can_be_put_into_a_draft(world: World) -> None:
    staff = world.actor("office.staff")
    draft = drafts.save_draft(actor=staff, form=FORM, content={})
    foreign = _photo(world, "office.manager")
    with pytest.raises(Document.DoesNotExist):
        drafts.add_document(actor=staff, draft=draft, document=foreign, purpose="attachment")
    own = _photo(world, "office.staff")
    drafts.add_document(actor=staff, draft=draft, document=own, purpose="attachment")
    drafts.remove_document(actor=staff, draft=draft, public_id=own.public_id)
    assert not drafts.documents_of(draft).exists()
    with pytest.raises(Document.DoesNotExist):
        drafts.remove_document(actor=staff, draft=draft, public_id=own.public_id)


def test_the_page_s_auto_save_keeps_texts_and_says_why_it_does_not_EA_06(world: World) -> None:
    client, public_id = signed_in(world, "office.staff"), uuid.uuid4()
    address = f"/drafts/{FORM}/{public_id}/"
    assert client.post(address, {"description": "Typed"}).status_code == 204
    assert client.get(address).status_code == 405
    refused = client.post(address, {"description": "SSN 219-09-9999"})
    assert refused.status_code == 422
    assert b"Social Security number" in refused.content
    assert b"219" not in refused.content
    assert Draft.objects.get().content == {"description": "Typed"}
    other = signed_in(world, "office.staff2")
    assert other.post(address, {"description": "Mine now"}).status_code == 404
    assert client.post(f"/drafts/No Form/{public_id}/").status_code == 404
