"""Exchanges, their organizations, and the people who work in them (T-01…T-08)."""

from typing import Any

import pghistory
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, Group, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils import timezone

from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.origins import validate_origin
from portal.tenancy.roles import ROLES, RoleSpec


class ExchangeQuerySet(models.QuerySet["Exchange"]):
    def in_earnest(self) -> bool:
        """Whether any exchange is more than a demonstration."""
        return self.filter(is_demo=False, is_active=True).exists()


@pghistory.track()
class Exchange(models.Model):
    """The tenant: a health-benefit exchange with its own rules (decision 1).

    The only tenant table without a row-level policy: sign-in must find the exchange first.
    """

    slug = models.SlugField(unique=True)
    name = models.CharField(max_length=120)
    short_name = models.CharField(max_length=40)
    time_zone = models.CharField(
        max_length=64,
        help_text="IANA name, e.g. America/Los_Angeles. Every date of the exchange is shown in it."
        " Deadlines already given keep their instants; calendars have a zone of their own.",
    )
    contact_email = models.EmailField(
        help_text="Lead staff for constituent cases, shown to offices (EA-25)."
    )
    contact_phone = models.CharField(max_length=40, blank=True)
    modules = ArrayField(
        models.CharField(max_length=40),
        default=list,
        blank=True,
        help_text="Kinds of case this exchange works. Cases of a kind that is taken off are hidden,"
        " and are there again when it comes back.",
    )
    number_formats = models.JSONField(
        default=dict,
        blank=True,
        help_text='Case number per kind, e.g. {"constituent": "EA-{year}-{sequence:06d}"}, of'
        " {sequence}, {year} and {day}; cases opened before keep theirs.",
    )
    known_actions = ArrayField(
        models.CharField(max_length=80),
        default=list,
        editable=False,
        help_text="Actions the exchange's roles have once been offered; what an administrator has"
        " taken away since is not given again.",
    )
    shop_and_compare_url = models.URLField(
        "Shop and Compare",
        blank=True,
        help_text="Address of the exchange's tool for comparing plans, opened from the enrollers'"
        " home page (SH-01). Empty: it has none.",
    )
    website_origins = ArrayField(
        models.CharField(max_length=200, validators=[validate_origin]),
        verbose_name="Web sites of the exchange",
        default=list,
        blank=True,
        help_text="Addresses such as https://www.example.org, with commas between them, whose"
        " pages may show the finder of enrollers in a frame and read its API.",
    )
    require_second_factor = models.BooleanField(
        default=True, help_text="People must set up an authenticator app or security key."
    )
    is_demo = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)

    objects = ExchangeQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name


class OrganizationQuerySet(models.QuerySet["Organization"]):
    def active(self) -> "OrganizationQuerySet":
        return self.filter(is_active=True)

    def queues(self) -> "OrganizationQuerySet":
        """Units and workstreams that hold cases in a queue of their own."""
        return self.active().filter(has_queue=True)

    def visible_to(self, actor: Any) -> "OrganizationQuerySet":
        """The actor's own organization and all below; the exchange's staff see all of it."""
        rows = self.filter(exchange_id=actor.exchange_id)
        if actor.is_outside:
            rows = rows.filter(path__startswith=actor.organization.path)
        return rows


@pghistory.track()
class Organization(models.Model):
    """A body in or around an exchange: unit, government office, agency, entity, carrier, …

    The exchange's own units form a tree: branch → sub-branch → unit → workstream (SC-03).
    """

    class Kind(models.TextChoices):
        EXCHANGE = "exchange", "Exchange"
        BRANCH = "branch", "Branch"
        SUB_BRANCH = "sub_branch", "Sub-branch"
        UNIT = "unit", "Unit"
        WORKSTREAM = "workstream", "Workstream"
        GOVERNMENT_OFFICE = "government_office", "Government office"
        AGENCY = "agency", "Agency"
        ENTITY = "entity", "Entity"
        CARRIER = "carrier", "Carrier"
        EMPLOYER = "employer", "Employer"
        OUTSIDE_BODY = "outside_body", "Outside body"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="organizations")
    parent = SameExchangeForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children"
    )
    kind = models.CharField(max_length=20, choices=Kind.choices)
    code = models.SlugField(max_length=60, help_text="Stable short name, unique in the exchange.")
    name = models.CharField(max_length=160)
    aliases = ArrayField(
        models.CharField(max_length=160),
        default=list,
        blank=True,
        help_text="Other names search finds it by (decision 2).",
    )
    duties = models.TextField(blank=True, help_text="What the unit does, in its own words.")
    phone = models.CharField(max_length=40, blank=True)
    email = models.EmailField(blank=True)
    has_queue = models.BooleanField(default=False)
    path = models.CharField(
        max_length=120, editable=False, help_text="Ids from the root, e.g. 3.17.42. (kept by us)"
    )
    group = models.OneToOneField(
        Group,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        help_text="Carries what is granted to a whole office (releases).",
    )
    is_active = models.BooleanField(default=True)

    objects = OrganizationQuerySet.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "code"], name="organization_code_unique")
        ]
        indexes = [
            models.Index(
                fields=["exchange", "path"],
                name="organization_path",
                opclasses=["int8_ops", "varchar_pattern_ops"],
            )
        ]

    def __str__(self) -> str:
        return self.name


class PersonManager(BaseUserManager["Person"]):
    def get_by_natural_key(self, username: str | None) -> "Person":
        return self.get(email__iexact=username)

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        """Create a person; without a password they can only enter by invitation or reset."""
        person = self.model(email=email.strip().lower(), **fields)
        person.set_password(password) if password else person.set_unusable_password()
        person.save(using=self._db)
        return person

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "Person":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class Person(AbstractBaseUser, PermissionsMixin):
    """Somebody who signs in. Rights come from memberships, never from the person."""

    email = models.EmailField("email address", unique=True)
    full_name = models.CharField(max_length=120)
    phone = models.CharField(max_length=40, blank=True)
    is_active = models.BooleanField(
        default=True, help_text="Switched off, every session and token ends at once."
    )
    is_staff = models.BooleanField("may open the administration site", default=False)
    joined_at = models.DateTimeField(default=timezone.now, editable=False)
    activated_at = models.DateTimeField(
        null=True,
        editable=False,
        help_text="When an administrator last switched the account on again.",
    )

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["full_name"]
    objects = PersonManager()

    class Meta:
        ordering = ["full_name"]
        verbose_name_plural = "people"
        constraints = [models.UniqueConstraint(Lower("email"), name="person_email_unique")]

    def __str__(self) -> str:
        return self.full_name

    def get_full_name(self) -> str:
        return self.full_name


@pghistory.track()
class Role(models.Model):
    """A role as one exchange has it: the row of the permission table."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="roles")
    key = models.CharField(
        max_length=60, choices=[(spec.key, spec.label) for spec in ROLES.values()]
    )
    actions = ArrayField(models.CharField(max_length=80), default=list, blank=True)

    class Meta:
        ordering = ["key"]
        constraints = [models.UniqueConstraint(fields=["exchange", "key"], name="role_key_unique")]

    def __str__(self) -> str:
        return self.spec.label

    @property
    def spec(self) -> RoleSpec:
        return ROLES[self.key]


def _people_of(actor: Any) -> Q:
    mine = Q(exchange_id=actor.exchange_id)
    if actor.may("tenancy.administer"):
        return mine
    if actor.may("tenancy.invite"):
        return mine & Q(organization_id__in=actor.organization_ids)
    return mine & Q(pk__in=[])


class MembershipQuerySet(models.QuerySet["Membership"]):
    def current(self) -> "MembershipQuerySet":
        """Memberships that give rights now."""
        return self.filter(is_active=True, person__is_active=True)

    def visible_to(self, actor: Any) -> "MembershipQuerySet":
        """Administrators: the exchange; managers: their organization and below; others: nobody."""
        return self.filter(_people_of(actor))

    def in_organization(self, organization: Organization) -> "MembershipQuerySet":
        """Of the organization and everything below it."""
        return self.filter(organization__path__startswith=organization.path)


@pghistory.track()
class Membership(models.Model):
    """A person in an organization, in a role. One person may hold several."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="memberships")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="memberships")
    organization = SameExchangeForeignKey(
        Organization, on_delete=models.PROTECT, related_name="memberships"
    )
    role = SameExchangeForeignKey(Role, on_delete=models.PROTECT, related_name="memberships")
    languages = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    skills = ArrayField(models.CharField(max_length=40), default=list, blank=True)
    capacity = models.PositiveSmallIntegerField(
        null=True,
        blank=True,
        help_text="The most open cases the routing table may give this person; empty: no cap.",
    )
    license_number = models.CharField(
        max_length=20,
        blank=True,
        help_text="An enroller's license or certification number, printed for consumers (SH-03).",
    )
    is_active = models.BooleanField(default=True)
    since = models.DateTimeField(default=timezone.now, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        ordering = ["since"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organization", "role"],
                condition=Q(is_active=True),
                name="membership_unique_while_active",
            )
        ]
        indexes = [models.Index(fields=["organization", "is_active"], name="membership_by_org")]

    def __str__(self) -> str:
        return f"{self.person} · {self.role} · {self.organization}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    def open(self, at: Any = None) -> "InvitationQuerySet":
        """Invitations that can still be accepted at the instant ``at`` (default: now)."""
        return self.filter(accepted_at=None, revoked_at=None, expires_at__gt=at or timezone.now())

    def visible_to(self, actor: Any) -> "InvitationQuerySet":
        """Those into organizations whose people the actor manages."""
        return self.filter(_people_of(actor))


class Invitation(models.Model):
    """An invitation by mail into an organization: single use, seven days, revocable."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="invitations")
    organization = SameExchangeForeignKey(
        Organization, on_delete=models.PROTECT, related_name="invitations"
    )
    role = SameExchangeForeignKey(Role, on_delete=models.PROTECT, related_name="+")
    email = models.EmailField()
    full_name = models.CharField(max_length=120)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    invited_by = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"Invitation to {self.organization}"

    def is_open(self, at: Any = None) -> bool:
        """Whether it can still be accepted at the instant ``at`` (default: now)."""
        at = at or timezone.now()
        return self.accepted_at is None and self.revoked_at is None and at < self.expires_at


class ApiTokenQuerySet(models.QuerySet["ApiToken"]):
    def of(self, actor: Any) -> "ApiTokenQuerySet":
        """The actor's own tokens, of whichever of their roles in the exchange."""
        return self.filter(
            exchange_id=actor.exchange_id, membership__person_id=actor.person_id
        ).select_related("membership__organization", "membership__role")


class ApiToken(models.Model):
    """A bearer token with the rights of one membership, or fewer; only its hash is kept."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="api_tokens")
    membership = SameExchangeForeignKey(
        Membership, on_delete=models.PROTECT, related_name="api_tokens"
    )
    name = models.CharField(max_length=80)
    prefix = models.CharField(max_length=12, editable=False)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    read_only = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    expires_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, blank=True, editable=False)
    revoked_at = models.DateTimeField(null=True, blank=True, editable=False)

    objects = ApiTokenQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at"]

    @property
    def has_expired(self) -> bool:
        """Whether its time is over now."""
        return self.expires_at <= timezone.now()

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix}…)"
