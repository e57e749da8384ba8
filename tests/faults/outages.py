"""Run the drills of outages, with as many rounds as wanted: ``python tests/faults/outages.py 100``.

The mail server refuses, delays, answers 4xx for a day or 5xx, and drops the line after the content;
Valkey is away or empty; PostgreSQL ends the session in the middle of a message; two beats tick at
once. Each counts what was lost and what came twice.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Replace this process by the test run."""
    rounds = sys.argv[1] if len(sys.argv) > 1 else "100"
    os.chdir(ROOT)
    os.environ["OUTAGE_ROUNDS"] = str(int(rounds))
    options = ["-q", "-m", "alone or not alone", "tests/faults/test_outages.py"]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", *options])


if __name__ == "__main__":
    main()
