"""The demonstration's toolkits: the documents the enrollers' webinar names (TK-06, A.24).

The texts are our own: what each document is for, and the steps this portal has. The documents
themselves are the exchange's, one link away.
"""

import io
from dataclasses import replace
from datetime import date

from reportlab.lib.pagesizes import letter
from reportlab.pdfgen.canvas import Canvas

from portal.tenancy.actor import Actor
from portal.toolkits import services
from portal.toolkits.founding import EntrySpec, found_entries
from portal.toolkits.models import MODULE, Entry, Kind, Language, Readers
from portal.toolkits.services import Content

AS_OF = date(2025, 10, 10)
_LIBRARY = "https://hbex.coveredca.com/toolkit"

_STOREFRONT = Content(
    kind=Kind.GUIDE,
    title="Storefront Toolkit",
    summary="Apply for a listed storefront: what to have ready, and where the application begins.",
    link=f"{_LIBRARY}/downloads/Storefront_Toolkit.pdf",
    topics=["storefront", "agency", "entity"],
    as_of=AS_OF,
    body="""\
A storefront is an office where people can walk in and get help. Agencies and entities apply for it,
and people who look for local help then find it with its address and hours. The toolkit leads
through the application from beginning to end.

## Before you begin

- Address, telephone and opening hours of the place, as visitors should see them
- The languages spoken there
- Who will be at the counter: certified enrollers of your agency or entity
- Documents and photos as PDF, JPEG or PNG; nothing with a Social Security number in it

## Where it begins

Managers and primary contacts find *Add a Storefront* in the header's menu *Agency/Entity*, once
their exchange takes applications there. Watch your email after you applied: that is where the next
instructions come.
""",
)

_DAILY_SUMMARY = Content(
    kind=Kind.GUIDE,
    title="Daily Summary Email Notices Description Guide",
    summary="What the two daily summaries list, when they are sent, and why they hold no names.",
    link=f"{_LIBRARY}/pdfs/Daily_Summary_Email_Notices_Description_Guide.pdf",
    topics=["daily summary", "email", "notices"],
    as_of=AS_OF,
    body="""\
Enrollers get one email a day that sums up what happened to their consumers; managers get a second
one about the work of their people. A summary saves you from a mail for each event, and from missing
the one that matters.

## How to read it

1. Each group of lines is one kind of notice, with the number of consumers it is about.
2. The email has no names. A link leads to the portal, where you sign in and see whom it is about.
3. A day on which nothing happened brings no email.

Something is missing from your summary? Look at the consumer's page first: what you are not
delegated for any more is not listed. If it is still wrong, open a help request.
""",
)

_OVERVIEW = Content(
    kind=Kind.DOWNLOAD,
    title="Enroller Portal Overview Quick Guide",
    summary="The portal on a few pages: quick links, notifications, help requests and your menus.",
    link=f"{_LIBRARY}/downloads/Enroller_Portal_Overview_Quick_Guide.pdf",
    topics=["home page", "quick links", "notifications"],
    as_of=AS_OF,
    change_note="Says where the bell and the notifications differ.",
    body="""\
For people who open the portal for the first time, and for those who want to find something again.

## Your home page

*Quick Links* lead to the pages used most: the Consumer Retention Workspace, the Secure Mailbox, the
Delegation Tool, these toolkits, My Reports, and Shop and Compare. Below them stands your work: open
cases first, then what is due.

## Messages

- The **bell** tells you about your own cases and consumers.
- **Notifications** are announcements of the exchange for everybody.

## When you are stuck

Search the toolkits. If they have no answer, open a help request: the portal takes it at any time,
and entries that may answer it show up while you type.
""",
)

_APPLICATION = Content(
    kind=Kind.JOB_AID,
    title="Single Streamlined Application Job Aid for Enrollers",
    summary="Work through an application with a consumer, page by page, without going back.",
    link=f"{_LIBRARY}/downloads/Single_Streamlined_Application_Job_Aid.pdf",
    topics=["application", "household", "income"],
    as_of=AS_OF,
    body="""\
One application decides about every program a household may qualify for. The job aid lists, in the
order of the pages, what you ask the consumer and what you do with the answer.

## Have at hand

- Everybody in the tax household, also those who do not need coverage
- Income of this year and what is expected for the next
- Offers of coverage through an employer

## In this portal

1. Make sure the consumer is delegated to you: *Delegation Tool*, then search.
2. Open the consumer's page and check phone, language and the last application.
3. After the application is submitted, look at the notices on the same page.

A page of the application that shows an error is no reason to begin again. Note the error's number
and open a help request with it.
""",
)

_IDENTITY_PROOFING = Content(
    kind=Kind.DOWNLOAD,
    title="Remote Identity Proofing (RIDP) Quick Guide",
    summary="What a consumer is asked to prove who they are, and what to do when that fails.",
    link=f"{_LIBRARY}/downloads/Remote_Identity_Proofing_Guide.pdf",
    topics=["identity", "RIDP", "proofing"],
    as_of=AS_OF,
    body="""\
Before an application goes through online, the consumer answers questions only they can answer. This
is remote identity proofing. The quick guide shows both ways it can end.

## If the questions do not fit

- Nobody guesses for the consumer. A wrong answer counts as an attempt.
- After a failure the consumer can call the number that is shown, with its reference code.
- Or the identity is proved with documents: see *Identity Acceptable Documents Quick Guide*.

The Delegation Tool sends the consumer a code of six digits by text message. That code proves that
they agree to work with you. It does not prove identity and does not take the place of these steps.
""",
)

_IDENTITY_DOCUMENTS = Content(
    kind=Kind.DOWNLOAD,
    title="Identity Acceptable Documents Quick Guide",
    summary="Which documents prove an identity, how to upload them, and why some are sent back.",
    link=f"{_LIBRARY}/pdfs/Verifying_Identity_Acceptable_Documents_to_Upload_Guide.pdf",
    topics=["identity", "documents", "upload"],
    as_of=AS_OF,
    body="""\
When identity cannot be proved by questions, documents do it. The guide (*Verifying Identity
Acceptable Documents to Upload Guide*) lists which ones count alone and which only in pairs.

## A good upload

1. The whole page, flat and in focus; both sides of a card.
2. PDF, JPEG or PNG. Photos in other formats are saved as JPEG first.
3. One document a file, with a name that says what it is and not who it is about.

## Files this portal refuses

Locked PDFs, PDFs with programs or other files inside, and whatever shows a Social Security number.
Cover the number before you scan: the portal never needs it.
""",
)

_DASHBOARD = Content(
    kind=Kind.GUIDE,
    title="Enrollment Dashboard for Enrollers Task Guide",
    summary="Read the enrollment dashboard and find the consumers who need something from you.",
    link=f"{_LIBRARY}/downloads/Enrollment_Dashboard_Guide.pdf",
    topics=["dashboard", "enrollment", "renewal"],
    as_of=AS_OF,
    body="""\
The dashboard counts your consumers by where their enrollment stands. The task guide explains each
count and the task behind it.

## From a number to a person

1. Choose a count: it opens the list behind it.
2. Sort by deadline. Who loses coverage first is called first.
3. Open the consumer's page for phone, language and the last contact.

For renewals, the Consumer Retention Workspace does the sorting for you: by risk, then by the days
that are left. Log each call there, so that your manager and whoever helps out next know about it.
""",
)

_PLAN_SELECTION = Content(
    kind=Kind.GUIDE,
    title="Plan Selection and Benefits for Certified Enrollers Task Guide",
    summary="Compare plans with a consumer, and confirm the choice so that it takes effect.",
    link=f"{_LIBRARY}/downloads/Covered_California_Plan_Selection_Guide.pdf",
    topics=["plans", "shop and compare", "enrollment"],
    as_of=AS_OF,
    body="""\
Choosing a plan is the consumer's decision; yours is to make the differences plain. The task guide
goes through comparing, choosing and confirming.

## What to compare

| Question | Why it matters |
| --- | --- |
| Are the doctors and medicines covered? | The premium says nothing about it |
| What is paid before the plan pays? | A low premium often has a high deductible |
| Does the household qualify for lower cost sharing? | Only some plans have it |

*Shop and Compare*, among your Quick Links, shows prices without an application. A plan is chosen
only once the consumer has confirmed it and, where one is due, paid the first premium.
""",
)

_SOON = Content(
    kind=Kind.GUIDE,
    title="OE and Renewal Toolkit Updates",
    summary="Updates of the toolkits for open enrollment and renewal are being written.",
    is_coming_soon=True,
    topics=["open enrollment", "renewal"],
)

_SEARCH_NOTE = Content(
    kind=Kind.RELEASE_NOTE,
    title="The toolkits can be searched",
    summary="New: one search over titles, texts and the words inside PDFs, here and in Downloads.",
    topics=["search", "toolkits"],
    as_of=AS_OF,
    body="""\
- The search box stands on top of the toolkits and of the section Downloads.
- Several words: every one of them is in the entry. Put words in "quotes" to find them side by side,
  and a hyphen before a word to leave out what has it.
- Without a search, what enrollers open most stands first.
- What is coming soon is announced with a mark.
""",
)

_LIFE_EVENTS = Content(
    kind=Kind.GUIDE,
    title="Qualifying life events",
    summary="Outside of open enrollment: which changes let somebody enroll, and until when.",
    link="https://www.coveredca.com/support/before-you-buy/qualifying-life-events/",
    topics=["special enrollment", "life events"],
    as_of=AS_OF,
    body="""\
Losing other coverage, moving, having a child, marrying: changes like these open a special
enrollment period. The page has the list and the time allowed for each.

Ask for the date of the event first. Most periods are counted from that day, and a proof may be
asked for after the application.
""",
)

_DOCUMENTS_IN_SPANISH = Content(
    kind=Kind.JOB_AID,
    title="Documentos para comprobar la identidad",
    summary="Qué documentos sirven y cómo subirlos, para explicarlo en español.",
    language=Language.SPANISH,
    readers=Readers.ENTITIES,
    topics=["identidad", "documentos"],
    as_of=AS_OF,
    body="""\
Use esta hoja para explicar en español qué documentos se aceptan.

- La página completa, plana y enfocada; las tarjetas, por los dos lados.
- PDF, JPEG o PNG.
- Nunca con un número de Seguro Social a la vista: cúbralo antes de escanear.
""",
)

_FIRST_CALL = Content(
    kind=Kind.DOWNLOAD,
    title="Checklist for the first renewal call",
    summary="One page to print: what to ask, what to write down, and what to agree on.",
    readers=Readers.AGENCIES,
    topics=["renewal", "retention", "checklist"],
    as_of=AS_OF,
    body="The page to print is the file of this entry. Log the call in the Retention Workspace.",
)
_CHECKLIST = (
    "Before the call: risk, days that are left, language, best time.",
    "1. Say who you are and that the consumer is delegated to you.",
    "2. Ask whether the letter about the new premium has arrived.",
    "3. Ask what has changed: income, household, address.",
    "4. Name the plan that would cost least, and the one that stays.",
    "5. Agree on the next step and on its date.",
    "After the call: channel, outcome, note, next contact date.",
)

_BEFORE_THE_BELL = replace(
    _OVERVIEW, change_note="", body=_OVERVIEW.body.partition("\n## Messages")[0]
)

#: Address → how often the demonstration's people have opened it.
_OPENED = {
    "identity-acceptable-documents-quick-guide": 9,
    "enroller-portal-overview-quick-guide": 7,
    "checklist-for-the-first-renewal-call": 5,
    "remote-identity-proofing-quick-guide": 3,
}


def found_toolkits(*, actor: Actor) -> list[Entry]:
    """The entries, where the exchange has toolkits; those that are there are left alone."""
    if not actor.has_module(MODULE):
        return []
    entries = found_entries(actor=actor, specs=_specs())
    for entry in entries:
        for _ in range(_OPENED.get(entry.key, 0)):
            services.count_use(actor=actor, entry=entry)
    return entries


def _specs() -> tuple[EntrySpec, ...]:
    checklist = ("first-renewal-call.pdf", _pdf(_FIRST_CALL.title, _CHECKLIST))
    return (
        EntrySpec("storefront-toolkit", _STOREFRONT),
        EntrySpec("daily-summary-email-notices-description-guide", _DAILY_SUMMARY),
        EntrySpec("enroller-portal-overview-quick-guide", _OVERVIEW, (_BEFORE_THE_BELL,)),
        EntrySpec("single-streamlined-application-job-aid", _APPLICATION),
        EntrySpec("remote-identity-proofing-quick-guide", _IDENTITY_PROOFING),
        EntrySpec("identity-acceptable-documents-quick-guide", _IDENTITY_DOCUMENTS),
        EntrySpec("enrollment-dashboard-task-guide", _DASHBOARD),
        EntrySpec("plan-selection-and-benefits-task-guide", _PLAN_SELECTION),
        EntrySpec("oe-and-renewal-toolkit-updates", _SOON),
        EntrySpec("searching-the-toolkits", _SEARCH_NOTE),
        EntrySpec("qualifying-life-events", _LIFE_EVENTS),
        EntrySpec("documentos-de-identidad", _DOCUMENTS_IN_SPANISH),
        EntrySpec("checklist-for-the-first-renewal-call", _FIRST_CALL, file=checklist),
    )


def _pdf(title: str, lines: tuple[str, ...]) -> bytes:
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=letter)
    canvas.setTitle(title)
    canvas.setFont("Helvetica-Bold", 18)
    canvas.drawString(72, 700, title)
    canvas.setFont("Helvetica", 12)
    for number, line in enumerate(lines):
        canvas.drawString(72, 660 - 28 * number, line)
    canvas.save()
    return buffer.getvalue()
