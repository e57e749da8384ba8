"""The finder's search: a GET form whose address can be linked and remembered."""

from typing import Any, Final

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from portal.ui.forms import PlainSelect
from storefronts.choices import LANGUAGES
from storefronts.finder.search import DISTANCES, USUAL_DISTANCE
from storefronts.finder.where import LONGEST, point_of
from storefronts.models import Listing

_MOST_PAGES: Final = 1_000


class SearchForm(forms.Form):
    """Where, how far, and which help; every field may be left out."""

    place = forms.CharField(
        label=gettext_lazy("ZIP code or city"),
        required=False,
        max_length=LONGEST,
        widget=forms.TextInput(attrs={"autocomplete": "postal-code", "maxlength": LONGEST}),
    )
    near = forms.CharField(required=False, max_length=30, widget=forms.HiddenInput)
    miles = forms.TypedChoiceField(
        label=pgettext_lazy("distance", "Within"),
        required=False,
        coerce=int,
        empty_value=USUAL_DISTANCE,  # type: ignore[arg-type]  # the stubs know texts only
        widget=PlainSelect,
    )
    language = forms.ChoiceField(
        label=gettext_lazy("Language spoken"), required=False, widget=PlainSelect
    )
    kind = forms.ChoiceField(label=gettext_lazy("Who helps"), required=False, widget=PlainSelect)
    open = forms.BooleanField(label=gettext_lazy("Open now"), required=False)
    page = forms.IntegerField(
        required=False, min_value=1, max_value=_MOST_PAGES, widget=forms.HiddenInput
    )

    def __init__(self, data: QueryDict | None = None) -> None:
        if data is not None and "miles" not in data:
            # A short address leaves the distance out; the page shows the one that was meant.
            data = data.copy()
            data["miles"] = str(USUAL_DISTANCE)
        super().__init__(data)
        self.fields["miles"].choices = [  # type: ignore[attr-defined]
            (miles, _("%(miles)d miles") % {"miles": miles}) for miles in DISTANCES
        ]
        self.fields["miles"].initial = USUAL_DISTANCE
        self.fields["language"].choices = [  # type: ignore[attr-defined]
            ("", _("Any language")),
            *sorted(((key, _(key)) for key in LANGUAGES), key=lambda pair: pair[1].casefold()),
        ]
        self.fields["kind"].choices = [  # type: ignore[attr-defined]
            ("", _("Everybody")),
            (Listing.Kind.STOREFRONT.value, _("Storefronts")),
            (Listing.Kind.AGENT.value, _("Certified Insurance Agents")),
            (Listing.Kind.COUNSELOR.value, _("Certified Enrollment Counselors")),
        ]

    def clean_near(self) -> Any:
        """The browser's place as a point; what is none counts as not given."""
        return point_of(self.cleaned_data["near"])

    def clean_page(self) -> int:
        """The page asked for; the first by default."""
        return self.cleaned_data["page"] or 1
