"""Invented names and phrases of the large population: arrays that SQL picks from.

Nobody here exists. Names come in several scripts because the state's people do.
"""

from itertools import product

# fmt: off
_GIVEN = (
    "Rosa", "Marisol", "Xóchitl", "José", "Ángel", "Lupe", "Beatriz", "Ramón", "Íñigo",
    "Guadalupe", "Thuy", "Minh", "Linh", "Quân", "Hương", "Bao", "Malia", "Kekoa", "Sione",
    "Leilani", "Ananya", "Arjun", "Priya", "Rohan", "Gurpreet", "Harjot", "Wei", "Mei-Ling",
    "Jun", "Hana", "Kenji", "Aiko", "Jamal", "Keisha", "Darnell", "Imani", "Zanele", "Kofi",
    "Ngozi", "Chidi", "Fatima", "Yusuf", "Leila", "Omar", "Nasrin", "Anahit", "Aram", "Søren",
    "Björn", "Zoë", "Renée", "Anaïs", "Siobhán", "Pádraig", "Łucja", "Dmytro", "Olena",
    "Tatum", "Willow",
)
_FAMILY = (
    "Quintero", "Villanueva", "Ibáñez", "Núñez", "Castañeda", "Bermúdez", "Ocampo", "Zúñiga",
    "Saldívar", "Arroyo", "Trần", "Nguyễn", "Phạm", "Võ", "Đặng", "Kealoha", "Tuiasosopo",
    "Mahoe", "Raghavan", "Chaudhary", "Sandhu", "Dhaliwal", "Grewal", "Lin", "Zhào", "Okada",
    "Tanaka", "Whitfield", "Broussard", "Okonkwo", "Mensah", "Abara", "Haddad", "Daryani",
    "Petrosyan", "Ghazarian", "Sarkisian", "Lindqvist", "O’Rourke", "Ní-Dhomhnaill",
    "Kowalczyk", "Shevchenko", "Marchetti", "Da-Silva", "Beauchamp", "Fontenot", "Redhawk",
    "Begaye", "Castellanos", "Achterberg",
)
# fmt: on
_OTHER_SCRIPTS = (
    (("Мария", "Алексей", "Олена", "Тарас", "Ирина"), ("Коваленко", "Мельник", "Соколова")),
    (("Անահիտ", "Արամ", "Նարե"), ("Պետրոսյան", "Ղազարյան", "Սարգսյան")),
    (("فاطمة", "يوسف", "ليلى"), ("حداد", "منصور", "الخوري")),
    (("민준", "서연", "지우"), ("김", "박", "최")),
    (("美玲", "偉", "曉明"), ("陳", "林", "王")),
    (("សុខា", "ចន្ធូ"), ("លី", "កែវ")),
)

#: Full names: first the common alphabet, then the others; ``{given} {family}``.
NAMES: tuple[str, ...] = tuple(
    f"{given} {family}"
    for givens, families in ((_GIVEN, _FAMILY), *_OTHER_SCRIPTS)
    for given, family in product(givens, families)
)

LANGUAGES = (
    *("English",) * 14,
    *("Spanish",) * 6,
    "Vietnamese",
    "Mandarin",
    "Korean",
    "Armenian",
    "Arabic",
    "Khmer",
)

#: Sentences of descriptions and notes; three or four make one text.
SENTENCES: tuple[str, ...] = (
    "Coverage ended without a notice reaching the household.",
    "The carrier shows no payment for the binder month.",
    "Premium assistance was recalculated after an income change.",
    "A newborn was added but the plan shows the old family size.",
    "The provider says the plan was not active on the day of service.",
    "Form 1095-A lists the wrong months of coverage.",
    "Application is stuck at identity proofing since last week.",
    "Consumer was moved to Medi-Cal and wants to keep the doctor.",
    "Autopay stopped when the plan was changed at renewal.",
    "Left a voicemail in the preferred language and will call back.",
    "Spoke with the carrier; reinstatement is being reviewed.",
    "Verification documents were received and are in order.",
    "Waiting for the county to release the case.",
    "The referral to the dental plan needs a new effective date.",
    "Consumer asked for an interpreter for the next call.",
    "Delegated agent was changed and the old one notified.",
    "Income documents are missing for one household member.",
    "The office asks whether the effective date can be moved.",
    "Residency verification failed after an address change.",
    "Escalated to the carrier’s liaison with the proof of payment.",
)

RESOLUTIONS: tuple[str, ...] = (
    "Coverage reinstated back to the first of the month; consumer and carrier informed.",
    "Corrected form issued and mailed to the address on file.",
    "Family size updated; premium assistance recalculated.",
    "Payment located at the carrier and applied to the right month.",
)
