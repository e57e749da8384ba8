"""Files built by code: honest ones, and the hostile ones of the acceptance plan (H-1)."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from functools import cache

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf, String
from PIL import Image
from reportlab.pdfgen.canvas import Canvas

#: Printed in a pamphlet of 1940 and void ever since: nobody has this number.
SSN = "219-09-9999"


def photo(
    size: tuple[int, int] = (40, 20),
    *,
    kind: str = "JPEG",
    mode: str = "RGB",
    exif: Image.Exif | None = None,
    **options: object,
) -> bytes:
    """A small picture, left half dark and right half light."""
    picture = Image.new(mode, size)
    picture.paste(Image.new(mode, (size[0] // 2, size[1]), "white"), (size[0] // 2, 0))
    out = io.BytesIO()
    if exif is not None:
        options["exif"] = exif
    picture.save(out, kind, **options)
    return out.getvalue()


def photo_with_place() -> bytes:
    """A JPEG as a telephone writes it: lying on its side, with its place in it."""
    exif = Image.Exif()
    exif[0x0112] = 6
    exif[0x010F] = "Canary Camera"
    exif.get_ifd(0x8825).update({1: "N", 2: (38.0, 34.0, 54.0), 3: "W", 4: (121.0, 29.0, 40.0)})
    return photo(exif=exif)


def picture_header(width: int, height: int) -> bytes:
    """A PNG that claims a size and holds almost nothing: a bomb by header."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(b"\0" * 1000))
        + chunk(b"IEND", b"")
    )


def letter(*lines: str, title: str = "A letter", pages: int = 1) -> bytes:
    """A PDF with a text layer."""
    out = io.BytesIO()
    canvas = Canvas(out)
    canvas.setTitle(title)
    for _ in range(pages):
        for number, line in enumerate(lines or ("Dear office,",)):
            canvas.drawString(72, 720 - 20 * number, line)
        canvas.showPage()
    canvas.save()
    return out.getvalue()


def changed_letter(change: Callable[[Pdf], None], **save_options: object) -> bytes:
    """A letter after ``change`` was made to it with pikepdf."""
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(letter())) as pdf:
        change(pdf)
        pdf.save(out, **save_options)  # type: ignore[arg-type]
    return out.getvalue()


def _action(**action: object) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        pdf.Root.OpenAction = pdf.make_indirect(Dictionary(Type=Name.Action, **action))

    return change


def _named_script(pdf: Pdf) -> None:
    script = Dictionary(S=Name.JavaScript, JS=String("app.alert(1)"))
    pdf.Root.Names = Dictionary(JavaScript=Dictionary(Names=Array([String("a"), script])))


def _page_action(pdf: Pdf) -> None:
    pdf.pages[0].obj.AA = Dictionary(O=Dictionary(S=Name.URI, URI=String("https://a.example")))


def _embedded(pdf: Pdf) -> None:
    pdf.attachments["inner.txt"] = b"inside"


def _form_field(value: str, label: str) -> Callable[[Pdf], None]:
    def change(pdf: Pdf) -> None:
        field = pdf.make_indirect(
            Dictionary(FT=Name.Tx, T=String(label), V=String(value), Type=Name.Annot,
                       Subtype=Name.Widget, Rect=Array([0, 0, 99, 20]))
        )  # fmt: skip
        pdf.pages[0].obj.Annots = Array([field])
        pdf.Root.AcroForm = Dictionary(Fields=Array([field]))

    return change


def _xfa(pdf: Pdf) -> None:
    pdf.Root.AcroForm = Dictionary(Fields=Array([]), XFA=pdf.make_stream(b"<xdp/>"))


def _script_link(pdf: Pdf) -> None:
    link = Dictionary(S=Name.URI, URI=String("javascript:alert(1)"))
    pdf.pages[0].obj.Annots = Array(
        [Dictionary(Type=Name.Annot, Subtype=Name.Link, A=link, Rect=Array([0, 0, 9, 9]))]
    )


@cache
def _packed_gigabyte() -> bytes:
    packer, megabyte = zlib.compressobj(1), bytes(1024**2)
    return b"".join(packer.compress(megabyte) for _ in range(1200)) + packer.flush()


def bomb(place: str) -> bytes:
    """A PDF of a few megabytes whose page or XMP packet (``place``) unpacks to over a gigabyte."""

    def change(pdf: Pdf) -> None:
        stream = pdf.make_indirect(pikepdf.Stream(pdf, _packed_gigabyte()))
        stream.Filter = Name.FlateDecode
        if place == "page":
            pdf.pages[0].obj.Contents = stream
        else:
            pdf.Root.Metadata = stream

    # Left to itself, the writer would unpack the packet to set a version in it.
    return changed_letter(
        change, fix_metadata_version=False, stream_decode_level=pikepdf.StreamDecodeLevel.none
    )


def _deep(pdf: Pdf) -> None:
    inner = Array([])
    for _ in range(90):
        inner = Array([inner])
    pdf.Root.Deep = inner


#: Name of the file, its bytes, and the code of the refusal.
REFUSED_PDFS: dict[str, tuple[Callable[[], bytes], str]] = {
    "script on opening": (
        lambda: changed_letter(_action(S=Name.JavaScript, JS=String("x"))),
        "active",
    ),
    "program on opening": (lambda: changed_letter(_action(S=Name.Launch)), "active"),
    "link on opening": (
        lambda: changed_letter(_action(S=Name.URI, URI=String("https://a.example"))),
        "active",
    ),
    "named script": (lambda: changed_letter(_named_script), "active"),
    "action on a page": (lambda: changed_letter(_page_action), "active"),
    "script in a link": (lambda: changed_letter(_script_link), "active"),
    "file inside": (lambda: changed_letter(_embedded), "embedded"),
    "interactive form": (lambda: changed_letter(_xfa), "xfa"),
    "password": (
        lambda: changed_letter(
            lambda pdf: None, encryption=pikepdf.Encryption(user="a", owner="b")
        ),
        "locked",
    ),
    "owner's password": (
        lambda: changed_letter(lambda pdf: None, encryption=pikepdf.Encryption(user="", owner="b")),
        "locked",
    ),
    "cut short": (lambda: letter()[:-300], "damaged"),
    "only a header": (lambda: b"%PDF-1.7\n", "damaged"),
    "too many pages": (lambda: letter(pages=201), "pages"),
    "nested deeply": (lambda: changed_letter(_deep), "complex"),
}

PDFS_WITH_NUMBER: dict[str, Callable[[], bytes]] = {
    "text": lambda: letter("My number is", SSN),
    "nine digits beside a label": lambda: letter(f"SSN: {SSN.replace('-', '')}"),
    "title": lambda: letter(title=f"Case of {SSN}"),
    "field": lambda: changed_letter(_form_field(SSN.replace("-", ""), "SSN")),
    "field without a label": lambda: changed_letter(_form_field(SSN, "f1")),
}

#: File name, bytes, code.
OTHER_KINDS: dict[str, tuple[str, bytes, str]] = {
    "web page named as a picture": ("a.png", b"<!DOCTYPE html><script>alert(1)</script>", "web"),
    "drawing": ("a.svg", b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>", "web"),
    "drawing named as a photo": ("a.jpg", b"\n <?xml version='1.0'?><svg/>", "web"),
    "telephone photo": ("IMG_1.heic", b"\0\0\0\x18ftypheic\0\0\0\0", "heic"),
    "telephone photo named as JPEG": ("IMG_1.jpg", b"\0\0\0\x18ftypmif1\0\0\0\0", "heic"),
    "moving picture": ("a.gif", b"GIF89a\1\0\1\0", "image_type"),
    "archive": ("a.zip", b"PK\x03\x04....", "office"),
    "office document named as PDF": ("a.pdf", b"PK\x03\x04....", "office"),
    "program": ("a.pdf", b"MZ\x90\0", "type"),
    "PDF behind something else": ("a.pdf", b"GIF89a" + letter(), "image_type"),
    "plain text": ("a.txt", b"hello", "type"),
    "nothing": ("a.pdf", b"", "empty"),
}
