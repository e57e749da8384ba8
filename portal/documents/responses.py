"""What may go out as a file: always a download, never a page of ours."""

from __future__ import annotations

import unicodedata
from urllib.parse import quote

from django.http import HttpResponse

from portal.documents.models import Document
from portal.documents.screening import safe_name
from portal.documents.services import open_document

__all__ = ["attachment_response", "content_disposition"]

_EXTENSIONS = {"application/pdf": ".pdf", "image/jpeg": ".jpg", "image/png": ".png"}


def content_disposition(name: str) -> str:
    """``Content-Disposition`` for a download called ``name`` (RFC 6266, RFC 8187).

    ``name`` has passed :func:`~portal.documents.screening.safe_name`. Old clients get a plain
    name, all others the exact one.
    """
    decomposed = unicodedata.normalize("NFKD", name)
    plain = "".join(
        character if character.isalnum() or character in " .-_()" else "_"
        for character in decomposed.encode("ascii", "ignore").decode()
    )
    if not plain.rpartition(".")[0].strip(" _"):
        plain = f"document.{name.rpartition('.')[2]}"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def attachment_response(document: Document) -> HttpResponse:
    """The clean copy as a download no browser will run, sniff or keep.

    Decides nothing about access: the caller has asked the gate of the case or release the
    document hangs on, at this request, and has written the ledger row.
    Raises :class:`~portal.documents.services.DocumentUnavailable`.
    """
    content = open_document(document)
    name = safe_name(document.original_name, _EXTENSIONS[document.content_type])
    return HttpResponse(
        content,
        content_type=document.content_type,
        headers={
            "Content-Disposition": content_disposition(name),
            "Content-Length": str(len(content)),
            "Content-Security-Policy": "sandbox; default-src 'none'",
            "X-Content-Type-Options": "nosniff",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "no-store, private",
        },
    )
