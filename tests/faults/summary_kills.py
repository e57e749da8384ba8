"""Run the summaries' drill, with 200 kills or more: ``python tests/faults/summary_kills.py 200``.

Workers are killed at random while they make 2,000 summaries; lost and doubled ones are counted.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Replace this process by the test run."""
    kills = sys.argv[1] if len(sys.argv) > 1 else "200"
    os.chdir(ROOT)
    os.environ["SUMMARY_KILLS"] = str(int(kills))
    test = "tests/faults/test_summary_kills.py"
    os.execv(sys.executable, [sys.executable, "-m", "pytest", "-q", "-s", test])


if __name__ == "__main__":
    main()
