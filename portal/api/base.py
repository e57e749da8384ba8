"""What every address of the API has in common. Views are thin: look up, check shape, call."""

from collections.abc import Mapping
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import exceptions
from rest_framework.generics import GenericAPIView
from rest_framework.mixins import ListModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.api import idempotency
from portal.api.models import IdempotentAnswer
from portal.api.pagination import KeysetPagination
from portal.casework.models import Case
from portal.tenancy.actor import Actor, NotAllowed

#: Query parameters every list has (:class:`~portal.api.pagination.KeysetPagination`).
_OF_LISTS = frozenset({"cursor", "page_size", "ordering"})


class _Replay(Exception):
    """Ends a request whose answer is known already."""

    def __init__(self, answer: IdempotentAnswer) -> None:
        self.answer = answer


class ApiView(APIView):
    """Deny by default: a method without an action does not exist here.

    Every POST honours ``Idempotency-Key``; one that creates something requires it.
    """

    #: Method → the permission action it needs, or several of which one is enough.
    actions: Mapping[str, str | tuple[str, ...]] = {}
    #: Query parameters the address knows; any other is refused, since a misspelt filter that is
    #: ignored shows more than was asked for.
    query_names: frozenset[str] = frozenset()
    #: Whether a POST here creates something.
    creates = False
    metadata_class = None
    _claimed: IdempotentAnswer | None = None

    @property
    def actor(self) -> Actor:
        return self.request._request.actor  # type: ignore[attr-defined]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Token, rate, action, query parameters and key, in this order."""
        super().initial(request, *args, **kwargs)
        method = "GET" if request.method == "HEAD" else str(request.method)
        if method not in self.actions:
            raise exceptions.MethodNotAllowed(method)
        self._require(self.actions[method])
        if unknown := sorted(set(request.query_params) - self.query_names):
            raise exceptions.ValidationError(
                {name[:60]: "There is no such query parameter." for name in unknown},
                code="unknown",
            )
        if method == "POST":
            self._claim_key(request)

    def handle_exception(self, exc: Exception) -> Response:
        """Repeat a kept answer; everything else is an error."""
        if isinstance(exc, _Replay):
            response = Response(exc.answer.body, status=exc.answer.status)
            response["Idempotent-Replayed"] = "true"
            return response
        return super().handle_exception(exc)

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        """Keep a first answer, and let no cache keep any."""
        response = super().finalize_response(request, response, *args, **kwargs)
        if self._claimed is not None and response.status_code < 400:
            idempotency.keep(
                answer=self._claimed,
                status_code=response.status_code,
                data=self.answer_to_keep(response.data),
            )
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    def answer_to_keep(self, data: Any) -> Any:
        """What a repeated request is answered with; never a secret."""
        return data

    def find_case(self, number: str) -> Case:
        """The actor's case with this number.

        Raises:
            Http404: there is none they may know of; the two are one answer.
        """
        case = (
            Case.objects.visible_to(self.actor)
            .select_related("exchange", "organization", "queue", "owner")
            .filter(number=number)
            .first()
        )
        if case is None:
            raise Http404
        return case

    @property
    def allowed_methods(self) -> list[str]:
        """The methods of this address, for the ``Allow`` header."""
        return [*self.actions, *(["HEAD"] if "GET" in self.actions else [])]

    def _require(self, needed: str | tuple[str, ...]) -> None:
        keys = (needed,) if isinstance(needed, str) else needed
        if not self.actor.may_any(keys):
            raise NotAllowed(keys[0])

    def _claim_key(self, request: Request) -> None:
        key = idempotency.key_of(request, required=self.creates)
        if key is None:
            return
        fingerprint = idempotency.fingerprint_of(request, self.actor)
        answer, is_first = idempotency.claim(actor=self.actor, key=key, fingerprint=fingerprint)
        if not is_first:
            raise _Replay(answer)
        self._claimed = answer


class ListView(ListModelMixin, ApiView, GenericAPIView):
    """A list in keyset pages. ``rows`` says whose rows; ``orderings`` in which orders."""

    orderings: Mapping[str, str] = {"id": "pk"}
    filter_backends = [DjangoFilterBackend]

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """As everywhere, with the parameters of lists and of this list's filters."""
        filters = getattr(self, "filterset_class", None)
        self.query_names |= _OF_LISTS | frozenset(filters.base_filters if filters else ())
        super().initial(request, *args, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """The rows the actor may see."""
        raise NotImplementedError

    def get(self, request: Request, **kwargs: Any) -> Response:
        """One page."""
        pages = KeysetPagination()
        page = pages.paginate_queryset(self.filter_queryset(self.rows()), request, self)
        return pages.get_paginated_response(self.shown(page))

    def shown(self, page: list[Any]) -> Any:
        """The rows of a page as plain data."""
        return self.get_serializer(page, many=True).data
