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

#: Families and what goes with them, side by side: the given names of their script, and the language
#: most of them prefer; empty where the name tells nothing of it.
FAMILIES: tuple[tuple[str, tuple[str, ...], str], ...] = tuple(
    (family, givens, language)
    for (givens, families), language in zip(
        ((_GIVEN, _FAMILY), *_OTHER_SCRIPTS),
        ("", "Russian", "Armenian", "Arabic", "Korean", "Mandarin", "Khmer"),
        strict=True,
    )
    for family in families
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

#: ZIP codes with their counties; the first ones come more often.
PLACES = (
    ("90011", "Los Angeles"),
    ("91331", "Los Angeles"),
    ("90650", "Los Angeles"),
    ("92683", "Orange"),
    ("92154", "San Diego"),
    ("92503", "Riverside"),
    ("92336", "San Bernardino"),
    ("95127", "Santa Clara"),
    ("94544", "Alameda"),
    ("95823", "Sacramento"),
    ("94112", "San Francisco"),
    ("93722", "Fresno"),
    ("93307", "Kern"),
    ("94565", "Contra Costa"),
    ("93033", "Ventura"),
    ("95206", "San Joaquin"),
    ("94014", "San Mateo"),
    ("95350", "Stanislaus"),
    ("93905", "Monterey"),
    ("93274", "Tulare"),
    ("95407", "Sonoma"),
    ("96003", "Shasta"),
    ("95501", "Humboldt"),
    ("96150", "El Dorado"),
)

#: Invented carriers, and what their plans are called.
CARRIERS = (
    "Golden Poppy Health",
    "Redwood Mutual",
    "Sierra Crest",
    "Bay Laurel Care",
    "Valley Oak",
)
METALS = ("Bronze 60", "Silver 70", "Silver 87", "Gold 80", "Platinum 90")

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
