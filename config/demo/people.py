"""Invented people: names as Californians write them, reserved domains, 555-01xx numbers."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from math import isqrt
from random import Random

#: Language → given names, family names, whether the family name comes first.
_NAMES: dict[str, tuple[tuple[str, ...], tuple[str, ...], bool]] = {
    "English": (
        ("Abigail", "Curtis", "Deborah", "Ezekiel", "Florence", "Gavin", "Hattie", "Isaiah"),
        ("Abernathy", "Birdsong", "Culpepper", "Drinkwater", "Ellsworth", "Fairbanks"),
        False,
    ),
    "Spanish": (
        ("Araceli", "Benjamín", "Citlali", "Efraín", "Guadalupe", "Íñigo", "Nayeli", "Óscar"),
        ("Arévalo", "Bañuelos", "Cárdenas Ruiz", "Escamilla", "Fuentes", "Zúñiga"),
        False,
    ),
    "Chinese": (
        ("美玲", "志強", "秀英", "家豪", "淑芬", "建國"),
        ("陳", "林", "黃", "梁", "鄭"),
        True,
    ),
    "Korean": (("민준", "서연", "지훈", "하윤", "영숙"), ("김", "박", "최", "윤"), True),
    "Vietnamese": (
        ("Thị Hạnh", "Văn Dũng", "Ngọc Lan", "Minh Tuấn", "Thu Thảo"),
        ("Nguyễn", "Trần", "Phạm", "Đặng"),
        True,
    ),
    "Tagalog": (
        ("Corazon", "Danilo", "Ligaya", "Rodrigo", "Tala"),
        ("Bautista", "Dimaculangan", "Macaraeg", "Salonga"),
        False,
    ),
    "Arabic": (("ليلى", "يوسف", "سميرة", "خالد"), ("الحسيني", "منصور", "قاسم"), False),
    "Armenian": (("Անի", "Գարեգին", "Նարինե", "Տիգրան"), ("Հակոբյան", "Մարտիրոսյան"), False),
    "Farsi": (("مریم", "داریوش", "شیرین", "بهرام"), ("کریمی", "رستگار", "نوری"), False),
    "Hmong": (("Mai Nhia", "Tou Ger", "Pa Kou", "Chue"), ("Xiong", "Yang", "Lor"), False),
    "Khmer": (("សុភា", "វិចិត្រ", "ចន្ទា"), ("សុខ", "ចាន់", "ហេង"), True),
    "Russian": (("Людмила", "Аркадий", "Зоя", "Тимур"), ("Воронцова", "Белых", "Сафин"), False),
    "Punjabi": (("Gurpreet", "Harjit", "Simran", "Manvir"), ("Dhaliwal", "Sandhu", "Gill"), False),
}
_AREA_CODES = ("209", "310", "415", "510", "559", "562", "619", "714", "818", "909", "916")
#: The first possible birthday, and in how many days from it everybody was born.
_BORN_FROM, _BORN_WITHIN = date(1938, 1, 1), 70 * 365
_ZIP_CODES = ("90011", "92083", "93702", "94103", "94601", "95023", "95340", "95823", "96001")


@dataclass(frozen=True)
class Invented:
    """A person who does not exist."""

    name: str
    language: str
    born: date
    case_number: str
    phone: str
    email: str
    zip_code: str


def invent_people(count: int, *, seed: int) -> list[Invented]:
    """``count`` people, always the same ones for the same seed."""
    random = Random(seed)  # noqa: S311 - nothing secret depends on it
    languages = list(_NAMES)
    weights = [6, 7, *[2] * (len(languages) - 2)]
    people = []
    for number in range(count):
        language = random.choices(languages, weights)[0]
        given, family, family_first = (
            random.choice(_NAMES[language][0]),
            random.choice(_NAMES[language][1]),
            _NAMES[language][2],
        )
        joint = "" if language in ("Chinese", "Korean") else " "
        people.append(
            Invented(
                name=joint.join((family, given) if family_first else (given, family)),
                language=language,
                # The root leaves few old enough for Medicare: one in nine, not one in three.
                born=_BORN_FROM + timedelta(isqrt(random.randrange(_BORN_WITHIN) * _BORN_WITHIN)),
                case_number=f"{random.choice('51')}{seed:03d}{number:06d}",
                phone=f"{random.choice(_AREA_CODES)}-555-01{random.randrange(100):02d}",
                email=f"consumer{seed}.{number}@mail.example",
                zip_code=random.choice(_ZIP_CODES),
            )
        )
    return people


def invent_relative(head: Invented, *, number: int, random: Random) -> Invented:
    """Somebody of the same household: same family name, language, phone and case number.

    Args:
        number: 1 for a spouse about the head's age; from 2 on, children of up to 25.
        random: where the choices come from, so that a seed makes the same family again.
    """
    given, family, family_first = _NAMES[head.language]
    surname = next(name for name in family if name in head.name)
    others = [name for name in given if name not in head.name]
    # In turn, so that brothers and sisters share a name only where the list is too short for them.
    first = others[(int(head.case_number) + number) % len(others)]
    joint = "" if head.language in ("Chinese", "Korean") else " "
    if number == 1:
        born = head.born + timedelta(days=random.randrange(-1500, 1500))
    else:
        born = date(2000, 1, 1) + timedelta(days=random.randrange(25 * 365))
    return replace(
        head,
        name=joint.join((surname, first) if family_first else (first, surname)),
        born=born,
        email=head.email.replace("@", f".{number}@"),
    )
