"""Files of the access-to-care feed, made for tests."""

from collections.abc import Iterable
from pathlib import Path

HEADER = (
    "Reference ID;Report Year;Diagnosis Category;Diagnosis Sub Category;Treatment Category;"
    "Treatment Sub Category;Determination;Type;Age Range;Patient Gender"
)


def row(number: int = 1, **changes: str) -> str:
    """One line; ``changes`` name columns in lower case with underscores."""
    values = {
        "reference_id": f"MN16-{number:05d}",
        "report_year": "2016",
        "diagnosis_category": "Infectious",
        "diagnosis_sub_category": "Hepatitis",
        "treatment_category": "Pharmacy/Prescription Drugs",
        "treatment_sub_category": "Anti-virals",
        "determination": "Overturned Decision of Health Plan",
        "type": "Medical Necessity",
        "age_range": "41-50",
        "patient_gender": "Female",
    }
    return ";".join((values | changes).values())


def write(
    folder: Path, rows: Iterable[str], *, header: str = HEADER, encoding: str = "utf-8"
) -> Path:
    """A file with this header and these lines, ended as the regulator ends them."""
    path = folder / "imr.csv"
    text = "".join(f"{line}\r\n" for line in [header, *rows])
    path.write_bytes(text.encode(encoding))
    return path
