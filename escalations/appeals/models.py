"""Appeals, their hearings, deliveries and tasks, and the packet of papers any appeal needs.

Everything here but the configuration is personal data: read through the projection of its kind.
"""

import uuid

import pghistory
from django.db import models
from django.utils import timezone

from portal.casework.models import Attachment, Case
from portal.tenancy.fields import SameExchangeForeignKey, SameExchangeOneToOneField
from portal.tenancy.models import Exchange, Organization, Person


class Origin(models.TextChoices):
    """How a paper of the packet comes about."""

    MADE = "made", "Made by us"
    RECEIVED = "received", "Received"


@pghistory.track()
class PacketTemplateItem(models.Model):
    """A paper that every packet of one kind of appeal starts with (AP-02, CC-20).

    Changing it changes no packet that has been started.
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case_kind = models.CharField(max_length=30, help_text="Which kind of case, by key.")
    key = models.SlugField(max_length=60)
    label = models.CharField(max_length=120)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.MADE)
    is_required = models.BooleanField(
        default=True, help_text="The packet is not complete without it."
    )
    position = models.PositiveIntegerField(default=1)
    is_active = models.BooleanField(default=True)

    class Meta:
        ordering = ["case_kind", "position", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["exchange", "case_kind", "key"], name="packet_template_key_unique"
            )
        ]

    def __str__(self) -> str:
        return self.label


class PacketItem(models.Model):
    """One paper of one case's packet: needed, at hand, or not needed after all."""

    class State(models.TextChoices):
        NEEDED = "needed", "Needed"
        DONE = "done", "At hand"
        WAIVED = "waived", "Not needed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="packet_items")
    key = models.SlugField(max_length=60, help_text="Of the template; empty: added by hand.")
    label = models.CharField(max_length=120)
    origin = models.CharField(max_length=10, choices=Origin.choices)
    is_required = models.BooleanField(default=True)
    position = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEEDED)
    settled_at = models.DateTimeField(null=True, help_text="When it came to hand, or was waived.")
    settled_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    attachment = SameExchangeForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="packet_items"
    )
    remark = models.TextField(blank=True)
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["position", "pk"]
        indexes = [models.Index(fields=["case", "position"], name="packet_item_by_case")]

    def __str__(self) -> str:
        return self.label


@pghistory.track()
class AppealUnit(models.Model):
    """One line of who takes new appeals: the first unit with room gets the next one (AP-08).

    The last line has no capacity, so that there is room for every appeal (decision 4).
    """

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    queue = SameExchangeForeignKey(Organization, on_delete=models.PROTECT, related_name="+")
    capacity = models.PositiveIntegerField(
        null=True, blank=True, help_text="Open appeals the unit can hold; empty: any number."
    )

    class Meta:
        verbose_name = "unit that takes appeals"
        verbose_name_plural = "units that take appeals"
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "position"], name="appeal_unit_position"),
            models.UniqueConstraint(fields=["exchange", "queue"], name="appeal_unit_once"),
        ]

    def __str__(self) -> str:
        return f"{self.position}. {self.queue}"


class HearingFormat(models.TextChoices):
    PHONE = "phone", "By phone"
    VIDEO = "video", "By video"
    IN_PERSON = "in_person", "In person"


class AppealDetail(models.Model):
    """Who appeals what, and what was recorded of the appeal on the way (C.8)."""

    class CameBy(models.TextChoices):
        CDSS = "cdss", "The consumer, through CDSS"
        SERVICE_CENTER = "service_center", "The Service Center, assisting the consumer"
        UNIT = "unit", "The consumer, to the unit"

    class Channel(models.TextChoices):
        PHONE = "phone", "Phone"
        MAIL = "mail", "Mail"
        IN_PERSON = "in_person", "In person"
        INTERNET = "internet", "Internet"
        FAX = "fax", "Fax"

    class Subject(models.TextChoices):
        ELIGIBILITY = "eligibility", "Eligibility for a health plan"
        TAX_CREDIT = "tax_credit", "Premium tax credit: whether, or how much"
        COST_SHARING = "cost_sharing", "Cost-sharing reductions: whether, or which level"
        MEDI_CAL = "medi_cal", "Medi-Cal eligibility"
        ENROLLMENT_PERIOD = "enrollment_period", "Special or open enrollment period"
        TERMINATION = "termination", "Termination or cancellation of enrollment"
        LATE_NOTICE = "late_notice", "No timely notice of a determination"
        OTHER = "other", "Something else"

    class Basis(models.TextChoices):
        SIGNED = "signed", "Signed authorization"
        COURT = "court", "Court order or guardianship"
        POWER = "power_of_attorney", "Power of attorney"

    class Expedited(models.TextChoices):
        NO = "no", "Not asked"
        ASKED = "asked", "Asked"
        GRANTED = "granted", "Granted"
        DENIED = "denied", "Denied"

    class Dismissal(models.TextChoices):
        WITHDRAWN = "withdrawn", "Withdrawn"
        NO_SHOW = "no_show", "The appellant did not appear"
        INVALID = "invalid", "Invalid request"
        DEATH = "death", "The appellant died and the estate does not continue"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="appeal"
    )
    appellant_name = models.CharField(max_length=120)
    appellant_case_number = models.CharField(max_length=40, blank=True)
    appellant_phone = models.CharField(max_length=40, blank=True)
    appellant_email = models.EmailField(blank=True)
    language = models.CharField(max_length=40, default="English")
    needs_interpreter = models.BooleanField(default=False)
    hearing_format = models.CharField(
        max_length=10, choices=HearingFormat.choices, default=HearingFormat.PHONE
    )
    representative_name = models.CharField(max_length=120, blank=True)
    representative_contact = models.CharField(max_length=120, blank=True)
    representative_basis = models.CharField(max_length=20, choices=Basis.choices, blank=True)

    came_by = models.CharField(max_length=20, choices=CameBy.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    requested_on = models.DateField()
    notice_title = models.CharField(max_length=120)
    notice_date = models.DateField()
    good_cause = models.TextField(blank=True)
    subject = models.CharField(max_length=20, choices=Subject.choices)
    grounds = models.TextField()
    routed_because = models.CharField(max_length=160, blank=True)
    cdss_number = models.CharField(max_length=40, blank=True)

    acknowledged_on = models.DateField(null=True)
    handed_over_on = models.DateField(null=True)
    receipt_confirmed_on = models.DateField(null=True)
    invalid_because = models.TextField(blank=True)
    cure_by = models.DateField(null=True)

    expedited = models.CharField(max_length=10, choices=Expedited.choices, default=Expedited.NO)
    expedited_because = models.TextField(blank=True)
    denial_phoned_on = models.DateField(null=True)
    denial_written_on = models.DateField(null=True)
    continued_accepted_on = models.DateField(null=True)
    continued_paid_on = models.DateField(null=True)

    dismissal = models.CharField(max_length=10, choices=Dismissal.choices, blank=True)
    dismissed_on = models.DateField(null=True)
    vacate_asked_on = models.DateField(null=True)
    jurisdiction_because = models.TextField(blank=True)
    dmhc_reference = models.CharField(max_length=60, blank=True)
    second_level_on = models.DateField(null=True)
    second_level_number = models.CharField(max_length=60, blank=True)
    second_level_with = SameExchangeForeignKey(
        Organization, on_delete=models.PROTECT, null=True, related_name="+"
    )

    @property
    def continues_enrollment(self) -> bool:
        """Eligibility stays as it was: the appellant accepted that and pays (10 CCR 6608)."""
        return self.continued_accepted_on is not None and self.continued_paid_on is not None


class Withdrawal(models.Model):
    """An informal resolution with which the appellant withdraws (10 CCR 6610)."""

    class Form(models.TextChoices):
        WRITTEN = "written", "In writing"
        VERBAL = "verbal", "Verbally"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="withdrawals")
    form = models.CharField(max_length=10, choices=Form.choices)
    is_conditional = models.BooleanField(default=False)
    outcome = models.TextField(help_text="What was agreed or found.")
    withdrawn_on = models.DateField()
    notice_on = models.DateField(null=True, help_text="Notice of the outcome was sent.")
    confirmed_on = models.DateField(null=True, help_text="A verbal one was confirmed in writing.")
    cdss_told_on = models.DateField(null=True)
    objected_on = models.DateField(null=True)
    #: When the time to object to a verbal withdrawal had passed.
    stands_since = models.DateTimeField(null=True)

    class Meta:
        ordering = ["withdrawn_on", "pk"]


class Hearing(models.Model):
    """The hearing of an appeal, as CDSS set it last."""

    class State(models.TextChoices):
        SCHEDULED = "scheduled", "Scheduled"
        POSTPONED = "postponed", "Postponed"
        CANCELLED = "cancelled", "Called off"
        HELD = "held", "Held"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeOneToOneField(
        Case, on_delete=models.CASCADE, primary_key=True, related_name="hearing"
    )
    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    sequence = models.PositiveIntegerField(
        default=0, help_text="Grows with every change, so that calendars follow (RFC 5545)."
    )
    state = models.CharField(max_length=10, choices=State.choices)
    at = models.DateTimeField()
    format = models.CharField(max_length=10, choices=HearingFormat.choices)
    place = models.CharField(max_length=200, blank=True, help_text="Address, number or link.")
    judge = models.CharField(max_length=120, blank=True, help_text="Administrative Law Judge.")
    notice_on = models.DateField(null=True, help_text="CDSS sent the notice of hearing.")
    record_opened_on = models.DateField(null=True, help_text="The appellant could see the record.")
    postponements = models.PositiveSmallIntegerField(default=0)
    changed_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["exchange", "at"], name="hearing_by_date")]


class Delivery(models.Model):
    """The statement of position with its documents reached the appellant, or CDSS (AP-02)."""

    class Recipient(models.TextChoices):
        APPELLANT = "appellant", "The appellant"
        CDSS = "cdss", "CDSS"

    class Way(models.TextChoices):
        MAIL = "mail", "Mail"
        ELECTRONIC = "electronic", "Electronically"
        FAX = "fax", "Fax"
        IN_PERSON = "in_person", "In person"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="deliveries")
    recipient = models.CharField(max_length=10, choices=Recipient.choices)
    at = models.DateTimeField()
    way = models.CharField(max_length=12, choices=Way.choices)
    delivered_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    evidence = models.CharField(max_length=200, help_text="E.g. a tracking or fax number.")
    attachment = SameExchangeForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["at", "pk"]


class Decision(models.Model):
    """What a judge decided, or the second level did."""

    class Level(models.TextChoices):
        JUDGE = "judge", "Administrative Law Judge"
        HHS = "hhs", "CMS/HHS"

    class Outcome(models.TextChoices):
        GRANTED = "granted", "Granted"
        PARTLY = "partly", "Granted in part"
        DENIED = "denied", "Denied"
        DISMISSED = "dismissed", "Dismissed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="decisions")
    level = models.CharField(max_length=10, choices=Level.choices)
    outcome = models.CharField(max_length=10, choices=Outcome.choices)
    text = models.TextField()
    decided_on = models.DateField()
    effective_on = models.DateField(null=True)
    attachment = SameExchangeForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["decided_on", "pk"]

    @property
    def asks_for_nothing(self) -> bool:
        """Whether there is nothing to implement."""
        return self.outcome in (self.Outcome.DENIED, self.Outcome.DISMISSED)


class AppealTask(models.Model):
    """Something to be done because of a decision, or of a conditional withdrawal (AP-04)."""

    class Cause(models.TextChoices):
        DECISION = "decision", "Implements the decision"
        AGREEMENT = "agreement", "Condition of the withdrawal"

    class Side(models.TextChoices):
        EXCHANGE = "exchange", "The exchange"
        APPELLANT = "appellant", "The appellant"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case = SameExchangeForeignKey(Case, on_delete=models.CASCADE, related_name="appeal_tasks")
    cause = models.CharField(max_length=10, choices=Cause.choices)
    side = models.CharField(max_length=10, choices=Side.choices, default=Side.EXCHANGE)
    what = models.CharField(max_length=300)
    due_on = models.DateField()
    assigned_to = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    done_on = models.DateField(null=True)
    done_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    evidence = models.TextField(blank=True)
    attachment = SameExchangeForeignKey(
        Attachment, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        ordering = ["due_on", "pk"]

    def __str__(self) -> str:
        return self.what
