"""A small site made of the portal's components alone: no room, no person table, no database."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace

from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.template import engines
from django.urls import include, path

from portal.ui import views
from portal.ui.forms import DateInput, MultipleFileField, Section

DUE = datetime(2026, 11, 24, 17, tzinfo=UTC)


class IntakeForm(forms.Form):
    """One field of every kind of control."""

    sections = (Section("About the case", ("title", "kind"), "Only what the team needs."),)
    title = forms.CharField(max_length=80, help_text="No names here.")
    kind = forms.ChoiceField(choices=[("", "Choose"), ("access", "Access to care")])
    due = forms.DateField(widget=DateInput, required=False)
    story = forms.CharField(widget=forms.Textarea, max_length=400, label="What happened")
    channel = forms.ChoiceField(
        widget=forms.RadioSelect, choices=[("phone", "Phone"), ("mail", "Mail")]
    )
    needs = forms.MultipleChoiceField(
        widget=forms.CheckboxSelectMultiple, choices=[("x", "Expedited")], required=False
    )
    consent = forms.BooleanField(help_text="A signed form is needed.")
    files = MultipleFileField(required=False)
    origin = forms.CharField(widget=forms.HiddenInput, required=False)


class FilterForm(forms.Form):
    """Filters of a list."""

    q = forms.CharField(label="Words", required=False)
    status = forms.ChoiceField(
        label="Status", required=False, choices=[("", "Any"), ("open", "Open")]
    )
    mine = forms.BooleanField(label="Assigned to me", required=False)


def signed_in(request: HttpRequest) -> HttpRequest:
    """Give the request an actor; the person's key comes from the ``person`` cookie."""
    key = request.COOKIES.get("person", "1")
    request.user = SimpleNamespace(is_authenticated=True, pk=key)
    request.actor = SimpleNamespace(
        person=SimpleNamespace(full_name="Maren Okafor"),
        exchange=SimpleNamespace(name="Cascadia Health Benefit Exchange", is_demo=False),
        organization=SimpleNamespace(name="Office of Constituent Relations"),
        role_label="Case worker",
        memberships=(),
        may=lambda action: True,
        has_module=lambda key: True,
    )
    return request


def render(source: str, request: HttpRequest, **context: object) -> HttpResponse:
    """Render template source in the project's engine."""
    return HttpResponse(engines["django"].from_string(source).render(context, request))


LIST_PAGE = """
{% extends "base.html" %}{% load ui %}
{% block title %}My queue{% endblock %}{% block heading %}My queue{% endblock %}
{% block lede %}<p>Two open cases.</p>{% endblock %}
{% block actions %}<a class="usa-button" href="/form/">New case</a>{% endblock %}
{% block content %}
{% include "ui/tabs.html" with tabs=tabs label="Queue views" %}
{% filter_bar filters %}
<form><div class="ui-table-wrap"><table class="ui-table ui-table--stacked">
<caption class="usa-sr-only">Cases</caption>
<thead><tr>{% select_all "case" %}{% sort_header "Number" "number" %}
{% sort_header "Due" "due" default="due" %}<th scope="col">Status</th></tr></thead>
<tbody>{% for number, days in rows %}<tr data-row>{% select_row number number "case" %}
<th scope="row"><a class="ui-row-link" href="/form/">{{ number }}</a></th>
<td data-label="Due">{% due_badge due days %}</td>
<td data-label="Status">{% status_tag "Waiting on agency" "info" %}
{% status_tag "Escalated" "danger" %}</td></tr>{% endfor %}
</tbody></table></div><p data-selection-count></p></form>
{% pager 2 "1,000+" next_url="?after=x" noun="cases" %}
<div class="ui-columns"><div><h2>Timeline</h2>{% timeline events %}</div>
<aside aria-label="Details"><h2>Details</h2>{% definition_list details %}</aside></div>
{% step_indicator steps 2 %}{% progress "Importing" 1200 5000 %}
{% include "ui/empty.html" with title="Nothing is due" text="New cases appear here." %}
{% include "ui/alert.html" with tone="warning" title="A form lapses soon" text="On Friday." %}
<p><a href="/confirm/" data-dialog="withdraw">Withdraw</a></p>
{% include "ui/dialog.html" with id="withdraw" title="Withdraw?" text=text action_url="/confirm/" %}
{% endblock %}
"""

FORM_PAGE = """
{% extends "base.html" %}
{% block title %}New case{% endblock %}{% block heading %}New case{% endblock %}
{% block content %}
<form id="intake" class="ui-form" method="post" novalidate data-keep enctype="multipart/form-data">
{% csrf_token %}{{ form }}
<div class="ui-actions"><button class="usa-button" type="submit">Open the case</button></div>
</form>{% endblock %}
"""


def list_page(request: HttpRequest) -> HttpResponse:
    """Show every component of a list page."""
    return render(
        LIST_PAGE,
        signed_in(request),
        tabs=[{"label": "All", "url": "?", "current": True, "count": 2}],
        filters=FilterForm(request.GET or None),
        rows=[("CC-2026-00411", -2), ("CC-2026-00412", 3)],
        due=DUE,
        events=[
            {"when": DUE, "title": "Note added", "body": "Called.", "visibility": "internal"},
            {"when": DUE, "title": "Update sent", "body": "Waiting.", "visibility": "shared"},
        ],
        details=[("Number", "CC-2026-00411"), ("Phone", "")],
        steps=["Person", "Issue", "Review"],
        text="The office loses sight of it.",
        submit_label="Withdraw",
        danger=True,
    )


def form_page(request: HttpRequest) -> HttpResponse:
    """Show the form, with its errors once posted; an expired session answers like sign-in."""
    form = IntakeForm(request.POST or None)
    return render(FORM_PAGE, signed_in(request), form=form)


def sign_in_page(request: HttpRequest) -> HttpResponse:
    """Stand for the sign-in page: the layout without a person."""
    request.user = SimpleNamespace(is_authenticated=False)
    source = '{% extends "base.html" %}{% block heading %}Sign in{% endblock %}'
    return render(source, request)


def keep_alive(request: HttpRequest) -> HttpResponse:
    """Answer as the portal does when the session was extended."""
    return HttpResponse(status=204)


def numbers(request: HttpRequest) -> HttpResponse:
    """Answer as if nothing waited; tests in a browser put their own answers in its place."""
    return HttpResponse("{}", content_type="application/json")


def newest(request: HttpRequest) -> HttpResponse:
    """The header's menu of the newest."""
    return HttpResponse('<h2 tabindex="-1">Newest notifications</h2><p>One line.</p>')


def missing(request: HttpRequest) -> HttpResponse:
    """Fail to find something, with a telling message that must not be shown."""
    raise Http404("Case CC-2026-00411 belongs to another office")


def forbidden(request: HttpRequest) -> HttpResponse:
    """Refuse with a telling message that must not be shown."""
    raise PermissionDenied("Needs release.override")


def confirm(request: HttpRequest) -> HttpResponse:
    """Show the confirmation page."""
    return render(
        '{% include "ui/confirm.html" %}',
        signed_in(request),
        title="Withdraw this release form?",
        text="The office will no longer see the case.",
        submit_label="Withdraw",
        danger=True,
        cancel_url="/",
        details=[("Form", "RF-2026-0007")],
    )


handler400 = views.bad_request
handler403 = views.permission_denied
handler404 = views.page_not_found
handler500 = views.server_error

_bell = (
    [
        path("session/live/", login_not_required(numbers), name="live"),
        path("notifications/", login_not_required(list_page), name="bell"),
        path("notifications/newest/", login_not_required(newest), name="bell-newest"),
    ],
    "notifications",
)
_queue = ([path("", login_not_required(list_page), name="queue")], "casework")
urlpatterns = [
    path("", login_not_required(list_page), name="home"),
    path("form/", login_not_required(form_page), name="intake"),
    path("confirm/", login_not_required(confirm), name="confirm"),
    path("sign-in/", login_not_required(sign_in_page), name="account_login"),
    path("sign-out/", login_not_required(sign_in_page), name="account_logout"),
    path("keep-alive/", login_not_required(keep_alive), name="session-keep-alive"),
    path("missing/", login_not_required(missing), name="missing"),
    path("forbidden/", login_not_required(forbidden), name="forbidden"),
    path("queue/", include(_queue)),
    path("", include(_bell)),
]
