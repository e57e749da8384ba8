"""Where a page sends what is being typed, every few seconds."""

import re
import uuid

from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from portal.casework.drafts import save_draft
from portal.casework.models import Draft
from portal.casework.views.requests import actor_of

_FORM = re.compile(r"[a-z][a-z_]*(\.[a-z_]+)*")


@require_POST
def auto_save(request: HttpRequest, form: str, public_id: uuid.UUID) -> HttpResponse:
    """Keep the form's texts. A refusal says why in plain words and repeats none of the text."""
    actor = actor_of(request)
    if len(form) > 60 or not _FORM.fullmatch(form):
        raise Http404
    content = {
        name: values if len(values) > 1 else values[0]
        for name, values in request.POST.lists()
        if name != "csrfmiddlewaretoken"
    }
    try:
        save_draft(actor=actor, form=form, content=content, public_id=public_id)
    except Draft.DoesNotExist:
        raise Http404 from None
    except ValidationError as error:
        return HttpResponse(
            " ".join(error.messages), status=422, content_type="text/plain; charset=utf-8"
        )
    return HttpResponse(status=204)
