"""How people perform the acts of a producer's escalation; they win over the tickets' own doors."""

from functools import partial

from escalations.producers import conversation, forms, services
from portal.casework.kinds import ActDoor

DOORS = {
    "ask_enroller": ActDoor(forms.AskProducerForm, conversation.ask_producer),
    "enroller_answered": ActDoor(forms.RecordAnswerForm, conversation.record_answer),
    "answer_producer": ActDoor(forms.AnswerProducerForm, conversation.answer_producer),
    "producer_replied": ActDoor(
        forms.ReplyForm,
        partial(conversation.reply_to_team, act_key="producer_replied"),
        "A reply that seems to contain personal information is kept and checked first.",
    ),
    "producer_wrote": ActDoor(
        forms.ReplyForm,
        partial(conversation.reply_to_team, act_key="producer_wrote"),
        "A message that seems to contain personal information is kept and checked first.",
    ),
    "record_message": ActDoor(forms.MessageForm, conversation.record_message),
    "screen_reply": ActDoor(
        forms.ScreenReplyForm,
        conversation.screen_reply,
        "This reply seems to contain personal information, so nobody has seen it yet.",
    ),
    "resolve": ActDoor(forms.ResolveEscalationForm, services.resolve_escalation),
    "mark_duplicate": ActDoor(forms.DuplicateForm, services.mark_duplicate),
}
