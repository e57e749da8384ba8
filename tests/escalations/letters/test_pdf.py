"""The PDF: its words, its bytes, its silence about people, and the scripts it can print."""

from dataclasses import replace
from datetime import date
from io import BytesIO

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from escalations.letters import services
from escalations.letters.pdf import Sheet, as_pdf
from escalations.letters.typeface import unprintable
from portal.documents.services import open_document
from tests.escalations.letters.ground import ADDRESSEE, approved, draft, text_of
from tests.world import World

SHEET = Sheet(
    exchange="The Exchange",
    contact=("service@exchange.example", "(555) 555-0100"),
    number="ES-2025-000001",
    dated=date(2025, 11, 5),
    language="en",
    addressee="Rosa Quintero\n12 Example Street",
    body="Dear Rosa,\n\nAll is well & <b>settled</b>.\n\nYours",
)
PRINTED = {
    "Spanish": "Señora Núñez, ¿cómo está? ¡Sí!",
    "Vietnamese": "Kính gửi Bà Nguyễn Thị Thuỷ, Huỳnh Đặng Ưng, ở Quận 3",
    "Armenian": "Հարգելի Արամ Սարգսյան, ձեր գործը լուծված է",
    "Russian": "Уважаемая Наталья Ёлкина",
    "Ukrainian": "Шановний Євген Їжакевич Ґалаґан",
    "Greek": "Αγαπητή Ελένη",
    "Hmong": "Nyob zoo, Tswv Yim Xyooj",
}
REFUSED = {
    "Chinese": "王小明",
    "Arabic": "محمد",
    "Farsi": "گلناز",
    "Korean": "김민수",
    "Japanese": "さとう",
    "Khmer": "សុខ",
    "Hindi": "प्रिया",
    "Punjabi": "ਗੁਰਪ੍ਰੀਤ",
    "Thai": "สมชาย",
    "Lao": "ສົມ",
    "Hebrew": "דוד",
    "a picture": "🦓",
    "a control": "\x07",
    "a turned direction": "\u202e",
}


def test_the_pdf_holds_the_words_of_the_letter_as_text() -> None:
    words = text_of(as_pdf(SHEET))
    for expected in (
        "The Exchange",
        "service@exchange.example",
        "November 5, 2025",
        "Rosa Quintero",
        "12 Example Street",
        "All is well & <b>settled</b>.",
        "ES-2025-000001",
    ):
        assert expected in words


def test_the_same_letter_gives_the_same_bytes_and_another_gives_others() -> None:
    assert as_pdf(SHEET) == as_pdf(replace(SHEET))
    assert as_pdf(SHEET) != as_pdf(replace(SHEET, body="Something else"))


def test_no_person_stands_in_the_properties_of_a_filed_letter(world: World) -> None:
    letter = approved(world)
    content = open_document(letter.document)
    with pikepdf.open(BytesIO(content)) as pdf:
        info = {str(key): str(value) for key, value in pdf.docinfo.items()}
    assert info["/Title"] == f"Letter {letter.case.number}"
    assert info["/Author"] == world.exchange.name
    for name in ("Rosa", "Quintero", "Specialist", "Lead"):
        assert name not in repr(info)
    assert "2025" not in info["/CreationDate"]


def test_the_pdf_says_its_language_and_embeds_its_typeface() -> None:
    reader = PdfReader(BytesIO(as_pdf(replace(SHEET, language="es"))))
    assert str(reader.trailer["/Root"]["/Lang"]) == "es"
    fonts = reader.pages[0]["/Resources"]["/Font"]
    for font in fonts.values():
        descriptor = font.get_object().get("/FontDescriptor")
        if descriptor is not None:
            assert "/FontFile2" in descriptor.get_object()


def test_a_long_letter_goes_on_to_further_pages() -> None:
    long = replace(SHEET, body="\n\n".join(f"Paragraph {n}." for n in range(120)))
    assert len(PdfReader(BytesIO(as_pdf(long))).pages) > 2
    assert "Paragraph 119." in text_of(as_pdf(long))


@pytest.mark.parametrize("text", PRINTED.values(), ids=PRINTED)
def test_letters_in_these_scripts_are_printed_and_can_be_read_back(text: str) -> None:
    assert unprintable(text) == []
    words = text_of(as_pdf(replace(SHEET, body=text)))
    assert "".join(text.split()) in "".join(words.split())


@pytest.mark.parametrize("text", REFUSED.values(), ids=REFUSED)
def test_letters_in_other_scripts_are_refused_and_never_printed_as_boxes(
    world: World, text: str
) -> None:
    letter = draft(world)
    specialist = world.actor("eru.specialist")
    body = f"Dear {text}"
    kept = services.edit_letter(actor=specialist, letter=letter, addressee=ADDRESSEE, body=body)
    assert kept.body == body, "a draft is never stopped"
    with pytest.raises(ValidationError, match="cannot print these characters"):
        services.submit_letter(actor=specialist, letter=letter)


def test_letters_and_accents_that_came_apart_are_put_together() -> None:
    assert unprintable("Nguye\u0302\u0303n") == []
    assert "Nguyễn" in text_of(as_pdf(replace(SHEET, body="Nguye\u0302\u0303n")))


@settings(max_examples=30, deadline=None)
@given(st.text(st.characters(max_codepoint=0x2FFF), max_size=60))
def test_what_is_called_printable_is_printed_without_an_error(text: str) -> None:
    if not unprintable(text):
        assert as_pdf(replace(SHEET, body=text, addressee=text)).startswith(b"%PDF-")
