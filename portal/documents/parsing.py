"""Taking hostile files apart. Pure; runs only inside the limited process of ``sandbox``.

What comes out is never what came in: pictures are decoded and encoded anew, PDFs are written anew
from the objects their pages need. So nothing rides along behind the last byte, in an earlier
revision, in metadata or in a GPS tag.
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from portal.documents.ssn import contains_ssn

MAX_PIXELS: Final = 40_000_000
MAX_PAGES: Final = 200
MAX_OBJECTS: Final = 100_000
MAX_TEXT_CHARACTERS: Final = 4_000_000
_MAX_DEPTH: Final = 60


class Refusal(Exception):
    """The file is not accepted; the argument is a code of ``refusals.REASONS`` or ``"ssn"``."""

    @property
    def code(self) -> str:
        return str(self.args[0])


@dataclass(frozen=True, slots=True)
class Parsed:
    """A clean copy. ``width`` and ``height`` (pixels) are None for a PDF, ``pages`` for a picture.

    ``has_text`` tells whether there was a text layer that could be read for numbers,
    ``speaks_of_release`` whether it reads like a form that releases information.
    """

    content: bytes
    width: int | None = None
    height: int | None = None
    pages: int | None = None
    has_text: bool = False
    speaks_of_release: bool = False


#: How forms say that a constituent lets an exchange speak with an office.
_RELEASE_WORDS: Final = re.compile(
    r"(?i)\b(?:information\s+release|privacy\s+release|release\s+(?:form|of\s+information)"
    r"|authoriz\w+\b[^.]{0,200}\b(?:release|disclos\w+|discuss)\b)"
)


def _refuse_ssn(text: str) -> None:
    if contains_ssn(text):
        raise Refusal("ssn")


# --- Pictures ------------------------------------------------------------------------------


def _picture_texts(image: Any) -> Iterator[str]:
    exif = image.getexif()
    values = [*exif.values(), *exif.get_ifd(0x8769).values()]
    values += [value for key, value in image.info.items() if key not in {"exif", "icc_profile"}]
    for value in values:
        if isinstance(value, bytes):
            # UTF-16 leaves a NUL beside each digit, which the finder passes over.
            yield value.decode("latin-1")
        elif isinstance(value, str):
            yield value


def parse_picture(content: bytes, kind: str) -> Parsed:
    """Decode a JPEG or PNG (``kind``), turn it upright, and encode it without any metadata.

    Raises :class:`Refusal` with ``pixels`` (before a pixel is decoded), ``damaged`` or ``ssn``.
    """
    from PIL import Image, ImageOps

    try:
        image: Any = Image.open(io.BytesIO(content), formats=[kind])
        if image.width * image.height > MAX_PIXELS:
            raise Refusal("pixels")
        image.load()
        for text in _picture_texts(image):
            _refuse_ssn(text)
        image = ImageOps.exif_transpose(image)
    except (Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise Refusal("pixels") from None
    except (OSError, SyntaxError, ValueError, TypeError, KeyError, EOFError):
        # Pillow raises all of these for files that break their own format.
        raise Refusal("damaged") from None
    transparency = image.info.get("transparency")
    image.info = {} if transparency is None else {"transparency": transparency}
    clean = io.BytesIO()
    if kind == "JPEG":
        image = image if image.mode in {"L", "RGB"} else image.convert("RGB")
        image.save(clean, "JPEG", quality=90)
    else:
        image.save(clean, "PNG")
    return Parsed(clean.getvalue(), width=image.width, height=image.height)


# --- PDF -----------------------------------------------------------------------------------

#: Keys and action names that make a reader do something, and the code of their refusal.
_FORBIDDEN: Final = {
    **dict.fromkeys(
        ("/JS", "/JavaScript", "/Launch", "/AA", "/RichMedia", "/SubmitForm", "/ImportData",
         "/GoToE", "/Rendition", "/Movie", "/Sound", "/3D", "/ResetForm", "/RichMediaExecute"),
        "active",
    ),
    **dict.fromkeys(
        ("/EmbeddedFiles", "/EmbeddedFile", "/EF", "/FileAttachment", "/Collection"), "embedded"
    ),
    "/XFA": "xfa",
}  # fmt: skip

_HARMLESS_LINK: Final = re.compile(r"\s*(?:https?://|mailto:|tel:)", re.IGNORECASE)


def _scalars(pikepdf: Any, root: Any) -> Iterator[tuple[str, Any]]:
    """(key, value) of everything within one object, not following references to others."""
    waiting: list[tuple[Any, int]] = [(root, 0)]
    while waiting:
        thing, depth = waiting.pop()
        if depth > _MAX_DEPTH:
            raise Refusal("complex")
        if isinstance(thing, pikepdf.Array):
            pairs = [("", value) for value in thing]
        elif isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            pairs = list(thing.items())
        else:
            continue
        for key, value in pairs:
            yield key, value
            if isinstance(value, pikepdf.Array | pikepdf.Dictionary) and not value.is_indirect:
                waiting.append((value, depth + 1))


def _refuse_active(pikepdf: Any, pdf: Any) -> None:
    opening = pdf.Root.get("/OpenAction")
    if opening is not None:
        # Where to open the document (most office programs write it) is harmless but needless;
        # anything that acts is neither.
        if isinstance(opening, pikepdf.Dictionary) and opening.get("/S") != "/GoTo":
            raise Refusal("active")
        del pdf.Root["/OpenAction"]
    for thing in pdf.objects:
        for key, value in _scalars(pikepdf, thing):
            if code := _FORBIDDEN.get(key):
                raise Refusal(code)
            names_kind = key in {"/S", "/Type", "/Subtype"} and isinstance(value, pikepdf.Name)
            if names_kind and (code := _FORBIDDEN.get(str(value))):
                raise Refusal(code)
            is_link = key == "/URI" and isinstance(value, pikepdf.String)
            if is_link and not _HARMLESS_LINK.match(str(value)):
                raise Refusal("active")


def _refuse_ssn_in_strings(pikepdf: Any, pdf: Any) -> None:
    """Form values, notes, bookmarks, titles: every string of the file, and its XMP packet."""
    values: list[str] = []
    for thing in pdf.objects:
        strings: list[str] = []
        for key, value in _scalars(pikepdf, thing):
            if isinstance(value, pikepdf.String) and key != "/ID":
                strings.append(str(value))
                if key == "/V":
                    values.append(str(value))
        _refuse_ssn("\n".join(strings))
    # A number typed into three boxes of a form is three values.
    _refuse_ssn(" ".join(values))
    packet = pdf.Root.get("/Metadata")
    if isinstance(packet, pikepdf.Stream):
        try:
            text = packet.read_bytes().decode("utf-8", "replace")
        except pikepdf.PdfError:
            # What cannot be unpacked cannot be checked.
            raise Refusal("complex") from None
        if len(text) > MAX_TEXT_CHARACTERS:
            raise Refusal("complex")
        _refuse_ssn(re.sub(r"<[^<>]{0,500}>", "\n", text))


def _drop_metadata(pikepdf: Any, pdf: Any) -> None:
    if "/Info" in pdf.trailer:
        del pdf.trailer["/Info"]
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary | pikepdf.Stream):
            for key in ("/Metadata", "/PieceInfo", "/Thumb"):
                if key in thing:
                    del thing[key]


def _page_texts(content: bytes) -> Iterator[str]:
    from pypdf import PdfReader

    left = MAX_TEXT_CHARACTERS
    for page in PdfReader(io.BytesIO(content), strict=False).pages:
        text = page.extract_text()
        left -= len(text)
        if left < 0:
            raise Refusal("complex")
        yield text


def parse_pdf(content: bytes) -> Parsed:
    """Check a PDF for what acts, hides or locks, read its text for numbers, and write it anew.

    Raises :class:`Refusal` with ``locked``, ``damaged``, ``pages``, ``complex``, ``active``,
    ``embedded``, ``xfa`` or ``ssn``.
    """
    import pikepdf

    try:
        pdf = pikepdf.open(io.BytesIO(content), attempt_recovery=False)
    except pikepdf.PasswordError:
        raise Refusal("locked") from None
    except pikepdf.PdfError:
        raise Refusal("damaged") from None
    try:
        if pdf.is_encrypted:
            raise Refusal("locked")
        pages = len(pdf.pages)
        if not pages:
            raise Refusal("damaged")
        if pages > MAX_PAGES:
            raise Refusal("pages")
        if len(cast(Any, pdf.objects)) > MAX_OBJECTS:
            raise Refusal("complex")
        _refuse_active(pikepdf, pdf)
        _refuse_ssn_in_strings(pikepdf, pdf)
        _drop_metadata(pikepdf, pdf)
        clean = io.BytesIO()
        pdf.save(clean, deterministic_id=True, fix_metadata_version=False)
    except (pikepdf.PdfError, ValueError, TypeError, AttributeError):
        raise Refusal("damaged") from None
    written = clean.getvalue()
    has_text = speaks_of_release = False
    try:
        for text in _page_texts(written):
            _refuse_ssn(text)
            has_text = has_text or bool(text.strip())
            speaks_of_release = speaks_of_release or bool(_RELEASE_WORDS.search(text))
    except (Refusal, MemoryError):
        raise
    except Exception:
        # pypdf raises a great many kinds for odd content; a text layer that cannot be read
        # cannot be checked, so the file is not accepted.
        raise Refusal("complex") from None
    return Parsed(written, pages=pages, has_text=has_text, speaks_of_release=speaks_of_release)


def pdf_text(content: bytes, limit: int) -> str:
    """The text layer of a PDF that was accepted, at most ``limit`` characters of it.

    Raises :class:`Refusal` with ``complex`` when it cannot be read.
    """
    parts: list[str] = []
    left = limit
    try:
        for text in _page_texts(content):
            parts.append(text[:left])
            left -= len(text) + 1
            if left <= 0:
                break
    except (Refusal, MemoryError):
        raise
    except Exception:
        # As when it was accepted: pypdf raises a great many kinds for odd content.
        raise Refusal("complex") from None
    return "\n".join(parts)
