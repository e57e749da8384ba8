"""EA-06, H-1 to H-5: what comes in as a file is told by content, checked, and made anew."""

from __future__ import annotations

import io
import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pikepdf
import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pytest_django import Settings

from portal.documents.refusals import REASONS, SsnRefused, UploadRefused
from portal.documents.screening import ScreenedFile, safe_name, screen_upload
from tests.documents import hostile


@pytest.fixture(autouse=True)
def _files_settings(settings: Settings) -> None:
    settings.DOCUMENT_MAX_BYTES = 10 * 1024 * 1024
    settings.CLAMD_SOCKET = ""


def screen(content: bytes, name: str = "file.bin") -> ScreenedFile:
    return screen_upload(ContentFile(content, name=name))


def code_of(content: bytes, name: str = "file.bin") -> str:
    with pytest.raises(ValidationError) as refusal:
        screen(content, name)
    return str(refusal.value.code)


def test_a_letter_is_accepted_and_its_text_is_read() -> None:
    screened = screen(hostile.letter("Please help", pages=3), "letter.pdf")
    assert (screened.content_type, screened.pages, screened.width) == ("application/pdf", 3, None)
    assert screened.text_layer_checked
    assert screened.original_name == "letter.pdf"


def test_a_written_pdf_carries_no_properties_of_its_writer() -> None:
    content = screen(hostile.letter(title="Canary title")).content
    assert b"Canary" not in content
    assert b"ReportLab" not in content
    with pikepdf.open(io.BytesIO(content)) as pdf:
        assert "/Info" not in pdf.trailer
        assert "/Metadata" not in pdf.Root


def test_what_stands_behind_the_end_of_a_pdf_is_not_stored() -> None:
    original = hostile.letter()
    screened = screen(original + b"\n%" + b"<script>canary</script>")
    assert b"canary" not in screened.content
    assert b"canary" in screened.original


def test_a_place_to_open_at_is_dropped_and_does_not_refuse_the_letter() -> None:
    def open_at_top(pdf: pikepdf.Pdf) -> None:
        pdf.Root.OpenAction = pikepdf.Array([pdf.pages[0].obj, pikepdf.Name.Fit])

    with pikepdf.open(io.BytesIO(screen(hostile.changed_letter(open_at_top)).content)) as pdf:
        assert "/OpenAction" not in pdf.Root


@pytest.mark.parametrize("name", hostile.REFUSED_PDFS)
def test_a_pdf_that_acts_hides_or_breaks_is_refused(name: str) -> None:
    build, code = hostile.REFUSED_PDFS[name]
    assert code_of(build(), "letter.pdf") == code


@pytest.mark.parametrize("name", hostile.PDFS_WITH_NUMBER)
def test_a_pdf_with_a_number_is_refused_without_repeating_it_ea_06(name: str) -> None:
    with pytest.raises(SsnRefused) as refusal:
        screen(hostile.PDFS_WITH_NUMBER[name](), "letter.pdf")
    assert refusal.value.code == "ssn_refused"
    assert "219" not in str(refusal.value)
    assert "9999" not in repr(refusal.value)


@pytest.mark.parametrize("place", ["page", "properties"])
def test_a_pdf_that_unpacks_to_over_a_gigabyte_is_refused(place: str) -> None:
    assert code_of(hostile.bomb(place)) == "complex"


@pytest.mark.parametrize("kind", hostile.OTHER_KINDS)
def test_any_other_kind_of_file_is_refused_whatever_its_name(kind: str) -> None:
    name, content, code = hostile.OTHER_KINDS[kind]
    assert code_of(content, name) == code


def test_the_refusal_of_a_heic_photo_says_what_to_do() -> None:
    with pytest.raises(UploadRefused, match="Save it as JPEG or PNG and add it again"):
        screen(b"\0\0\0\x18ftypheic")


def test_a_photo_loses_its_place_and_keeps_its_orientation() -> None:
    screened = screen(hostile.photo_with_place(), "front.jpeg")
    assert (screened.width, screened.height) == (20, 40)
    assert screened.original_name == "front.jpg"
    assert not screened.text_layer_checked
    with Image.open(io.BytesIO(screened.content)) as copy:
        assert not copy.getexif()
        # Lying on its side, the light half was on the right; upright it is at the bottom.
        assert copy.convert("L").getpixel((10, 5)) < 50
        assert copy.convert("L").getpixel((10, 35)) > 200
    assert b"Canary" not in screened.content


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_pictures_of_every_mode_survive(mode: str) -> None:
    out = io.BytesIO()
    Image.new(mode, (8, 8)).save(out, "PNG")
    assert screen(out.getvalue()).width == 8


def test_a_picture_in_printers_colours_becomes_one_for_screens() -> None:
    with Image.open(io.BytesIO(screen(hostile.photo(mode="CMYK")).content)) as copy:
        assert copy.mode == "RGB"


def test_a_photo_that_is_also_a_pdf_is_only_a_photo_afterwards() -> None:
    screened = screen(hostile.photo() + hostile.letter("<script>"), "both.jpg")
    assert screened.content_type == "image/jpeg"
    assert b"%PDF" not in screened.content


def test_a_pdf_named_as_a_photo_is_stored_under_its_true_kind() -> None:
    screened = screen(hostile.letter(), "photo.jpg")
    assert (screened.content_type, screened.original_name) == ("application/pdf", "photo.pdf")


def test_a_photo_cut_short_is_refused() -> None:
    content = hostile.photo((400, 400))
    assert code_of(content[: len(content) // 2], "a.jpg") == "damaged"


@pytest.mark.parametrize("side", [6_400, 10_000, 60_000])
def test_a_bomb_by_header_is_refused_before_it_is_decoded(side: int) -> None:
    assert code_of(hostile.picture_header(side, side), "a.png") == "pixels"


def test_a_number_in_the_properties_of_a_photo_is_refused_ea_06() -> None:
    exif = Image.Exif()
    exif[0x010E] = f"Card of {hostile.SSN}"
    assert code_of(hostile.photo(exif=exif)) == "ssn_refused"
    assert code_of(hostile.photo(comment=hostile.SSN.encode())) == "ssn_refused"
    note = PngInfo()
    note.add_itxt("Description", hostile.SSN, zip=True)
    assert code_of(hostile.photo(kind="PNG", pnginfo=note)) == "ssn_refused"


def test_a_number_in_the_name_of_a_file_is_refused_ea_06() -> None:
    assert code_of(hostile.letter(), f"card {hostile.SSN}.pdf") == "ssn_refused"


def test_a_file_over_the_limit_is_refused(settings: Settings) -> None:
    settings.DOCUMENT_MAX_BYTES = 1024**2
    assert code_of(b"%PDF-" + b"0" * 1024**2) == "too_large"


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("../../x.pdf", "x.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd.pdf"),
        ("in\u202efdp.exe", "infdp.pdf"),
        ("a\x00b.pdf", "ab.pdf"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie_ x.pdf"),
        (".pdf", "document.pdf"),
        ("", "document.pdf"),
        ("...", "document.pdf"),
        ("x" * 300 + ".pdf", "x" * 100 + ".pdf"),
        ("carta de señora Núñez.PDF", "carta de señora Núñez.pdf"),
        ("信.pdf", "信.pdf"),
        ('a";filename="b.exe', "a__filename__b.pdf"),
        ("report.pdf.exe", "report.pdf.pdf"),
    ],
)
def test_a_file_name_is_made_harmless(name: str, safe: str) -> None:
    assert safe_name(name, ".pdf") == safe


def test_every_refusal_is_a_sentence_that_ends_and_names_no_detail() -> None:
    for sentence in REASONS.values():
        assert sentence.endswith(".")
        assert len(sentence) < 140


# --- The virus scanner -----------------------------------------------------------------------


@contextmanager
def scanner_answering(answer: Callable[[bytes], bytes | None]) -> Iterator[str]:
    """A scanner that speaks INSTREAM on a loopback port; answers with ``answer(content)``."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            self.rfile.readline()
            content = b""
            while size := int.from_bytes(self.rfile.read(4)):
                content += self.rfile.read(size)
            if (said := answer(content)) is not None:
                self.wfile.write(said)
            else:
                threading.Event().wait(1)

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"127.0.0.1:{server.server_address[1]}"
        server.shutdown()


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        (b"stream: Eicar-Test-Signature FOUND\n", "virus"),
        (b"stream: Heuristics.Limits.Exceeded FOUND\n", "complex"),
        (b"INSTREAM size limit exceeded. ERROR\n", "scanner"),
        (b"stream: broken ERROR\n", "scanner"),
        (b"", "scanner"),
        (None, "scanner"),
    ],
    ids=["found", "beyond its limits", "too long", "error", "hangs up", "slow"],
)
def test_nothing_is_accepted_unless_the_scanner_says_ok(
    settings: Settings, answer: bytes | None, code: str
) -> None:
    settings.CLAMD_TIMEOUT_SECONDS = 0.3
    with scanner_answering(lambda _: answer) as address:
        settings.CLAMD_SOCKET = address
        assert code_of(hostile.letter()) == code


def test_the_scanner_sees_the_file_as_it_came(settings: Settings) -> None:
    seen = []

    def answer(content: bytes) -> bytes:
        seen.append(content)
        return b"stream: OK\n"

    with scanner_answering(answer) as address:
        settings.CLAMD_SOCKET = address
        screened = screen(hostile.letter())
    assert seen == [screened.original]


@pytest.mark.parametrize("address", ["127.0.0.1:1", "/nonexistent/clamd.sock"])
def test_a_scanner_that_is_down_refuses_and_says_to_try_again(
    settings: Settings, address: str
) -> None:
    settings.CLAMD_SOCKET = address
    with pytest.raises(UploadRefused, match="Try again in a few minutes"):
        screen(hostile.letter())
