"""One line of what ``bench`` prints."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass


@dataclass(frozen=True)
class Figure:
    """One line: ``value`` beside ``bare``; ``ratio`` is how many times the bare page it costs."""

    figure: str
    work: str
    value: float | None
    unit: str
    bare: float | None = None
    ratio: float | None = None
    statements: int | None = None
    bare_statements: int | None = None
    bytes: int | None = None
    cases: int | None = None
    limit: str = ""

    def as_json(self) -> str:
        """The line, without what was not measured."""
        return json.dumps({k: v for k, v in asdict(self).items() if v is not None})
