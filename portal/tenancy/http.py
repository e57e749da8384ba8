"""A request as views see it: the middleware has said who is asking."""

from django.http import HttpRequest

from portal.tenancy.actor import Actor
from portal.tenancy.models import Membership, Person


class PersonalActor(Actor):
    """The actor of a page: always a person in a membership, never the system. A type only."""

    person: Person
    membership: Membership


class ActorRequest(HttpRequest):
    """The type of a request that reaches a page asking for sign-in; never constructed.

    The middleware turns away whoever has no current role, so ``actor`` is never None here.
    """

    actor: PersonalActor
    #: Number of the request, as error pages show it.
    request_id: str
