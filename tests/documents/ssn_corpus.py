"""Two corpora built by code: ways of writing an invented number, and things that look like one.

The numbers are drawn from a fixed seed. Nobody's number is meant.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator

Form = Callable[[str, str, str], str]


def _joined(separator: str) -> Form:
    return lambda area, group, serial: separator.join((area, group, serial))


def _in_script(zero: str) -> Form:
    return lambda area, group, serial: "-".join(
        "".join(chr(ord(zero) + int(digit)) for digit in part) for part in (area, group, serial)
    )


#: Forms that give the number away by their shape alone.
SEPARATED_FORMS: dict[str, Form] = {
    "hyphen": _joined("-"),
    "space": _joined(" "),
    "dot": _joined("."),
    "slash": _joined("/"),
    "backslash": _joined("\\"),
    "underscore": _joined("_"),
    "non-breaking hyphen": _joined("\u2011"),
    "en dash": _joined("\u2013"),
    "em dash": _joined("\u2014"),
    "figure dash": _joined("\u2012"),
    "minus sign": _joined("\u2212"),
    "small hyphen": _joined("\ufe63"),
    "full-width hyphen": _joined("\uff0d"),
    "soft hyphen": _joined("\u00ad"),
    "no-break space": _joined("\u00a0"),
    "narrow no-break space": _joined("\u202f"),
    "thin space": _joined("\u2009"),
    "ideographic space": _joined("\u3000"),
    "tab": _joined("\t"),
    "line break": _joined("\n"),
    "carriage return and line feed": _joined("\r\n"),
    "hyphen at the line's end": _joined("-\n"),
    "quoted mail": _joined("-\n> "),
    "spaced hyphen": _joined(" - "),
    "double hyphen": _joined("--"),
    "middle dot": _joined("\u00b7"),
    "bullet": _joined("\u2022"),
    "vertical bar": _joined("|"),
    "colon": _joined(":"),
    "asterisk": _joined("*"),
    "mixed hyphen and space": lambda a, g, s: f"{a}-{g} {s}",
    "mixed dot and hyphen": lambda a, g, s: f"{a}.{g}-{s}",
    "brackets": lambda a, g, s: f"({a}) {g}-{s}",
    "zero-width spaces only": _joined("\u200b"),
    "zero-width inside groups": lambda a, g, s: f"{a[0]}\u200b{a[1:]}-{g}-{s[:2]}\u2060{s[2:]}",
    "NUL between": _joined("\x00"),
    "full-width digits": _in_script("\uff10"),
    "Arabic digits": _in_script("\u0660"),
    "Persian digits": _in_script("\u06f0"),
    "Devanagari digits": _in_script("\u0966"),
    "mathematical digits": _in_script("\U0001d7ce"),
    "HTML hyphen": _joined("&#45;"),
    "HTML no-break space": _joined("&nbsp;"),
    "HTML hexadecimal": _joined("&#x2011;"),
    "digits spaced": lambda a, g, s: " - ".join(" ".join(part) for part in (a, g, s)),
    "keycaps": lambda a, g, s: "-".join("\ufe0f\u20e3".join(p) + "\u20e3" for p in (a, g, s)),
    "Medicare suffix": lambda a, g, s: f"{a}-{g}-{s}A",
}

#: Forms that need a label beside them.
LABELLED_FORMS: dict[str, Form] = {
    "nine digits": _joined(""),
    "three threes": lambda a, g, s: f"{a}-{g}{s[0]}-{s[1:]}",
    "three threes spaced": lambda a, g, s: f"{a} {g}{s[0]} {s[1:]}",
    "three-six": lambda a, g, s: f"{a}-{g}{s}",
    "five-four": lambda a, g, s: f"{a}{g}-{s}",
    "each digit apart": lambda a, g, s: " ".join(a + g + s),
    "each digit hyphened": lambda a, g, s: "-".join(a + g + s),
    "commas": _joined(","),
    "full-width nine": lambda a, g, s: "".join(chr(0xFF10 + int(d)) for d in a + g + s),
}

LABELS = (
    "SSN: {}",
    "SSN {}",
    "ssn={}",
    "SSN{}",
    "S.S.N. {}",
    "SS# {}",
    "SS no. {}",
    "Soc Sec: {}",
    "soc. sec. no. {}",
    "My social security number is {}.",
    "Social Security #{}",
    "her social is {}",
    "SSN\n{}",
    "SSN_{}",
    "Número de seguro social: {}",
    "nu\u0301mero de Seguro Social {}",
    "社会安全号码：{}",
    "사회보장번호: {}",
    "Số an sinh xã hội: {}",
    "ITIN {}",
    "TIN: {}",
    "Taxpayer ID {}",
    "The SSN of this person is {}",
    "Social Security Number (without dashes): {}",
)

SURROUNDINGS = (
    "{}",
    "Please help my constituent {} with her coverage.",
    "Her case 5001234567 was closed. {}\nShe called (916) 555-0123.",
    "Born 01/02/1980, {}, lives at 95814-1234.",
    "Résumé of the call — {} — incident 200528-2866868.",
    "id{}",
    "\u202e{}\u202c",
)


def _number(draw: random.Random) -> tuple[str, str, str]:
    area = draw.choice([number for number in range(1, 900) if number != 666])
    return f"{area:03}", f"{draw.randint(1, 99):02}", f"{draw.randint(1, 9999):04}"


def with_numbers(count: int) -> Iterator[tuple[str, str]]:
    """``count`` pairs of (name of the form, text holding one number in that form)."""
    draw = random.Random(20260101)
    forms = [*SEPARATED_FORMS.items(), *LABELLED_FORMS.items()]
    for index in range(count):
        name, form = forms[index % len(forms)]
        written = form(*_number(draw))
        if name in LABELLED_FORMS:
            written = draw.choice(LABELS).format(written)
            yield name, draw.choice(SURROUNDINGS[:5]).format(written)
        else:
            yield name, draw.choice(SURROUNDINGS).format(written)


def look_alikes(count: int) -> Iterator[tuple[str, str]]:
    """``count`` pairs of (kind, text) that hold numbers, none of them a Social Security number."""
    draw = random.Random(20260102)

    def digits(size: int) -> str:
        return str(draw.randint(1, 9)) + "".join(draw.choices("0123456789", k=size - 1))

    makers: dict[str, Callable[[], str]] = {
        "case number": lambda: f"Case {digits(10)}",
        "ten digits": lambda: digits(10),
        "incident number": lambda: f"Incident {digits(6)}-{digits(7)}",
        "person": lambda: f"Person ID {digits(6)}",
        "phone": lambda: f"({digits(3)}) 555-01{digits(2)}",
        "phone hyphened": lambda: f"Phone {digits(3)}-555-01{digits(2)}",
        "phone dotted": lambda: f"{digits(3)}.555.01{digits(2)} ext. {digits(3)}",
        "phone international": lambda: f"+1 {digits(3)} 555 01{digits(2)}",
        "phone abroad": lambda: f"+380 44 {digits(3)} {digits(2)} {digits(2)}",
        "ZIP+4": lambda: f"Sacramento, CA {digits(5)}-{digits(4)}",
        "date": lambda: f"{draw.randint(1, 12):02}/{draw.randint(1, 28):02}/{digits(4)}",
        "date ISO": lambda: f"20{digits(2)}-0{draw.randint(1, 9)}-{draw.randint(10, 28)} 08:30:00",
        "date run": lambda: f"20{digits(2)}0{draw.randint(1, 9)}{draw.randint(10, 28)}",
        "employer": lambda: f"EIN {digits(2)}-{digits(7)}",
        "employer tax number": lambda: f"Tax ID {digits(2)}-{digits(7)}",
        "NPI": lambda: f"NPI {digits(10)}",
        "NPN": lambda: f"NPN {digits(8)}",
        "Medi-Cal": lambda: f"CIN {digits(8)}A",
        "alien number": lambda: f"A-number A{digits(9)}",
        "account": lambda: f"account number {digits(9)}",
        "routing": lambda: f"Routing 0{digits(8)}",
        "nine digits": lambda: f"the value {digits(9)} was wrong",
        "card": lambda: f"4{digits(3)} {digits(4)} {digits(4)} {digits(4)}",
        "money": lambda: f"${digits(3)},{digits(3)},{digits(3)}.{digits(2)}",
        "list": lambda: f"{digits(3)}, {digits(2)}, {digits(4)}",
        "table row": lambda: f"{digits(2)} {digits(3)} {digits(2)} {digits(4)} {digits(3)}",
        "area 000": lambda: f"000-{digits(2)}-{digits(4)}",
        "area 666": lambda: f"SSN 666-{digits(2)}-{digits(4)}",
        "group 00": lambda: f"{digits(3)}-00-{digits(4)}",
        "serial 0000": lambda: f"{digits(3)}-{digits(2)}-0000",
        "last four": lambda: f"SSN ending in {digits(4)}",
        "masked": lambda: f"SSN ***-**-{digits(4)}",
        "ISBN": lambda: f"978-{draw.randint(10, 49)}-{digits(4)}-{digits(3)}-{digits(1)}",
        "address": lambda: f"{digits(3)} Oak St, Apt {digits(2)}, {digits(5)}",
        "address (IPv4)": lambda: f"203.0.113.{draw.randint(1, 254)}:{digits(4)}",
        "UUID": lambda: f"{draw.getrandbits(128):032x}",
        "label and case": lambda: f"Please do not send the SSN. Case number: {digits(9)}",
        "label and reference": lambda: f"No SSN needed; reference {digits(9)}",
        "label and phone": lambda: f"Never mail an SSN, call {digits(3)}-555-01{digits(2)}",
        "label and ZIP+4": lambda: f"SSN gone. Bowie MD {digits(5)}-{digits(4)}",
        "label and date": lambda: f"SSN removed. DOB 0{draw.randint(1, 9)}/12/1980 5 people",
    }
    kinds = list(makers.items())
    for index in range(count):
        kind, make = kinds[index % len(kinds)]
        yield (
            kind,
            draw.choice(("{}", "Note: {}.", "We wrote on Monday. {}\nThank you")).format(make()),
        )
