"""What the services of this room share: days and instants, texts, and the limits of policies."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, time, timedelta

from django.core.exceptions import ValidationError
from django.db.models import Model
from django.utils import timezone

from portal.casework.models import Attachment, Case
from portal.casework.services import require_text
from portal.clocks.models import SlaPolicy
from portal.clocks.services import zone
from portal.documents.refusals import SsnRefused
from portal.documents.ssn import contains_ssn
from portal.tenancy.models import Exchange


def today(exchange: Exchange) -> date:
    """The date in the exchange's time zone."""
    return day_of(timezone.now(), exchange)


def day_of(moment: datetime, exchange: Exchange) -> date:
    """The date of an instant in the exchange's time zone."""
    return moment.astimezone(zone(exchange.time_zone)).date()


def start_of(day: date, exchange: Exchange) -> datetime:
    """The first instant (UTC) of a date in the exchange's time zone."""
    return datetime.combine(day, time(), zone(exchange.time_zone)).astimezone(UTC)


def past_day(field: str, day: date, exchange: Exchange) -> date:
    """A date on which something has happened.

    Raises:
        ValidationError: it lies in the future; names the field.
    """
    if day > today(exchange):
        raise ValidationError({field: "This day lies in the future."})
    return day


def limit_of(exchange: Exchange, key: str, otherwise: int) -> int:
    """The limit of a policy as the exchange has it, in the policy's unit."""
    policy = SlaPolicy.objects.filter(exchange=exchange, key=key, is_active=True).first()
    return policy.limit if policy else otherwise


def days_after(day: date, exchange: Exchange, key: str, otherwise: int) -> date:
    """The last day of a period of calendar days that a policy sets, counted from ``day``."""
    return day + timedelta(days=limit_of(exchange, key, otherwise))


def screened(what: str, text: str) -> str:
    """The text without its margins.

    Raises:
        SsnRefused: it holds a Social Security number (EA-06); ``what`` names it.
    """
    text = (text or "").strip()
    if contains_ssn(text):
        raise SsnRefused(what)
    return text


def text_of(field: str, text: str, label: str) -> str:
    """A text that must be there.

    Raises:
        SsnRefused: it holds a Social Security number.
        ValidationError: it is empty; names the field.
    """
    return screened(label, require_text(field, text, label))


def own_file(case: Case, attachment: Attachment | None) -> Attachment | None:
    """The file, if it is one of the case's.

    Raises:
        ValidationError: it is another case's; names the field.
    """
    if attachment is not None and attachment.case_id != case.pk:
        raise ValidationError({"attachment": "Choose a file of this case."})
    return attachment


def lines_of(text: str) -> list[str]:
    """The lines of a text that say something."""
    return [line.strip() for line in text.splitlines() if line.strip()]


def check_columns(row: Model, names: Iterable[str]) -> None:
    """Check the values of some columns: length, choice, format.

    Raises:
        ValidationError: a value does not fit; names the column.
    """
    wanted = set(names)
    row.clean_fields(exclude={field.name for field in row._meta.fields} - wanted)
