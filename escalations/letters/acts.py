"""What letters add to the transition table of every kind of case that answers in writing.

A kind adds :data:`LETTER_ACTS` to its table; a kind that does not cannot be written letters on.
The acts have no door of the spine: letters have pages of their own, since a letter, not the case,
is what goes from draft to sent. They leave a line on the timeline and a row in the ledger.
"""

from portal.casework.machine import ANY, Act

DRAFTED = "letter_drafted"
ASKED = "letter_asked"
RETURNED = "letter_returned"
APPROVED = "letter_approved"
SENT = "letter_sent"
DISCARDED = "letter_discarded"

LETTER_ACTS = (
    Act(
        DRAFTED,
        "Write a letter",
        "letters.write",
        sources=ANY,
        guards=("a template in force serves this case",),
        done="Letter drafted",
        quiet=True,
        source="CC-10",
    ),
    Act(
        ASKED,
        "Send a letter for approval",
        "letters.write",
        sources=ANY,
        guards=("nothing is left to fill in",),
        notifies=("letter.approval_asked",),
        done="Letter sent for approval",
        quiet=True,
        source="CC-28",
    ),
    Act(
        RETURNED,
        "Return a letter",
        "letters.approve",
        sources=ANY,
        guards=("somebody else wrote it", "a reason"),
        notifies=("letter.returned",),
        done="Letter returned to its writer",
        quiet=True,
        source="CC-28",
    ),
    Act(
        APPROVED,
        "Approve a letter",
        "letters.approve",
        sources=ANY,
        guards=("somebody else wrote it",),
        notifies=("letter.approved",),
        confirm=True,
        done="Letter approved and filed",
        quiet=True,
        source="CC-28",
    ),
    Act(
        SENT,
        "Record that a letter was sent",
        "letters.write",
        sources=ANY,
        guards=("it is approved",),
        done="Letter sent",
        quiet=True,
        source="CC-10",
    ),
    Act(
        DISCARDED,
        "Discard a letter",
        "letters.write",
        sources=ANY,
        guards=("it is not approved",),
        done="Letter discarded",
        quiet=True,
        source="CC-10",
    ),
)
