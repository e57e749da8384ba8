"""A short-lived process with little memory, little time and no secrets, to parse one file in.

Parsers are where hostile files bite. Whatever happens in here - endless loop, memory bomb, crash in
a C library - ends this process and not the portal's, and the file is refused.

The parent writes the file to standard input and reads one line of JSON (what was found) followed
by the clean copy. When a file is taken in, nothing of its text comes back, so nothing of it can
reach a log; only a document that people publish is read for its words (:func:`read_text_safely`).
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any, Final

from portal.documents.parsing import Parsed, Refusal, parse_pdf, parse_picture, pdf_text

_ROOT: Final = Path(__file__).resolve().parents[2]
_MEMORY_BYTES: Final = 1024**3
_CPU_SECONDS: Final = 20
_WALL_SECONDS: Final = 45
#: Characters of a document's text layer that are read: enough to find it by.
MAX_WORDS: Final = 100_000
_TEXT: Final = "TEXT"


def parse_safely(content: bytes, kind: str) -> Parsed:
    """The clean copy of ``content``, a file of ``kind`` ``"PDF"``, ``"JPEG"`` or ``"PNG"``.

    Raises :class:`~portal.documents.parsing.Refusal`; its code is ``complex`` when the process
    ran out of memory or time, or crashed.
    """
    told, clean = _run(content, kind)
    return Parsed(content=clean, **told)


def read_text_safely(content: bytes) -> str:
    """The text layer of an accepted PDF, at most ``MAX_WORDS`` characters; empty for a scan.

    For documents that are published, such as toolkits, so that they are found by their words;
    never for what people send in about themselves.

    Raises :class:`~portal.documents.parsing.Refusal`, as :func:`parse_safely` does.
    """
    return _run(content, _TEXT)[1].decode()


def _run(content: bytes, task: str) -> tuple[dict[str, Any], bytes]:
    # The path alone is handed on: no database password, no key, no proxy.
    environment = {"PYTHONPATH": str(_ROOT), "PATH": os.defpath, "PYTHONDONTWRITEBYTECODE": "1"}
    try:
        # The command is fixed; ``task`` is one of four words of ours.
        ended = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "portal.documents.sandbox", task],
            input=content,
            capture_output=True,
            timeout=_WALL_SECONDS,
            env=environment,
            cwd=_ROOT,
            check=False,
        )
        head, _, payload = ended.stdout.partition(b"\n")
        told = json.loads(head)
    except (subprocess.TimeoutExpired, ValueError):
        raise Refusal("complex") from None
    if ended.returncode or "refused" in told:
        raise Refusal(told.get("refused", "complex"))
    return told, payload


def _limit() -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (_MEMORY_BYTES, _MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_CPU_SECONDS, _CPU_SECONDS))
    # No file may be written, and a crash leaves no core with the content in it.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def main() -> None:
    """Parse standard input as the kind named by the first argument, or read a PDF's words."""
    _limit()
    kind, content = sys.argv[1], sys.stdin.buffer.read()
    out = sys.stdout.buffer
    try:
        if kind == _TEXT:
            words = pdf_text(content, MAX_WORDS)
            out.write(b"{}\n" + words.encode("utf-8", "replace"))
            return
        parsed = parse_pdf(content) if kind == "PDF" else parse_picture(content, kind)
    except Refusal as refusal:
        out.write(json.dumps({"refused": refusal.code}).encode() + b"\n")
        return
    except (MemoryError, RecursionError):
        out.write(b'{"refused": "complex"}\n')
        return
    told = asdict(replace(parsed, content=b""))
    del told["content"]
    out.write(json.dumps(told).encode() + b"\n" + parsed.content)


if __name__ == "__main__":
    main()
