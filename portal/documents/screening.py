"""What may come in as a file: PDF, JPEG and PNG, told by content, checked and made anew.

Order matters: cheap refusals first (size, first bytes, file name), then the virus scanner, and
only a scanned file is parsed, in a process of its own (``sandbox``).
"""

from __future__ import annotations

import hashlib
import io
import re
import unicodedata
from dataclasses import dataclass
from typing import Final

import clamd
from django.conf import settings
from django.core.files.base import File

from portal.documents.parsing import MAX_PAGES, Refusal
from portal.documents.refusals import SsnRefused, UploadRefused
from portal.documents.sandbox import parse_safely
from portal.documents.ssn import contains_ssn

__all__ = ["ScreenedFile", "safe_name", "scan", "screen_upload"]


@dataclass(frozen=True, slots=True)
class ScreenedFile:
    """A file that passed, in the form in which it may be stored and served.

    ``content`` is the clean copy, ``original`` the bytes as they came: those are evidence, never
    served. ``size`` is in bytes, ``sha256`` in hex; both are of ``content``. ``width`` and
    ``height`` (pixels) are None for a PDF, ``pages`` is None for a picture.
    ``text_layer_checked`` is False where there was no text to read (photos, scans): only a person
    can see a number there.
    """

    content: bytes
    original: bytes
    content_type: str
    extension: str
    original_name: str
    size: int
    sha256: str
    width: int | None
    height: int | None
    pages: int | None
    text_layer_checked: bool
    #: Its text reads like a form that releases information; whether it is one, a person checks.
    speaks_of_release: bool = False


@dataclass(frozen=True, slots=True)
class _Kind:
    parser: str
    content_type: str
    extension: str


_PDF: Final = _Kind("PDF", "application/pdf", ".pdf")
_JPEG: Final = _Kind("JPEG", "image/jpeg", ".jpg")
_PNG: Final = _Kind("PNG", "image/png", ".png")

_ACCEPTED: Final = ((b"%PDF-", _PDF), (b"\xff\xd8\xff", _JPEG), (b"\x89PNG\r\n\x1a\n", _PNG))

#: First bytes of files people add by mistake, so that the refusal can say what to do.
_MISTAKEN: Final = (
    (re.compile(rb".{4}ftyp(?:hei|hev|mif1|msf1)", re.DOTALL), "heic"),
    (re.compile(rb"GIF8|II\*\0|MM\0\*|BM|RIFF.{4}WEBP|.{4}ftypavi", re.DOTALL), "image_type"),
    (re.compile(rb"PK\x03\x04|\xd0\xcf\x11\xe0|Rar!|7z\xbc\xaf|\x1f\x8b|\{\\rtf"), "office"),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!|\?|html|svg|script|body|head)", re.I), "web"),
)


def _kind_of(content: bytes) -> _Kind:
    for magic, kind in _ACCEPTED:
        if content.startswith(magic):
            return kind
    for pattern, code in _MISTAKEN:
        if pattern.match(content):
            raise UploadRefused(code)
    raise UploadRefused("type")


def safe_name(name: str, extension: str) -> str:
    """``name`` made harmless for a page, a header and a disk, ending in ``extension``.

    Folders, control characters, marks that turn the reading direction and reserved characters go;
    letters of every script stay. At most 100 characters before the extension.
    """
    last = re.split(r"[/\\]", name)[-1]
    kept = "".join(
        character
        for character in unicodedata.normalize("NFC", last)
        if unicodedata.category(character)[0] != "C"
    )
    stem = re.sub(r"\.[A-Za-z0-9]{1,5}\Z", "", kept)
    stem = re.sub(r'[<>:"|?*;%=\'`$&]', "_", stem)
    stem = re.sub(r"\s+", " ", stem).strip(" .")[:100].rstrip(" .")
    return f"{stem or 'document'}{extension}"


def scan(content: bytes) -> None:
    """Ask the virus scanner, where one is configured (``CLAMD_SOCKET``). Fails closed.

    Raises :class:`UploadRefused` with ``virus``, or with ``scanner`` when the scanner is down,
    slow, over its limit or says anything but OK. The scanner must run with ``AlertExceedsMax``:
    without it, it calls files beyond its limits clean.
    """
    address: str = settings.CLAMD_SOCKET
    if not address:
        return
    seconds = getattr(settings, "CLAMD_TIMEOUT_SECONDS", 15)
    host, colon, port = address.rpartition(":")
    try:
        if colon and port.isdigit():
            scanner = clamd.ClamdNetworkSocket(host=host, port=int(port), timeout=seconds)
        else:
            scanner = clamd.ClamdUnixSocket(path=address, timeout=seconds)
        answer, name = scanner.instream(io.BytesIO(content))["stream"]
    except (clamd.ClamdError, OSError, KeyError, TypeError, ValueError):
        raise UploadRefused("scanner") from None
    if answer == "FOUND" and not str(name).startswith("Heuristics.Limits"):
        raise UploadRefused("virus")
    if answer == "FOUND":
        raise UploadRefused("complex")
    if answer != "OK":
        raise UploadRefused("scanner")


def screen_upload(file: File[bytes]) -> ScreenedFile:
    """Check an uploaded file and return its clean copy.

    Raises :class:`UploadRefused` or :class:`SsnRefused`; both are ``ValidationError`` with a
    sentence that says what to do. Reads at most ``DOCUMENT_MAX_BYTES`` + 1 bytes.
    """
    limit: int = settings.DOCUMENT_MAX_BYTES
    name = file.name or ""
    if contains_ssn(name):
        raise SsnRefused("the name of the file")
    file.seek(0)
    original = file.read(limit + 1)
    file.seek(0)
    if len(original) > limit:
        raise UploadRefused("too_large", limit=limit // 1024**2)
    if not original:
        raise UploadRefused("empty")
    kind = _kind_of(original)
    scan(original)
    try:
        parsed = parse_safely(original, kind.parser)
    except Refusal as refusal:
        if refusal.code == "ssn":
            raise SsnRefused("the file, or from its properties,") from None
        raise UploadRefused(refusal.code, pages=MAX_PAGES) from None
    return ScreenedFile(
        content=parsed.content,
        original=original,
        content_type=kind.content_type,
        extension=kind.extension,
        original_name=safe_name(name, kind.extension),
        size=len(parsed.content),
        sha256=hashlib.sha256(parsed.content).hexdigest(),
        width=parsed.width,
        height=parsed.height,
        pages=parsed.pages,
        text_layer_checked=parsed.has_text,
        speaks_of_release=parsed.speaks_of_release,
    )
