"""Business calendars, SLA policies and the timers that run under them (T-08, X-03).

Instants are stored in UTC and reckoned in the calendar's zone. Timers name their case by id: the
spine lies above this room, and adds the foreign key in a migration of its own.
"""

from datetime import datetime

import pghistory
from django.db import models
from django.db.models import Q
from django.utils import timezone

from portal.tenancy.fields import SameExchangeForeignKey
from portal.tenancy.models import Exchange, Person


@pghistory.track()
class BusinessCalendar(models.Model):
    """When an exchange, or a part of it, is open (HO-01…HO-05)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="calendars")
    key = models.SlugField(max_length=40)
    name = models.CharField(max_length=80)
    zone = models.CharField(max_length=64, help_text="IANA time zone.")
    week = models.JSONField(
        default=dict,
        help_text='Local opening hours, e.g. {"mon": [["08:00", "18:00"]]}; a break is a gap'
        " between two intervals.",
    )
    is_default = models.BooleanField(default=False)

    class Meta:
        ordering = ["-is_default", "name"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="calendar_key_unique"),
            models.UniqueConstraint(
                fields=["exchange"], condition=Q(is_default=True), name="calendar_one_default"
            ),
        ]

    def __str__(self) -> str:
        return self.name


@pghistory.track()
class CalendarException(models.Model):
    """One dated exception: closed, or open at hours of its own (HO-03…HO-05)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    calendar = SameExchangeForeignKey(
        BusinessCalendar, on_delete=models.CASCADE, related_name="exceptions"
    )
    date = models.DateField()
    label = models.CharField(max_length=80)
    hours = models.JSONField(
        default=list, blank=True, help_text="Empty: closed. Else intervals as in the week."
    )

    class Meta:
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="exception_once_a_day")
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.label}"


@pghistory.track()
class SlaPolicy(models.Model):
    """A promise with its clock, as data (decisions 8–12)."""

    class Measure(models.TextChoices):
        BUSINESS_DAYS = "business_days", "Business days"
        BUSINESS_MINUTES = "business_minutes", "Business minutes"
        OPEN_DAY_HOURS = "open_day_hours", "Clock hours on open days"
        CALENDAR_DAYS = "calendar_days", "Calendar days"
        CLOCK_HOURS = "clock_hours", "Clock hours"
        BUSINESS_DAYS_BEFORE = "business_days_before", "Business days before"
        CALENDAR_DAYS_BEFORE = "calendar_days_before", "Calendar days before"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="sla_policies")
    key = models.CharField(max_length=60, help_text="e.g. constituent.acknowledge")
    label = models.CharField(max_length=120)
    case_kind = models.CharField(max_length=30)
    calendar = SameExchangeForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, related_name="policies"
    )
    measure = models.CharField(max_length=20, choices=Measure.choices)
    target = models.PositiveIntegerField(
        null=True, blank=True, help_text="Warn here, in the measure's unit; empty: warn by share."
    )
    warn_percent = models.PositiveSmallIntegerField(
        default=75, help_text="Without a target: warn when this share of the time has passed."
    )
    limit = models.PositiveIntegerField(help_text="Breached here, in the measure's unit.")
    end_of_day = models.BooleanField(
        default=False, help_text="Due at closing time of the last day, not at the time of day."
    )
    citation = models.CharField(max_length=160, blank=True)
    is_active = models.BooleanField(default=True)

    class Meta:
        verbose_name = "SLA policy"
        verbose_name_plural = "SLA policies"
        ordering = ["case_kind", "key"]
        constraints = [
            models.UniqueConstraint(fields=["exchange", "key"], name="sla_policy_key_unique"),
            models.CheckConstraint(condition=Q(limit__gt=0), name="sla_policy_limit_positive"),
        ]

    def __str__(self) -> str:
        return self.label


class Timer(models.Model):
    """One running promise on one case."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        PAUSED = "paused", "Paused"
        MET = "met", "Met"
        MISSED = "missed", "Missed"
        CANCELLED = "cancelled", "Cancelled"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    case_id = models.BigIntegerField()
    policy = SameExchangeForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="timers")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    started_at = models.DateTimeField()
    counts_from = models.DateTimeField(
        null=True,
        help_text="What the deadline is reckoned from, when that is not the start: a day before"
        " it, or the event the deadline lies before.",
    )
    stopped_at = models.DateTimeField(null=True)
    warn_at = models.DateTimeField(null=True, help_text="Empty: warned, paused or stopped.")
    due_at = models.DateTimeField(help_text="While paused: what it was when the pause began.")
    breached_at = models.DateTimeField(null=True, help_text="The true deadline that passed.")
    paused_seconds = models.PositiveIntegerField(
        default=0, help_text="Business seconds of finished pauses."
    )

    class Meta:
        ordering = ["started_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["case_id", "policy"],
                condition=Q(state__in=["running", "paused"]),
                name="timer_one_running_per_policy",
            )
        ]
        indexes = [
            models.Index(
                fields=["exchange", "warn_at"],
                name="timer_to_warn",
                condition=Q(state="running", warn_at__isnull=False),
            ),
            models.Index(
                fields=["exchange", "due_at"],
                name="timer_to_breach",
                condition=Q(state="running", breached_at__isnull=True),
            ),
            models.Index(fields=["case_id"], name="timer_by_case"),
        ]

    @property
    def origin(self) -> datetime:
        """The instant (UTC) its deadline is a function of."""
        return self.counts_from or self.started_at


class TimerSegment(models.Model):
    """Who held a timer's clock from when to when, and whether the time counted (decision 10)."""

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    timer = SameExchangeForeignKey(Timer, on_delete=models.CASCADE, related_name="segments")
    party = models.CharField(max_length=20)
    counted = models.BooleanField()
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)

    class Meta:
        ordering = ["since", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["timer"], condition=Q(until=None), name="segment_one_open_per_timer"
            )
        ]


class TimerEvent(models.Model):
    """A warning or breach that was raised; the unique key is what makes it exactly once."""

    class Kind(models.TextChoices):
        WARNING = "warning", "Warning"
        BREACH = "breach", "Breach"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    timer = SameExchangeForeignKey(Timer, on_delete=models.CASCADE, related_name="events")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    deadline = models.DateTimeField()
    raised_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["timer", "kind", "deadline"], name="timer_event_exactly_once"
            )
        ]


class CalendarVersion(models.Model):
    """Hours of a calendar that others have replaced: what clocks were judged by until then.

    The hours in force are the calendar's own; a calendar nobody has changed has no versions.
    """

    append_only = True

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    calendar = SameExchangeForeignKey(
        BusinessCalendar, on_delete=models.PROTECT, related_name="versions"
    )
    until = models.DateTimeField(help_text="From this instant (UTC) others were in force.")
    replaced_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    zone = models.CharField(max_length=64)
    week = models.JSONField()
    exceptions = models.JSONField(help_text="Every dated exception: date, label and hours.")

    class Meta:
        ordering = ["until", "pk"]


class PolicyVersion(models.Model):
    """Terms of a policy that others have replaced; those in force are the policy's own."""

    append_only = True

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    policy = SameExchangeForeignKey(SlaPolicy, on_delete=models.PROTECT, related_name="versions")
    until = models.DateTimeField(help_text="From this instant (UTC) others were in force.")
    replaced_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    terms = models.JSONField(help_text="Every column that is a term; the calendar by id.")

    class Meta:
        ordering = ["until", "pk"]


class Simulation(models.Model):
    """A draft of terms or hours, replayed over the recorded clocks; it changes none of them."""

    class State(models.TextChoices):
        RUNNING = "running", "Running"
        DONE = "done", "Done"
        FAILED = "failed", "Failed"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    asked_by = models.ForeignKey(Person, on_delete=models.PROTECT, null=True, related_name="+")
    policy = SameExchangeForeignKey(
        SlaPolicy, on_delete=models.CASCADE, null=True, related_name="simulations"
    )
    calendar = SameExchangeForeignKey(
        BusinessCalendar, on_delete=models.CASCADE, null=True, related_name="simulations"
    )
    live = models.JSONField(help_text="What was in force when it was asked for.")
    draft = models.JSONField(help_text="What is tried instead, in the same form.")
    state = models.CharField(max_length=10, choices=State.choices, default=State.RUNNING)
    problem = models.CharField(max_length=200, blank=True, help_text="Why it failed.")
    started_at = models.DateTimeField(default=timezone.now)
    seen_at = models.DateTimeField(
        default=timezone.now, help_text="When it last gave a sign of life."
    )
    finished_at = models.DateTimeField(null=True)
    clocks = models.PositiveIntegerField(default=0, help_text="Clocks to replay.")
    replayed = models.PositiveIntegerField(default=0)
    last_timer = models.BigIntegerField(default=0, help_text="Replayed up to this clock.")
    counts = models.JSONField(default=dict, help_text="Policy id → what came out, in numbers.")

    class Meta:
        ordering = ["-started_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(policy=None, calendar__isnull=False)
                | Q(policy__isnull=False, calendar=None),
                name="simulation_of_one_thing",
            )
        ]


class SimulatedClock(models.Model):
    """A clock that a draft would have judged otherwise, or that no replay explains."""

    class Finding(models.TextChoices):
        TO_MISSED = "to_missed", "Met, would be missed"
        TO_MET = "to_met", "Missed, would be met"
        UNEXPLAINED = "unexplained", "Not what its terms would have made of it"

    exchange = models.ForeignKey(Exchange, on_delete=models.PROTECT, related_name="+")
    simulation = SameExchangeForeignKey(Simulation, on_delete=models.CASCADE, related_name="found")
    policy = SameExchangeForeignKey(SlaPolicy, on_delete=models.CASCADE, related_name="+")
    timer_id = models.BigIntegerField()
    case_id = models.BigIntegerField()
    finding = models.CharField(max_length=12, choices=Finding.choices)
    is_open = models.BooleanField(help_text="Still running: judged up to the moment of the replay.")
    started_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(help_text="As recorded.")
    draft_due_at = models.DateTimeField(help_text="Under the draft.")

    class Meta:
        ordering = ["is_open", "pk"]
        indexes = [
            models.Index(fields=["simulation", "is_open", "id"], name="simulated_clock_list")
        ]
