"""Odd mails, made by hand: each breaks a rule that some program in the world breaks.

``ODD_MAILS`` maps a name to the bytes. All are invented; addresses are of reserved domains.
"""

from __future__ import annotations

import base64
from email.message import EmailMessage

_HEAD = (
    b"From: Robin Example <robin@assembly13.example>\r\n"
    b"To: externalaffairs@covered.example\r\n"
    b"Subject: A constituent\r\n"
    b"Date: Wed, 05 Nov 2025 10:00:00 -0800\r\n"
    b"Message-ID: <odd@assembly13.example>\r\n"
)
_PLAIN = b"Content-Type: text/plain; charset=utf-8\r\n\r\n"
_BODY = b"No card has arrived.\r\n"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGNgYGBgAAAABQABpfZFQAAAAABJRU5ErkJggg=="
)


def mail(headers: bytes = b"", body: bytes = _BODY, *, head: bytes = _HEAD) -> bytes:
    """A mail of these lines; ``headers`` come after the usual ones."""
    return head + headers + b"\r\n" + body


def multipart(*parts: bytes, subtype: bytes = b"mixed", end: bytes = b"--b--\r\n") -> bytes:
    """Parts (headers, blank line, content) between boundaries."""
    joined = b"".join(b"--b\r\n" + part + b"\r\n" for part in parts)
    return mail(b"Content-Type: multipart/" + subtype + b"; boundary=b\r\n", joined + end)


def attachment(name: bytes, content: bytes = b"x", kind: bytes = b"application/pdf") -> bytes:
    return (
        b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=" + name + b"\r\n\r\n"
    ) + base64.encodebytes(content)


def nested(depth: int) -> bytes:
    """Multiparts inside each other."""
    head = b"".join(
        b"Content-Type: multipart/mixed; boundary=b%d\r\n\r\n--b%d\r\n" % (n, n)
        for n in range(depth)
    )
    tail = b"".join(b"--b%d--\r\n" % n for n in reversed(range(depth)))
    return _HEAD + head + _PLAIN + _BODY + tail


def nested_mails(depth: int) -> bytes:
    """Mails attached to mails."""
    return _HEAD + b"Content-Type: message/rfc822\r\n\r\n" * depth + _HEAD + _PLAIN + _BODY


def _without(name: bytes) -> bytes:
    lines = [line for line in _HEAD.splitlines(keepends=True) if not line.startswith(name)]
    return b"".join(lines) + _PLAIN + _BODY


def _forwarded() -> bytes:
    inner = EmailMessage()
    inner["From"], inner["Subject"] = "A Constituent <ana@inbox.example>", "My card"
    inner.set_content("The pharmacy turned me away.")
    outer = EmailMessage()
    outer["From"], outer["Subject"] = "robin@assembly13.example", "Fwd: My card"
    outer["Message-ID"] = "<fwd@assembly13.example>"
    outer.set_content("Please see the attached.")
    outer.add_attachment(inner)
    return outer.as_bytes()


_PART_TEXT = b"Content-Type: text/plain\r\n\r\nNo card has arrived."
_PART_HTML = b"Content-Type: text/html\r\n\r\n<p>No card has <b>arrived</b>.</p>"

ODD_MAILS: dict[str, bytes] = {
    "empty": b"",
    "one byte": b"\x00",
    "newlines only": b"\r\n\r\n\r\n",
    "headers without body": _HEAD,
    "body without headers": b"\r\nNo card has arrived.",
    "no header end": b"Hello there, no card has arrived",
    "plain": mail(_PLAIN[:-2]),
    "bare line feeds": mail(_PLAIN[:-2]).replace(b"\r\n", b"\n"),
    "bare carriage returns": mail(_PLAIN[:-2]).replace(b"\r\n", b"\r"),
    "unknown charset": mail(b"Content-Type: text/plain; charset=x-klingon\r\n", b"na\xefve"),
    "charset with a NUL": mail(b"Content-Type: text/plain; charset=utf-8\x00\r\n", b"na\xc3\xafve"),
    "empty charset": mail(b'Content-Type: text/plain; charset=""\r\n', b"caf\xe9"),
    "charset that is a codec": mail(b"Content-Type: text/plain; charset=rot13\r\n", b"Uryyb"),
    "charset idna": mail(b"Content-Type: text/plain; charset=idna\r\n", b"caf\xe9.."),
    "charset undefined": mail(b"Content-Type: text/plain; charset=undefined\r\n", b"x"),
    "latin in utf-8": mail(_PLAIN[:-2], b"caf\xe9 \xff\xfe"),
    "utf-16": mail(b"Content-Type: text/plain; charset=utf-16\r\n", "café".encode("utf-16")),
    "utf-7": mail(b"Content-Type: text/plain; charset=utf-7\r\n", b"+AOk-t+AOk-"),
    "lone surrogates": mail(_PLAIN[:-2], b"\xed\xa0\x80 no card"),
    "NUL in the text": mail(_PLAIN[:-2], b"No\x00 card\x00"),
    "NUL in the subject": mail(b"", head=_HEAD.replace(b"A con", b"A\x00 con")),
    "raw bytes in the subject": mail(b"", head=_HEAD.replace(b"A con", b"A \xe9\xff con")),
    "broken encoded word": mail(b"", head=_HEAD.replace(b"A con", b"=?utf-8?b?////=?= con")),
    "encoded word, bad base64": mail(b"", head=_HEAD.replace(b"A con", b"=?utf-8?b?x?= con")),
    "encoded word, no charset": mail(b"", head=_HEAD.replace(b"A con", b"=???? con")),
    "encoded word, odd charset": mail(b"", head=_HEAD.replace(b"A con", b"=?x?q?=E9?= con")),
    "encoded line break": mail(
        b"", head=_HEAD.replace(b"A con", b"=?utf-8?q?A=0D=0ABcc:_x@spam.example?= con")
    ),
    "no from": _without(b"From"),
    "no date": _without(b"Date"),
    "no message id": _without(b"Message-ID"),
    "no subject": _without(b"Subject"),
    "two froms": mail(b"From: other@senate07.example\r\n"),
    "two addresses in from": mail(
        b"", head=_HEAD.replace(b"<robin@", b"<eve@evil.example>, <robin@")
    ),
    "address in the name": mail(
        b"",
        head=_HEAD.replace(b"Robin Example", b'"boss@assembly13.example"').replace(
            b"<robin@assembly13", b"<eve@evil"
        ),
    ),
    "address in an encoded name": mail(
        b"", head=_HEAD.replace(b"Robin Example", b"=?utf-8?q?boss=40assembly13=2Eexample=2C?=")
    ),
    "group as sender": mail(
        b"",
        head=_HEAD.replace(
            b"Robin Example <robin@assembly13.example>", b"undisclosed-recipients:;"
        ),
    ),
    "homoglyph sender": mail(
        b"", head=_HEAD.replace(b"robin@assembly13", "robin@аssembly13".encode())
    ),
    "right-to-left sender": mail(
        b"", head=_HEAD.replace(b"Robin Example", "Robin \u202eelpmaxe.31ylbmessa".encode())
    ),
    "comment in the address": mail(
        b"", head=_HEAD.replace(b"<robin@", b"(hi <a@b.example>) <robin@")
    ),
    "unclosed quote in from": mail(b"", head=_HEAD.replace(b"Robin", b'"Robin')),
    "from of 100,000 characters": mail(b"", head=_HEAD.replace(b"Robin", b"R" * 100_000)),
    "subject of 1,000,000 characters": mail(b"", head=_HEAD.replace(b"A con", b"A" * 1_000_000)),
    "10,000 headers": mail(b"X-Filler: 1\r\n" * 10_000),
    "10,000 recipients": mail(
        b"Cc: " + b", ".join(b"a%d@b.example" % n for n in range(10_000)) + b"\r\n"
    ),
    "header without a colon": mail(b"This is no header\r\nX-After: 1\r\n"),
    "header name with spaces": mail(b"X Odd : 1\r\n"),
    "date in the year 0": mail(b"", head=_HEAD.replace(b"05 Nov 2025", b"00 Jan 0000")),
    "date in the year 9999": mail(b"", head=_HEAD.replace(b"05 Nov 2025", b"31 Dec 9999")),
    "date with an absurd zone": mail(b"", head=_HEAD.replace(b"-0800", b"+99999999999")),
    "date of words": mail(
        b"", head=_HEAD.replace(b"Wed, 05 Nov 2025", b"the day before yesterday")
    ),
    "empty body": mail(_PLAIN[:-2], b""),
    "html only": mail(
        b"Content-Type: text/html; charset=utf-8\r\n",
        b"<html><head><title>t</title><style>p{}</style></head><body>"
        b"<p>No card has&nbsp;arrived.</p><script>alert(1)</script></body>",
    ),
    "html that never ends": mail(b"Content-Type: text/html\r\n", b"<div>" * 20_000 + b"No card"),
    "html declaration that breaks": mail(b"Content-Type: text/html\r\n", b"<![if x]><![<p>No card"),
    "html of open angles": mail(b"Content-Type: text/html\r\n", b"<" * 50_000),
    "alternatives": multipart(_PART_TEXT, _PART_HTML, subtype=b"alternative"),
    "alternative with empty text": multipart(
        b"Content-Type: text/plain\r\n\r\n  ", _PART_HTML, subtype=b"alternative"
    ),
    "multipart without boundary": mail(b"Content-Type: multipart/mixed\r\n", b"--b\r\n\r\nx"),
    "multipart never closed": multipart(_PART_TEXT, end=b""),
    "multipart without parts": multipart(),
    "boundary that is its own prefix": multipart(
        _PART_TEXT, b"Content-Type: text/plain\r\n\r\n--bb"
    ),
    "1,000 nested parts": nested(1_000),
    "40 nested parts": nested(40),
    "1,000 nested mails": nested_mails(1_000),
    "5,000 empty parts": multipart(*[b"\r\n"] * 5_000),
    "forwarded as a file": _forwarded(),
    "winmail.dat": multipart(
        b"Content-Type: text/plain\r\n\r\n",
        attachment(b"winmail.dat", b"\x78\x9f\x3e\x22", b"application/ms-tnef"),
    ),
    "calendar only": mail(
        b"Content-Type: text/calendar; method=REQUEST\r\n", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n"
    ),
    "encrypted S/MIME": mail(
        b"Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\r\n"
        b"Content-Transfer-Encoding: base64\r\n",
        b"MIIB",
    ),
    "signed S/MIME": multipart(
        _PART_TEXT,
        attachment(b"smime.p7s", b"x", b"application/pkcs7-signature"),
        subtype=b'signed; protocol="application/pkcs7-signature"',
    ),
    "encrypted PGP": multipart(
        b"Content-Type: application/pgp-encrypted\r\n\r\nVersion: 1",
        b"Content-Type: application/octet-stream\r\n\r\n-----BEGIN PGP MESSAGE-----",
        subtype=b"encrypted",
    ),
    "base64 that is none": mail(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n",
        b"!!! no base64 at all ===",
    ),
    "quoted-printable that breaks": mail(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: quoted-printable\r\n",
        b"caf=E9 =ZZ =\r\n=",
    ),
    "unknown transfer encoding": mail(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-rot\r\n"
    ),
    "uuencoded that breaks": mail(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: x-uuencode\r\n",
        b"begin 644 a\r\nM\xff\xff\r\nend",
    ),
    "file name in pieces": multipart(
        attachment(b"x\r\nContent-Type: a/b; name*1*=%E9; name*0*=utf-8'en'rel; name*7=x")
    ),
    "file name of an unknown charset": multipart(
        b"Content-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename*=x-none''%E9.pdf\r\n\r\nx"
    ),
    "file name that climbs": multipart(attachment(b'"../../etc/passwd\x00.pdf"')),
    "file name that turns": multipart(attachment('"release\u202efdp.exe"'.encode())),
    "500 files": multipart(*[attachment(b"a%d.pdf" % n) for n in range(500)]),
    "picture of the letterhead": multipart(
        _PART_HTML,
        b"Content-Type: image/png\r\nContent-ID: <logo>\r\n"
        b"Content-Transfer-Encoding: base64\r\n\r\n" + base64.encodebytes(PNG),
        subtype=b"related",
    ),
    "content type of nonsense": mail(b'Content-Type: ;;;=;"\r\n'),
    "content type twice": mail(b"Content-Type: text/html\r\nContent-Type: text/plain\r\n"),
    "delivery report": multipart(
        _PART_TEXT,
        b"Content-Type: message/delivery-status\r\n\r\nStatus: 5.1.1",
        subtype=b"report; report-type=delivery-status",
    ),
    "1,000,000 lines": mail(_PLAIN[:-2], b"x\r\n" * 1_000_000),
    "one line of 5,000,000 characters": mail(_PLAIN[:-2], b"x" * 5_000_000),
    "byte order mark": b"\xef\xbb\xbf" + mail(_PLAIN[:-2]),
    "mbox From line": b"From robin@assembly13.example Wed Nov  5 10:00:00 2025\n"
    + mail(_PLAIN[:-2]).replace(b"\r\n", b"\n"),
    "two message ids": mail(b"Message-ID: <other@senate07.example>\r\n"),
    "two subjects": mail(b"Subject: Another\r\n"),
    "two dates": mail(b"Date: Thu, 06 Nov 2025 10:00:00 -0800\r\n"),
    "date without a zone": mail(b"", head=_HEAD.replace(b" -0800", b"")),
    "header of 3 MB": mail(b"X-Long: " + b"x" * 3_000_000 + b"\r\n"),
    "long parameters": mail(b'Content-Type: text/plain; x="' + b";" * 200_000 + b"\r\n"),
    "3,000,000 empty lines": mail(_PLAIN[:-2], b"No card\r\n" + b"\n" * 3_000_000),
    "comments in comments": mail(b"", head=_HEAD.replace(b"Robin", b"(" * 3_000)),
    "group of one": mail(
        b"",
        head=_HEAD.replace(
            b"Robin Example <robin@assembly13.example>", b"Office: robin@assembly13.example;"
        ),
    ),
    "known and unreadable sender": mail(
        b"",
        head=_HEAD.replace(
            b"<robin@assembly13.example>", "<robin@assembly13.example>, <eve@еvil.example>".encode()
        ),
    ),
    "address in an encoded word": mail(
        b"",
        head=_HEAD.replace(
            b"<robin@assembly13.example>", b"<=?utf-8?q?robin=40assembly13.example?=>"
        ),
    ),
    "raw utf-8 in the subject": mail(b"", head=_HEAD.replace(b"A con", "Añadir con".encode())),
    "mixed utf-8 and latin": mail(_PLAIN[:-2], "señor ".encode() + b"ma\xf1ana. No card"),
    "windows quotes in latin": mail(
        b"Content-Type: text/plain; charset=iso-8859-1\r\n", b"\x93No card\x94"
    ),
    "charset punycode": mail(
        b"Content-Type: text/plain; charset=punycode\r\n", b"No card-" + b"b99" * 30_000
    ),
    "charset unicode-escape": mail(
        b"Content-Type: text/plain; charset=unicode_escape\r\n", b"No card \\x41"
    ),
    "base64 with a footer": mail(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n",
        base64.encodebytes(_BODY) + b"-- \r\nA list, with a footer.\r\n",
    ),
    "base64 cut short": mail(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n",
        base64.encodebytes(b"No card has arrived.")[:-4],
    ),
    "text that is not in its base64": mail(
        b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n", _BODY
    ),
    "html with an open head": mail(
        b"Content-Type: text/html\r\n", b"<html><head><title>t</title><body><p>No card"
    ),
    "html with an open comment": mail(b"Content-Type: text/html\r\n", b"<!-- x <p>No card"),
    "html of open comments": mail(b"Content-Type: text/html\r\n", b"<!--" * 100_000),
    "html of open tags": mail(b"Content-Type: text/html\r\n", b"<a b='" * 5_000 + b"No card"),
    "plain text that says nothing": multipart(
        b"Content-Type: text/plain\r\n\r\nYour program shows no HTML.",
        b"Content-Type: text/html\r\n\r\n<p>No card has arrived." + b" And this is why." * 50,
        subtype=b"alternative",
    ),
    "words with a file name": multipart(
        b'Content-Type: text/plain; name="body.txt"\r\n\r\nNo card has arrived.'
    ),
    "signed S/MIME in one piece": mail(
        b"Content-Type: application/pkcs7-mime; smime-type=signed-data; name=smime.p7m\r\n", b"MIIB"
    ),
    "PGP in the text": mail(
        _PLAIN[:-2], b"-----BEGIN PGP MESSAGE-----\r\n\r\nhQEM\r\n-----END PGP MESSAGE-----\r\n"
    ),
    "read receipt": multipart(
        _PART_TEXT,
        b"Content-Type: message/disposition-notification\r\n\r\nDisposition: displayed",
        subtype=b"report; report-type=disposition-notification",
    ),
    "file name of percent signs": multipart(attachment(b'"..%2F..%2Fa%00.pdf"')),
    "file name on a drive": multipart(attachment(b'"C:\\\\temp\\\\a.pdf"')),
    "file name of 5,000 characters": multipart(attachment(b'"' + b"a" * 5_000 + b'.pdf"')),
    "file name in pieces without a first": multipart(
        b"Content-Type: application/pdf\r\n"
        b"Content-Disposition: attachment; filename*2=b; filename*99999999999999=c\r\n\r\nx"
    ),
    "charset in pieces with a NUL": mail(
        b"Content-Type: text/plain; charset*0*=a\x00'en'b; charset*1*=c\r\n"
    ),
    "picture that is a program": multipart(
        _PART_TEXT, attachment(b"a.png", b"MZ\x90", b"image/png")
    ),
    "spaces by the million": mail(_PLAIN[:-2], b"No card" + b" " * 3_000_000),
    "digits by the thousand": mail(_PLAIN[:-2], b"1 " * 5_000),
    "numbers in words by the thousand": mail(_PLAIN[:-2], b"one two three " * 1_500),
}
