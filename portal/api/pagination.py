"""Keyset pages: the cost of page 400 is the cost of page 1."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import Q
from django.utils.dateparse import parse_datetime
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param

from portal.cursors import open_place, seal_place

if TYPE_CHECKING:  # rest_framework.views reads the settings that name this module
    from rest_framework.views import APIView

DEFAULT_SIZE, MAX_SIZE = 25, 100


class KeysetPagination(BasePagination):
    """Pages that begin behind a row, not at a number: new rows neither repeat nor hide one.

    A view names its orders in ``orderings`` (name for the client → column, the first is the
    default); the primary key breaks ties. The cursor is sealed, so nothing foreign is read from
    it, and nobody reads in it whom a page ended with. ``page_size`` is 1 to 100.
    """

    def paginate_queryset(
        self, queryset: Any, request: Request, view: "APIView | None" = None
    ) -> list[Any]:
        """One page of rows.

        Raises:
            ValidationError: size, order or cursor is not one the list offers.
        """
        self.request = request
        self.size = _size(request)
        self.order, column = _ordering(request, orderings_of(view))
        self.column = column.removeprefix("-")
        down = column.startswith("-")
        sign, beyond = ("-", "lt") if down else ("", "gt")
        if position := self._position():
            value, key = position
            if self.column == "pk":
                queryset = queryset.filter(**{f"pk__{beyond}": key})
            else:
                queryset = queryset.filter(
                    Q(**{f"{self.column}__{beyond}": value})
                    | Q(**{self.column: value, f"pk__{beyond}": key})
                )
        by = [f"{sign}pk"] if self.column == "pk" else [column, f"{sign}pk"]
        rows = list(queryset.order_by(*by)[: self.size + 1])
        self.last = rows[self.size - 1] if len(rows) > self.size else None
        return rows[: self.size]

    def get_paginated_response(self, data: Any) -> Response:
        """The page, and the address of the next one (null on the last)."""
        return Response({"next": self._next(), "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """How the OpenAPI document describes a page."""
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {
                "next": {
                    "type": "string",
                    "format": "uri",
                    "nullable": True,
                    "description": "Address of the next page; null on the last.",
                },
                "results": schema,
            },
        }

    def get_schema_operation_parameters(self, view: "APIView") -> list[dict[str, Any]]:
        """The query parameters every list has."""
        names = list(orderings_of(view))
        return [
            _parameter("cursor", "Where the page begins; take it from `next`.", {"type": "string"}),
            _parameter(
                "page_size",
                "Rows a page.",
                {"type": "integer", "minimum": 1, "maximum": MAX_SIZE, "default": DEFAULT_SIZE},
            ),
            _parameter(
                "ordering",
                "Order of the rows; `-` is descending.",
                {"type": "string", "enum": names, "default": names[0]},
            ),
        ]

    def _position(self) -> tuple[Any, int] | None:
        cursor = self.request.query_params.get("cursor")
        if cursor is None:
            return None
        try:
            order, value, key = open_place(cursor)
        except ValueError:
            raise ValidationError({"cursor": "This cursor is not one of ours."}) from None
        if order != self.order:
            raise ValidationError({"cursor": "This cursor belongs to another order of the list."})
        return (parse_datetime(value) or value) if isinstance(value, str) else value, key

    def _next(self) -> str | None:
        if self.last is None:
            return None
        value: Any = None if self.column == "pk" else getattr(self.last, self.column)
        if hasattr(value, "isoformat"):
            value = value.isoformat()
        cursor = seal_place([self.order, value, self.last.pk])
        return replace_query_param(self.request.build_absolute_uri(), "cursor", cursor)


def orderings_of(view: "APIView | None") -> Mapping[str, str]:
    """The orders a list offers: name for the client → column."""
    return getattr(view, "orderings", None) or {"-id": "-pk"}


def _ordering(request: Request, orderings: Mapping[str, str]) -> tuple[str, str]:
    name = request.query_params.get("ordering", next(iter(orderings)))
    if name not in orderings:
        raise ValidationError({"ordering": f"Choose one of: {', '.join(orderings)}."})
    return name, orderings[name]


def _size(request: Request) -> int:
    text = request.query_params.get("page_size", str(DEFAULT_SIZE))
    if not (text.isascii() and text.isdecimal() and len(text) <= 3 and 1 <= int(text) <= MAX_SIZE):
        raise ValidationError({"page_size": f"Choose a number from 1 to {MAX_SIZE}."})
    return int(text)


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
    }
