"""What may come in as a body: strict JSON and multipart, neither larger nor deeper than needed."""

import json
import math
import re
from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework import parsers
from rest_framework.exceptions import APIException, ParseError

#: No body of ours nests deeper; a deeper one is an attack on whatever walks it.
MAX_DEPTH = 20
#: Files of one request together, beside the limit each file has of its own (bytes).
MAX_MULTIPART_BYTES = 5 * settings.DOCUMENT_MAX_BYTES + settings.DATA_UPLOAD_MAX_MEMORY_SIZE
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


class BodyTooLarge(APIException):
    """The body is larger than this address accepts (413)."""

    status_code = 413
    default_detail = "The request is too large."
    default_code = "too_large"


class StrictJSONParser(parsers.JSONParser):
    """JSON as RFC 8259 has it: no NaN, no name twice, no text that cannot be stored."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value of the body.

        Raises:
            BodyTooLarge: more than ``DATA_UPLOAD_MAX_MEMORY_SIZE`` bytes.
            ParseError: it is no JSON, or nests deeper than :data:`MAX_DEPTH`.
        """
        limit = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
        body = stream.read(limit + 1)
        if len(body) > limit:
            raise BodyTooLarge
        try:
            value = json.loads(
                body.decode("utf-8"),
                parse_constant=_refuse,
                parse_float=_float,
                object_pairs_hook=_object,
            )
            if _SURROGATE.search(body):
                # Half a surrogate pair is a Python string but no text a database can hold.
                json.dumps(value, ensure_ascii=False).encode("utf-8")
        except (ValueError, RecursionError):
            raise ParseError("The body is not valid JSON.") from None
        if _is_deeper(value, MAX_DEPTH):
            raise ParseError(f"The body nests deeper than {MAX_DEPTH} levels.")
        return value


class LimitedMultiPartParser(parsers.MultiPartParser):
    """Multipart, refused by its announced length before anything is read."""

    def parse(
        self,
        stream: IO[bytes],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The fields and files of the body.

        Raises:
            BodyTooLarge: more than :data:`MAX_MULTIPART_BYTES`.
            ParseError: the body is no multipart.
        """
        meta = (parser_context or {})["request"].META
        if int(meta.get("CONTENT_LENGTH") or 0) > MAX_MULTIPART_BYTES:
            raise BodyTooLarge
        return super().parse(stream, media_type, parser_context)


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is not JSON")


def _float(text: str) -> float:
    number = float(text)
    if not math.isfinite(number):
        raise ValueError("too large a number")
    return number


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name occurs twice")
    return found


def _is_deeper(value: Any, limit: int) -> bool:
    """Level by level and without recursion: the stack is what such a body aims at."""
    level = [value]
    for _ in range(limit + 1):
        level = [
            inner
            for outer in level
            if isinstance(outer, list | dict)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return False
    return True
