"""Keyset pages: the cost of page 400 is the cost of page 1."""

from rest_framework.pagination import CursorPagination


class KeysetPagination(CursorPagination):
    """Newest first; ``page_size`` from 1 to 100."""

    ordering = ("-opened_at", "-pk")
    page_size_query_param = "page_size"
    max_page_size = 100
