"""Letters through the API: templates in force, drafts, approval. A filed letter's PDF is a file of
its case and is fetched as one (``/cases/<number>/files/<public_id>/``), behind the same gate."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import Http404
from django.urls import URLPattern, path
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, serializers
from rest_framework.request import Request
from rest_framework.response import Response

from escalations.letters import services
from escalations.letters.configuration import local_today
from escalations.letters.models import Letter, LetterTemplate, LetterTemplateVersion
from escalations.letters.placeholders import LANGUAGES
from escalations.letters.projection import letters_of, project_letter
from portal.api.base import ApiView, ListView
from portal.api.projections import Shape
from portal.api.serializers import MAX_ID, MAX_TEXT, StrictSerializer
from portal.casework.disclosures import record_shown
from portal.casework.models import Case


class TemplateInForceSerializer(Shape):
    """A version of a template that letters are written with today."""

    key = serializers.CharField(source="template.key")
    language = serializers.CharField(source="template.language")
    title = serializers.CharField(source="template.title")
    serves = serializers.ListField(
        child=serializers.CharField(),
        source="template.serves",
        help_text="Keys of kinds of case or of ticket types; empty: every case.",
    )
    audience = serializers.CharField(source="template.audience")
    number = serializers.IntegerField(help_text="Number of the version.")
    valid_from = serializers.DateField(help_text="Local day of the exchange.")
    body = serializers.CharField(help_text="Plain text with placeholders in braces.")


class LetterRowSerializer(Shape):
    """A letter without its words."""

    public_id = serializers.UUIDField()
    title = serializers.CharField()
    language = serializers.CharField()
    state = serializers.ChoiceField(choices=Letter.State.choices)
    audience = serializers.CharField()
    created_at = serializers.DateTimeField()
    approved_at = serializers.DateTimeField(allow_null=True)
    sent_on = serializers.DateField(allow_null=True)
    sent_how = serializers.CharField()
    written_by = serializers.CharField(help_text="Empty for readers outside the exchange.")
    approved_by = serializers.CharField(help_text="Empty for readers outside the exchange.")


class LetterSerializer(Shape):
    """A letter with its words."""

    number = serializers.CharField(source="row.number", help_text="Of the case.")
    public_id = serializers.UUIDField(source="row.public_id")
    title = serializers.CharField(source="row.title")
    language = serializers.CharField(source="language_code")
    state = serializers.CharField(source="row.state")
    audience = serializers.CharField(source="row.audience")
    addressee = serializers.CharField()
    body = serializers.CharField()
    version = serializers.IntegerField(help_text="Send it back as `expected_version`.")
    return_reason = serializers.CharField()
    acts = serializers.ListField(child=serializers.CharField())
    file = serializers.SerializerMethodField(
        help_text="Public id of the filed PDF among the case's files; null before approval."
    )

    def get_file(self, view: Any) -> UUID | None:
        """Where the PDF is."""
        return self.context.get("file")


class LetterDoneSerializer(Shape):
    """What a change answers: which letter, and how it stands."""

    public_id = serializers.UUIDField()
    state = serializers.CharField()
    version = serializers.IntegerField()


class DraftLetterSerializer(StrictSerializer):
    """Which letter to begin."""

    template = serializers.CharField(max_length=60, help_text="Key of a template in force.")
    language = serializers.ChoiceField(choices=LANGUAGES, default="en")


class WordsSerializer(StrictSerializer):
    """The words of a letter."""

    addressee = serializers.CharField(max_length=services.MOST_ADDRESSEE, allow_blank=True)
    body = serializers.CharField(max_length=services.MOST_BODY)
    expected_version = serializers.IntegerField(min_value=1, max_value=MAX_ID)


class ApproveLetterSerializer(StrictSerializer):
    """Which version of the letter was read."""

    expected_version = serializers.IntegerField(min_value=1, max_value=MAX_ID)


class ReturnLetterSerializer(StrictSerializer):
    """What has to change."""

    reason = serializers.CharField(max_length=MAX_TEXT)


class SentLetterSerializer(StrictSerializer):
    """How and on which local day the letter went out."""

    how = serializers.ChoiceField(choices=Letter.Way.choices)
    sent_on = serializers.DateField()


class TemplateListView(ListView):
    """Templates in force."""

    actions = {"GET": "letters.view_templates"}
    queryset = LetterTemplateVersion.objects.none()
    serializer_class = TemplateInForceSerializer

    @extend_schema(operation_id="letter_templates_list", tags=["letters"])
    def get(self, request: Request, **kwargs: Any) -> Response:
        """List the versions that letters are written with today (CC-21)."""
        return super().get(request, **kwargs)

    def rows(self) -> QuerySet[Any]:
        """Of this exchange, and of templates in use."""
        today = local_today(self.actor.exchange)
        found = LetterTemplateVersion.objects.in_force(today).filter(
            template__in=LetterTemplate.objects.visible_to(self.actor).filter(is_active=True)
        )
        rows = LetterTemplateVersion.objects.filter(pk__in=found.values("pk"))
        return rows.select_related("template")


class _LetterView(ApiView):
    """Looks up letters in the actor's scope."""

    def find(self, public_id: UUID) -> Letter:
        """One letter, or 404."""
        rows = Letter.objects.visible_to(self.actor).select_related(
            "case", "document", "template_version__template", "written_by", "approved_by"
        )
        letter = rows.filter(public_id=public_id).first()
        if letter is None:
            raise Http404
        return letter

    def valid(self, kind: type[StrictSerializer]) -> dict[str, Any]:
        """The body, checked."""
        serializer = kind(data=self.request.data)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class CaseLettersView(_LetterView):
    """The letters of a case."""

    actions = {"GET": "letters.view", "POST": "letters.write"}
    creates = True

    @extend_schema(
        operation_id="letters_list", responses=LetterRowSerializer(many=True), tags=["letters"]
    )
    def get(self, request: Request, number: str) -> Response:
        """List a case's letters: an office those meant for it, while a release is in force."""
        case = self.find_case(number)
        return Response(LetterRowSerializer(letters_of(case, self.actor), many=True).data)

    @extend_schema(
        operation_id="letters_draft",
        request=DraftLetterSerializer,
        responses={201: LetterDoneSerializer},
        tags=["letters"],
    )
    def post(self, request: Request, number: str) -> Response:
        """Begin a letter from a template in force, filled from the case (CC-10)."""
        case = self.find_case(number)
        data = self.valid(DraftLetterSerializer)
        template = (
            LetterTemplate.objects.visible_to(self.actor)
            .filter(key=data["template"], language=data["language"])
            .first()
        )
        if template is None:
            raise exceptions.ValidationError(
                {"template": "There is no such template in this language."}, code="invalid_choice"
            )
        try:
            letter = services.draft_letter(actor=self.actor, case=case, template=template)
        except Case.DoesNotExist:
            raise Http404 from None
        return Response(LetterDoneSerializer(letter).data, status=201)


class LetterDetailView(_LetterView):
    """One letter."""

    actions = {"GET": "letters.view"}

    @extend_schema(operation_id="letters_get", responses=LetterSerializer, tags=["letters"])
    def get(self, request: Request, public_id: UUID) -> Response:
        """Read a letter; the look is recorded."""
        letter = self.find(public_id)
        record_shown(
            actor=self.actor,
            action="letters.opened",
            cases=[letter.case_id],
            fields=["letter"],
            data={"letter": letter.pk, "surface": "api"},
        )
        file = letter.document.public_id if letter.document else None
        view = project_letter(letter, self.actor)
        return Response(LetterSerializer(view, context={"file": file}).data)


class LetterWordsView(_LetterView):
    """The words of a draft."""

    actions = {"POST": "letters.write"}

    @extend_schema(
        operation_id="letters_edit",
        request=WordsSerializer,
        responses=LetterDoneSerializer,
        tags=["letters"],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Replace the words of a draft or a returned letter."""
        letter = services.edit_letter(
            actor=self.actor, letter=self.find(public_id), **self.valid(WordsSerializer)
        )
        return Response(LetterDoneSerializer(letter).data)


class SubmitLetterView(_LetterView):
    """A letter that is ready."""

    actions = {"POST": "letters.write"}

    @extend_schema(
        operation_id="letters_submit",
        request=None,
        responses=LetterDoneSerializer,
        tags=["letters"],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Send a letter for approval; nothing may be left to fill in."""
        letter = services.submit_letter(actor=self.actor, letter=self.find(public_id))
        return Response(LetterDoneSerializer(letter).data)


class ApproveLetterView(_LetterView):
    """A letter somebody else wrote."""

    actions = {"POST": "letters.approve"}

    @extend_schema(
        operation_id="letters_approve",
        request=ApproveLetterSerializer,
        responses=LetterDoneSerializer,
        tags=["letters"],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Approve a letter: its PDF is made and filed on the case (CC-28)."""
        data = self.valid(ApproveLetterSerializer)
        letter = services.approve_letter(actor=self.actor, letter=self.find(public_id), **data)
        return Response(LetterDoneSerializer(letter).data)


class ReturnLetterView(_LetterView):
    """A letter that has to change."""

    actions = {"POST": "letters.approve"}

    @extend_schema(
        operation_id="letters_return",
        request=ReturnLetterSerializer,
        responses=LetterDoneSerializer,
        tags=["letters"],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Give a letter back to its writer, saying what has to change."""
        data = self.valid(ReturnLetterSerializer)
        letter = services.return_letter(actor=self.actor, letter=self.find(public_id), **data)
        return Response(LetterDoneSerializer(letter).data)


class SentLetterView(_LetterView):
    """An approved letter that went out."""

    actions = {"POST": "letters.write"}

    @extend_schema(
        operation_id="letters_sent",
        request=SentLetterSerializer,
        responses=LetterDoneSerializer,
        tags=["letters"],
    )
    def post(self, request: Request, public_id: UUID) -> Response:
        """Record how and on which day an approved letter was sent."""
        data = self.valid(SentLetterSerializer)
        letter = services.record_sent(actor=self.actor, letter=self.find(public_id), **data)
        return Response(LetterDoneSerializer(letter).data)


_LETTER = "letters/<uuid:public_id>/"
urlpatterns: list[URLPattern] = [
    path("letter-templates/", TemplateListView.as_view(), name="letter-templates"),
    path("cases/<number:number>/letters/", CaseLettersView.as_view(), name="case-letters"),
    path(_LETTER, LetterDetailView.as_view(), name="letter"),
    path(f"{_LETTER}words/", LetterWordsView.as_view(), name="letter-words"),
    path(f"{_LETTER}submit/", SubmitLetterView.as_view(), name="letter-submit"),
    path(f"{_LETTER}approve/", ApproveLetterView.as_view(), name="letter-approve"),
    path(f"{_LETTER}return/", ReturnLetterView.as_view(), name="letter-return"),
    path(f"{_LETTER}sent/", SentLetterView.as_view(), name="letter-sent"),
]
