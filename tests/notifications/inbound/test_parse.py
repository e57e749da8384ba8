"""Reading mail: whatever comes in, something comes out (EA-02; reliability advice 12)."""

from __future__ import annotations

import time
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from notifications.inbound import parse
from notifications.inbound.html_text import text_of_html
from notifications.inbound.parse import Problem, identify, read_mail
from portal.documents.ssn import REMOVED, contains_ssn
from tests.notifications.inbound.corpus import ODD_MAILS, attachment, mail, multipart

SAYS_IT = [
    "plain",
    "bare line feeds",
    "html only",
    "html that never ends",
    "alternatives",
    "alternative with empty text",
    "multipart never closed",
    "signed S/MIME",
    "40 nested parts",
    "content type of nonsense",
    "10,000 headers",
    "two froms",
    "unknown transfer encoding",
    "html declaration that breaks",
    "1,000 nested parts",
    "1,000 nested mails",
    "byte order mark",
    "mbox From line",
    "header of 3 MB",
    "long parameters",
    "3,000,000 empty lines",
    "comments in comments",
    "mixed utf-8 and latin",
    "charset punycode",
    "charset unicode-escape",
    "base64 with a footer",
    "base64 cut short",
    "text that is not in its base64",
    "html with an open head",
    "html with an open comment",
    "html of open tags",
    "plain text that says nothing",
    "words with a file name",
    "charset in pieces with a NUL",
    "spaces by the million",
]


def test_the_corpus_holds_at_least_a_hundred_odd_mails() -> None:
    assert len(ODD_MAILS) >= 100


@pytest.mark.parametrize("name", ODD_MAILS)
def test_advice_12_no_mail_makes_the_parser_raise_or_dawdle(name: str) -> None:
    began = time.perf_counter()
    found = read_mail(ODD_MAILS[name])
    assert identify(ODD_MAILS[name]).key
    assert time.perf_counter() - began < 5
    shown = [found.text, found.subject, found.from_name, *(file.name for file in found.files)]
    for text in shown:
        text.encode("utf-8")
        assert "\x00" not in text
        assert "\u202e" not in text


@pytest.mark.parametrize("name", SAYS_IT)
def test_advice_12_no_word_of_an_odd_mail_is_lost(name: str) -> None:
    assert "No card" in read_mail(ODD_MAILS[name]).text


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(ODD_MAILS)), st.data())
def test_advice_12_a_mail_cut_and_mended_at_random_never_raises(
    name: str, data: st.DataObject
) -> None:
    content = ODD_MAILS[name][:20_000]
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(content)))
        length = data.draw(st.integers(0, 40))
        content = content[:at] + data.draw(st.binary(max_size=30)) + content[at + length :]
    found = read_mail(content)
    found.text.encode("utf-8")


@settings(deadline=None, max_examples=100)
@given(st.binary(max_size=2_000))
def test_advice_12_bytes_that_are_no_mail_never_raise(content: bytes) -> None:
    assert read_mail(content).text is not None
    assert text_of_html(content.decode("latin-1")) is not None


@pytest.mark.parametrize(
    ("name", "problem"),
    [
        ("1,000 nested parts", Problem.TOO_COMPLEX),
        ("1,000 nested mails", Problem.TOO_COMPLEX),
        ("5,000 empty parts", Problem.TOO_COMPLEX),
        ("encrypted S/MIME", Problem.ENCRYPTED),
        ("encrypted PGP", Problem.ENCRYPTED),
        ("empty body", Problem.EMPTY),
        ("long parameters", Problem.TOO_COMPLEX),
        ("header of 3 MB", Problem.TOO_COMPLEX),
        ("3,000,000 empty lines", Problem.TOO_COMPLEX),
        ("signed S/MIME in one piece", Problem.ENCRYPTED),
        ("PGP in the text", Problem.ENCRYPTED),
        ("winmail.dat", Problem.EMPTY),
        ("known and unreadable sender", Problem.SEVERAL_SENDERS),
        ("address in an encoded word", Problem.NO_SENDER),
        ("comments in comments", Problem.NO_SENDER),
        ("two froms", Problem.SEVERAL_SENDERS),
        ("two addresses in from", Problem.SEVERAL_SENDERS),
        ("no from", Problem.NO_SENDER),
        ("group as sender", Problem.NO_SENDER),
        ("homoglyph sender", Problem.NO_SENDER),
    ],
)
def test_what_only_a_person_can_judge_is_said(name: str, problem: Problem) -> None:
    assert problem in read_mail(ODD_MAILS[name]).problems


@pytest.mark.parametrize("name", ["1,000 nested parts", "1,000 nested mails"])
def test_of_a_mail_too_complex_to_read_the_headers_are_read(name: str) -> None:
    found = read_mail(ODD_MAILS[name])
    assert (found.subject, found.from_address) == ("A constituent", "robin@assembly13.example")


def test_a_mail_that_is_too_large_is_left_to_a_person(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parse, "MAX_BYTES", 100)
    assert read_mail(ODD_MAILS["plain"]).problems == (Problem.UNREADABLE,)


@pytest.mark.parametrize("name", ["address in the name", "address in an encoded name"])
def test_a_name_that_looks_like_an_address_is_not_the_sender(name: str) -> None:
    assert read_mail(ODD_MAILS[name]).from_address in (
        "eve@evil.example",
        "robin@assembly13.example",
    )
    assert read_mail(ODD_MAILS["address in the name"]).from_address == "eve@evil.example"


def test_an_encoded_line_break_adds_no_header() -> None:
    found = read_mail(ODD_MAILS["encoded line break"])
    assert "\n" not in found.subject
    assert found.recipients == ("externalaffairs@covered.example",)


@pytest.mark.parametrize(
    "name",
    ["date in the year 0", "date in the year 9999", "date with an absurd zone", "date of words"],
)
def test_an_absurd_date_is_no_date(name: str) -> None:
    assert read_mail(ODD_MAILS[name]).date is None


def test_a_forwarded_mail_is_read_to_its_words() -> None:
    text = read_mail(ODD_MAILS["forwarded as a file"]).text
    assert "Please see the attached." in text
    assert "The pharmacy turned me away." in text
    assert "ana@inbox.example" in text


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("mixed utf-8 and latin", "señor mañana."),
        ("windows quotes in latin", "“No card”"),
        ("latin in utf-8", "café"),
        ("base64 with a footer", "A list, with a footer."),
        ("utf-7", "été"),
    ],
)
def test_EA_02_words_are_read_as_the_writer_meant_them(name: str, words: str) -> None:
    assert words in read_mail(ODD_MAILS[name]).text


def test_EA_02_a_subject_in_raw_utf_8_is_read() -> None:
    assert read_mail(ODD_MAILS["raw utf-8 in the subject"]).subject == "Añadir constituent"


def test_EA_02_an_invitation_is_read_to_its_words() -> None:
    content = mail(
        b"Content-Type: text/calendar\r\n",
        b"BEGIN:VEVENT\r\nSUMMARY:About Ana\\, who has\r\n  no card\r\nUID:1\r\nEND:VEVENT\r\n",
    )
    found = read_mail(content)
    assert "SUMMARY:About Ana, who has no card" in found.text
    assert "UID" not in found.text


def test_scripts_and_styles_are_no_words() -> None:
    text = read_mail(ODD_MAILS["html only"]).text
    assert text == "No card has arrived."


def test_files_are_named_and_counted_to_a_limit() -> None:
    found = read_mail(ODD_MAILS["500 files"])
    assert Problem.TOO_COMPLEX in found.problems
    assert len(found.files) == parse.MAX_FILES
    assert read_mail(ODD_MAILS["winmail.dat"]).files[0].name == "winmail.dat"


def test_a_small_picture_of_the_letterhead_is_no_file() -> None:
    found = read_mail(ODD_MAILS["picture of the letterhead"])
    assert found.files == ()
    assert found.left_out == ("a small picture of the letterhead",)


@pytest.mark.parametrize(
    "written",
    [
        "219-09-9998",
        "219 09 9998",
        "２１９-０９-９９９８",
        "٢١٩-٠٩-٩٩٩٨",
        "219\u00ad09\u00ad9998",
        "219\u200b09\u200b9998",
        "219\u202a09\u202c9998",
        "219\x0009\x009998",
        "SSN 219099998",
    ],
)
def test_EA_06_no_text_of_a_mail_keeps_a_social_security_number(written: str) -> None:
    letter = EmailMessage()
    letter["From"], letter["Subject"] = "robin@assembly13.example", "x"
    letter.set_content("dummy")
    letter.set_payload(f"The number is {written} thanks".encode(), "utf-8")
    found = read_mail(letter.as_bytes())
    assert REMOVED in found.text, found.text
    assert found.had_number
    assert not contains_ssn(found.text)


@pytest.mark.parametrize(
    "html",
    [
        b"219-<b>09</b>-9998",
        b"219&#45;09&#45;9998",
        b"<td>219</td><td>09</td><td>9998</td>",
        b"219<!-- x -->-09-<span>9998</span>",
    ],
)
def test_EA_06_nor_does_html(html: bytes) -> None:
    found = read_mail(mail(b"Content-Type: text/html\r\n", b"<p>The number: " + html + b"</p>"))
    assert found.had_number
    assert "9998" not in found.text


def test_EA_06_a_number_in_words_that_are_not_shown_counts_too() -> None:
    content = multipart(
        b"Content-Type: text/plain\r\n\r\nNo card has arrived.",
        b"Content-Type: text/html\r\n\r\n<p>No card has arrived. 219-09-9998</p>",
        subtype=b"alternative",
    )
    found = read_mail(content)
    assert found.had_number
    assert found.text == "No card has arrived."


def test_EA_06_whoever_quotes_that_a_number_was_removed_has_sent_none() -> None:
    assert not read_mail(mail(body=f"You wrote: {REMOVED}".encode())).had_number


def test_EA_06_an_address_that_is_a_number_is_no_sender() -> None:
    found = read_mail(mail(b"").replace(b"robin@", b"219-09-9998@"))
    assert found.problems == (Problem.NO_SENDER,)
    assert found.from_address == ""


def test_EA_06_nor_does_its_subject_or_the_name_of_a_file() -> None:
    content = multipart(attachment(b'"219-09-9998.pdf"')).replace(
        b"A constituent", b"About 219-09-9998"
    )
    found = read_mail(content)
    assert found.subject == f"About {REMOVED}"
    assert found.files[0].name == f"{REMOVED}.pdf"
    assert found.had_number


def test_drill_7_copies_of_a_mail_are_one_and_other_words_are_another() -> None:
    one = mail(b"Content-Type: text/plain\r\n")
    by_another_way = b"Received: from relay.example\r\n" + one.replace(b"\r\n", b"\n")
    other_words = one.replace(b"No card", b"A card")
    assert identify(one) == identify(by_another_way)
    assert identify(one).key != identify(other_words).key
    assert identify(one).message_id == identify(other_words).message_id != ""


def test_drill_7_no_two_mails_are_taken_for_one_because_neither_has_headers() -> None:
    assert identify(b"One.").key != identify(b"Another.").key
    old = ODD_MAILS["bare carriage returns"]
    assert identify(old).key != identify(old.replace(b"No card", b"A card")).key


def test_drill_7_without_a_message_id_sender_date_and_subject_count() -> None:
    one = ODD_MAILS["no message id"]
    assert identify(one) == identify(b"Received: x\r\n" + one)
    assert identify(one).message_id == ""
    assert identify(one).key != identify(one.replace(b"10:00:00", b"10:00:01")).key


@pytest.mark.parametrize(
    ("header", "automatic"),
    [
        (b"Auto-Submitted: auto-replied\r\n", "Auto-Submitted"),
        (b"Auto-Submitted: no\r\n", ""),
        (b"Return-Path: <>\r\n", "Return-Path"),
        (b"Return-Path: <robin@assembly13.example>\r\n", ""),
        (b"X-Loop: x\r\n", "X-Loop"),
        (b"X-Autoreply: yes\r\n", "X-Autoreply"),
        (b"Precedence: auto_reply\r\n", "Precedence"),
        (b"Precedence: normal\r\nPrecedence: auto_reply\r\n", "Precedence"),
        (b"Auto-Submitted: no\r\nAuto-Submitted: auto-generated\r\n", "Auto-Submitted"),
        (b"Auto-Submitted: no; owner-email=x\r\n", ""),
        (b"Return-Path: < >\r\n", "Return-Path"),
        (b"X-Autoreply: no\r\n", ""),
    ],
)
def test_drill_15_a_machine_that_says_so_is_known(header: bytes, automatic: str) -> None:
    assert read_mail(mail(header)).automatic == automatic


def test_drill_15_bounces_and_lists_are_known() -> None:
    assert read_mail(ODD_MAILS["delivery report"]).automatic == "Content-Type"
    bounce = mail(b"").replace(b"robin@", b"MAILER-DAEMON@")
    assert read_mail(bounce).automatic == "From"
    assert read_mail(mail(b"List-Id: <news.example>\r\n")).is_bulk
    assert read_mail(mail(b"Precedence: bulk\r\n")).is_bulk
    assert read_mail(ODD_MAILS["read receipt"]).automatic == "Content-Type"
    assert not read_mail(mail(b"")).is_bulk


@pytest.mark.parametrize(
    "content",
    [
        mail(b"X-Auto-Response-Suppress: DR, OOF, AutoReply\r\n"),
        mail(b"X-Auto-Response-Suppress: All\r\n"),
        mail(b"").replace(b"Subject: A con", b"Subject: Automatic reply: A con"),
        mail(b"").replace(b"Subject: A con", b"Subject: Out of the office: con"),
    ],
)
def test_drill_15_who_wants_no_answer_or_is_away_waits_for_a_person(content: bytes) -> None:
    assert read_mail(content).seems_automatic
