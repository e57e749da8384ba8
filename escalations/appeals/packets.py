"""The packet checklist of an appeal: which papers it needs, which are at hand (AP-02, CC-20).

Any kind of case can have one. A kind that wants it adds :func:`packet_acts` to its table and
:data:`PACKET_DOORS` to its doors, calls :func:`start_packet` when it opens a case, registers
:func:`packet_panel` on its page, and asks :func:`require_complete` where a step needs the packet.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone

from escalations.appeals.common import own_file, screened, text_of
from escalations.appeals.models import Origin, PacketItem, PacketTemplateItem
from portal.casework.forms import ActForm
from portal.casework.kinds import ActDoor
from portal.casework.machine import ANY_OPEN, Act, Audience, Refused
from portal.casework.models import Attachment, Case
from portal.casework.projection import Section
from portal.casework.services import Change, allowed_acts, perform
from portal.documents.models import Document
from portal.documents.screening import ScreenedFile
from portal.documents.services import store_document
from portal.ledger.services import record
from portal.tenancy.actor import Actor
from portal.tenancy.models import Exchange

CONFIGURE = "appeals.configure"


@dataclass(frozen=True)
class PacketPaper:
    """A paper that packets of a kind start with, as data."""

    key: str
    label: str
    origin: str = Origin.MADE
    is_required: bool = True


@dataclass(frozen=True)
class PacketRow:
    """A paper of a case's packet as people see it."""

    id: int
    label: str
    origin_label: str
    state: str
    state_label: str
    is_required: bool
    settled_at: datetime | None
    settled_by: str
    remark: str
    #: The file on the case, as the address of its download and its name; empty: none.
    file_id: str
    file_name: str

    @property
    def is_missing(self) -> bool:
        return self.is_required and self.state == PacketItem.State.NEEDED

    @property
    def tone(self) -> str:
        """The tone of the state's tag."""
        if self.state == PacketItem.State.NEEDED:
            return "warning" if self.is_required else "neutral"
        return "success" if self.state == PacketItem.State.DONE else "neutral"


# --- what a kind takes into its table -----------------------------------------------------------


def packet_acts(
    action: str, *, sources: frozenset[str] | str = ANY_OPEN, source: str = "AP-02"
) -> tuple[Act, ...]:
    """The acts of the checklist, for the table of a kind.

    Args:
        action: the permission of those who work the kind's cases.
        sources: statuses in which the packet is worked on.
        source: which requirement the kind's packet answers.
    """
    return (
        Act(
            "packet_record",
            "Record a paper of the packet",
            action,
            sources=sources,
            done="A paper of the packet is at hand",
            source=source,
            offered=_has_open_item,
        ),
        Act(
            "packet_waive",
            "A paper of the packet is not needed",
            action,
            sources=sources,
            guards=("a reason",),
            done="A paper of the packet is not needed",
            source=source,
            offered=_has_open_item,
        ),
        Act(
            "packet_add",
            "Add a paper to the packet",
            action,
            sources=sources,
            done="A paper was added to the packet",
            source=source,
        ),
    )


def _has_open_item(case: Case, actor: Actor) -> bool:
    return any(item.state == PacketItem.State.NEEDED for item in _items(case))


# --- services -----------------------------------------------------------------------------------


def start_packet(*, case: Case) -> list[PacketItem]:
    """Give a new case the papers its kind's packet starts with, in the opening transaction."""
    rows = PacketTemplateItem.objects.filter(
        exchange_id=case.exchange_id, case_kind=case.kind, is_active=True
    )
    return PacketItem.objects.bulk_create(
        [
            PacketItem(
                exchange_id=case.exchange_id,
                case=case,
                key=row.key,
                label=row.label,
                origin=row.origin,
                is_required=row.is_required,
                position=position,
            )
            for position, row in enumerate(rows, start=1)
        ]
    )


def record_item(
    *,
    case: Case,
    actor: Actor,
    item: PacketItem,
    file: ScreenedFile | None = None,
    attachment: Attachment | None = None,
    remark: str = "",
    expected_version: int | None = None,
) -> Case:
    """A paper was made or came in; its file is uploaded now, on the case already, or on paper.

    Raises:
        SsnRefused: the remark holds a Social Security number.
        Refused: the paper is settled already.
        UploadRefused: the storage is full, or the actor's share of it for today is.
        ValidationError: a file and a file of the case at once.
    """
    remark = screened("the remark", remark)
    if file is not None and attachment is not None:
        raise ValidationError({"file": "Upload a file or choose one of the case, not both."})

    def effect(case: Case) -> Change:
        row = _open_item(case, item)
        chosen = own_file(case, attachment)
        row.attachment = chosen if file is None else _attach(case, actor, file)
        _settle(row, PacketItem.State.DONE, actor, remark)
        return Change(event_data={"item": row.key or row.pk}, fields=["packet"])

    return perform(
        case=case,
        act_key="packet_record",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def waive_item(
    *,
    case: Case,
    actor: Actor,
    item: PacketItem,
    reason: str,
    expected_version: int | None = None,
) -> Case:
    """A paper is not needed in this case, and why.

    Raises:
        Refused: the paper is settled already.
        ValidationError: no reason.
    """
    reason = text_of("reason", reason, "why it is not needed")

    def effect(case: Case) -> Change:
        row = _open_item(case, item)
        _settle(row, PacketItem.State.WAIVED, actor, reason)
        return Change(event_data={"item": row.key or row.pk}, fields=["packet"])

    return perform(
        case=case,
        act_key="packet_waive",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def add_item(
    *,
    case: Case,
    actor: Actor,
    label: str,
    origin: str = Origin.RECEIVED,
    is_required: bool = True,
    expected_version: int | None = None,
) -> Case:
    """Add a paper that this case's packet needs beyond the usual ones."""
    label = text_of("label", label, "the paper's name")

    def effect(case: Case) -> Change:
        row = PacketItem.objects.create(
            exchange_id=case.exchange_id,
            case=case,
            label=label,
            origin=origin,
            is_required=is_required,
            position=case.packet_items.count() + 1,
        )
        return Change(event_data={"item": row.pk}, fields=["packet"])

    return perform(
        case=case,
        act_key="packet_add",
        actor=actor,
        expected_version=expected_version,
        effect=effect,
    )


def missing_papers(case: Case) -> list[str]:
    """Names of the required papers that are not at hand, in order."""
    rows = PacketItem.objects.filter(case=case, is_required=True, state=PacketItem.State.NEEDED)
    return list(rows.values_list("label", flat=True))


def require_complete(case: Case) -> None:
    """Raise unless every required paper of the packet is at hand or waived.

    Raises:
        Refused: names the papers that are missing.
    """
    if missing := missing_papers(case):
        raise Refused(f"The packet is not complete. Missing: {'; '.join(missing)}.")


# --- configuration ------------------------------------------------------------------------------


@transaction.atomic
def found_packet(*, exchange: Exchange, case_kind: str, papers: Iterable[PacketPaper]) -> None:
    """Give an exchange the papers a kind's packets start with; those it has are left alone."""
    for position, paper in enumerate(papers, start=1):
        PacketTemplateItem.objects.get_or_create(
            exchange=exchange,
            case_kind=case_kind,
            key=paper.key,
            defaults={
                "label": paper.label,
                "origin": paper.origin,
                "is_required": paper.is_required,
                "position": position,
            },
        )


@transaction.atomic
def add_paper(*, actor: Actor, case_kind: str, key: str, label: str, **more: Any) -> Any:
    """Add a paper to what a kind's packets start with.

    Args:
        more: ``origin``, ``is_required``, ``position``.

    Raises:
        NotAllowed: the actor may not configure appeals.
        ValidationError: the key is taken for the kind; names the field.
    """
    actor.require(CONFIGURE)
    row = PacketTemplateItem(
        exchange=actor.exchange, case_kind=case_kind, key=key, label=label.strip(), **more
    )
    row.full_clean()
    row.save()
    record(actor=actor, action="appeals.paper_added", data={"paper": row.pk})
    return row


@transaction.atomic
def change_paper(*, actor: Actor, paper: PacketTemplateItem, **values: Any) -> PacketTemplateItem:
    """Change a paper's name, origin, place, whether it is required and in use.

    Raises:
        NotAllowed: the actor may not configure appeals.
        ValidationError: a value is not valid; names the field.
    """
    actor.require(CONFIGURE)
    row = PacketTemplateItem.objects.select_for_update().get(
        pk=paper.pk, exchange_id=actor.exchange_id
    )
    for name in ("label", "origin", "is_required", "position", "is_active"):
        if name in values:
            setattr(row, name, values[name])
    row.full_clean()
    row.save()
    record(actor=actor, action="appeals.paper_changed", data={"paper": row.pk})
    return row


# --- what people see ----------------------------------------------------------------------------


def packet_rows(case: Case) -> list[PacketRow]:
    """The packet in order, in one statement; for a reader whom the kind shows its details."""
    return [
        PacketRow(
            id=item.pk,
            label=item.label,
            origin_label=item.get_origin_display(),
            state=item.state,
            state_label=item.get_state_display(),
            is_required=item.is_required,
            settled_at=item.settled_at,
            settled_by=item.settled_by.full_name if item.settled_by else "",
            remark=item.remark,
            file_id=str(item.attachment.document.public_id) if item.attachment else "",
            file_name=item.attachment.document.original_name if item.attachment else "",
        )
        for item in _items(case)
    ]


def packet_section(case: Case) -> Section:
    """The packet as labelled values, for API and export."""
    return Section(
        "packet",
        "Packet",
        tuple((f"packet.{row.id}", row.label, row.state_label) for row in packet_rows(case)),
    )


def packet_panel(actor: Actor, case: Case) -> Mapping[str, Any] | None:
    """The checklist on the case page, with buttons for those who may work on it.

    Register it with the template ``appeals/_packet.html``.
    """
    if actor.is_outside:
        return None
    rows = packet_rows(case)
    offered = {act.key for act in allowed_acts(case, actor)}
    return {
        "rows": rows,
        "missing": sum(row.is_missing for row in rows),
        "may_record": "packet_record" in offered,
        "may_add": "packet_add" in offered,
    }


def _items(case: Case) -> Iterable[PacketItem]:
    return PacketItem.objects.filter(case=case).select_related("settled_by", "attachment__document")


def _open_item(case: Case, item: PacketItem) -> PacketItem:
    row = PacketItem.objects.select_for_update().filter(case=case, pk=item.pk).first()
    if row is None:
        raise ValidationError({"item": "Choose a paper of this case's packet."})
    if row.state != PacketItem.State.NEEDED:
        raise Refused(f"“{row.label}” is settled already: {row.get_state_display().lower()}.")
    return row


def _settle(row: PacketItem, state: str, actor: Actor, remark: str) -> None:
    row.state, row.remark = state, remark
    row.settled_at, row.settled_by = timezone.now(), actor.person
    row.save()


def _attach(case: Case, actor: Actor, file: ScreenedFile) -> Attachment:
    document = store_document(
        exchange=actor.exchange,
        file=file,
        purpose=Document.Purpose.ATTACHMENT,
        uploaded_by=actor.person,
    )
    return Attachment.objects.create(
        exchange_id=case.exchange_id,
        case=case,
        document=document,
        audience=Audience.INTERNAL,
        added_by=actor.person,
    )


# --- doors --------------------------------------------------------------------------------------


class AttachmentField(forms.ModelChoiceField):
    """One of the files that are on the case already, by name."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.document.original_name)


class PacketItemForm(ActForm):
    """Choose a paper that is still needed."""

    item = forms.ModelChoiceField(label="Paper", queryset=PacketItem.objects.none())

    def prepare(self) -> None:
        if self.case:
            rows = PacketItem.objects.filter(case=self.case, state=PacketItem.State.NEEDED)
            self.offer("item", rows)


class RecordItemForm(PacketItemForm):
    """A paper was made or came in."""

    file = forms.FileField(
        label="File", required=False, help_text="PDF, JPEG or PNG. Kept with the case's files."
    )
    attachment = AttachmentField(
        label="Or a file of the case",
        queryset=Attachment.objects.none(),
        required=False,
        empty_label="None",
    )
    remark = forms.CharField(label="Remark", required=False, max_length=500)

    def prepare(self) -> None:
        super().prepare()
        if self.case:
            files = Attachment.objects.filter(case=self.case).select_related("document")
            self.offer("attachment", files)

    def full_clean(self) -> None:
        super().full_clean()
        if self.screened.get("file"):
            self.cleaned_data["file"] = self.screened["file"][0]


class WaiveItemForm(PacketItemForm):
    """A paper is not needed in this case."""

    reason = forms.CharField(label="Why", widget=forms.Textarea(attrs={"rows": 3}))


class AddItemForm(ActForm):
    """A paper beyond the usual ones."""

    label = forms.CharField(label="Paper", max_length=120)
    origin = forms.ChoiceField(
        label="How it comes about", choices=Origin.choices, initial=Origin.RECEIVED
    )
    is_required = forms.BooleanField(
        label="Required",
        required=False,
        initial=True,
        help_text="The packet is not complete without it.",
    )


PACKET_DOORS = {
    "packet_record": ActDoor(RecordItemForm, record_item),
    "packet_waive": ActDoor(WaiveItemForm, waive_item),
    "packet_add": ActDoor(AddItemForm, add_item),
}
