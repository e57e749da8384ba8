"""Every message in the exchange's own words, with a preview."""

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from notifications import services
from notifications.catalogue import Circle, MessageKind, all_kinds, get
from notifications.channels.groups import group_of
from notifications.forms import WordingForm
from notifications.models import MessageTemplate
from notifications.previews import previews_of
from notifications.views import actor_with
from notifications.wording import Wording, check_wording, wording_of
from portal.tenancy.actor import Actor

_EDIT = "notifications.edit_templates"


@require_safe
def template_list(request: HttpRequest) -> HttpResponse:
    """The catalogue, with what the exchange has worded itself."""
    actor = actor_with(request, _EDIT)
    own = dict(
        MessageTemplate.objects.filter(exchange_id=actor.exchange_id).values_list("key", "subject")
    )
    rows = [
        {
            "key": kind.key,
            "label": kind.label,
            "circle": kind.circle.value,
            "channels": ", ".join(sorted(channel.value for channel in kind.channels)),
            "subject": own.get(kind.key, kind.subject),
            "is_own": kind.key in own,
        }
        for kind in all_kinds()
        if kind.crowd is None  # each is said in words of its own
    ]
    return render(request, "notifications/templates.html", {"rows": rows})


@require_http_methods(["GET", "HEAD", "POST"])
def template(request: HttpRequest, key: str) -> HttpResponse:
    """Edit one message: look at a preview, save, or go back to the catalogue's words."""
    actor = actor_with(request, _EDIT)
    kind = _kind(key)
    current = wording_of(kind, exchange_id=actor.exchange_id)
    form = WordingForm(
        request.POST or None, initial={"subject": current.subject, "body": current.body}
    )
    if request.method == "POST":
        if "reset" in request.POST:
            services.reset_template(actor=actor, key=key)
            messages.success(request, "The message has its original words again.")
            return redirect("notifications:template", key=key)
        if form.is_valid():
            typed = Wording(form.cleaned_data["subject"], form.cleaned_data["body"])
            try:
                if "preview" in request.POST:
                    check_wording(kind, typed)
                    current = typed
                else:
                    services.change_template(
                        actor=actor, key=key, subject=typed.subject, body=typed.body
                    )
                    messages.success(request, "The new words are used from now on.")
                    return redirect("notifications:template", key=key)
            except ValidationError as error:
                form.add_error(None, error)
    return render(
        request,
        "notifications/template.html",
        _context(actor, kind, form, current),
        status=422 if form.is_bound and form.errors else 200,
    )


def _kind(key: str) -> MessageKind:
    try:
        return get(key)
    except KeyError:
        raise Http404 from None


class PreviewFilter(forms.Form):
    circle = forms.ChoiceField(
        label="Told to",
        required=False,
        choices=[("", "All"), *((circle.name, circle.value) for circle in Circle)],
    )


@require_safe
def preview_all(request: HttpRequest) -> HttpResponse:
    """Every message as it reads on each of its channels, with an invented case."""
    actor = actor_with(request, _EDIT)
    exchange = actor.exchange
    rows = MessageTemplate.objects.filter(exchange_id=exchange.pk)
    own = {row.key: Wording(row.subject, row.body) for row in rows}
    form = PreviewFilter(request.GET)
    circle = form.cleaned_data["circle"] if form.is_valid() else ""
    shown = [
        {
            "kind": kind,
            "group": group_of(kind).label,
            "is_own": kind.key in own,
            "previews": previews_of(
                kind, own.get(kind.key, Wording(kind.subject, kind.body)), exchange=exchange
            ),
        }
        for kind in all_kinds()
        if circle in ("", kind.circle.name)
    ]
    context = {"rows": shown, "form": form, "is_filtered": bool(circle)}
    return render(request, "notifications/previews.html", context)


def _context(
    actor: Actor, kind: MessageKind, form: WordingForm, shown: Wording
) -> dict[str, object]:
    own = MessageTemplate.objects.filter(exchange_id=actor.exchange_id, key=kind.key).exists()
    return {
        "kind": kind,
        "form": form,
        "is_own": own,
        "variables": [f"{{{name}}}" for name in sorted(kind.variables)],
        "previews": previews_of(kind, shown, exchange=actor.exchange),
    }
