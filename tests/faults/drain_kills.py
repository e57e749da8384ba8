"""Run the drain drill with as many kills as wanted: ``python tests/faults/drain_kills.py 200``."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Replace this process by the test run."""
    kills = sys.argv[1] if len(sys.argv) > 1 else "200"
    os.chdir(ROOT)
    os.environ["DRAIN_KILLS"] = str(int(kills))
    test = "tests/faults/test_drain_kills.py"
    chosen = ["-m", "slow", "-k", "killed_anywhere"]
    os.execv(sys.executable, [sys.executable, "-m", "pytest", "-q", "-s", test, *chosen])


if __name__ == "__main__":
    main()
