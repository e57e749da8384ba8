"""Take in and file mails, and measure it: ``python tests/benchmarks/inbound_mail.py 1000``.

The figure to reach (issue 6): a thousand mails in less than two minutes. Every tenth mail repeats
another, every fifth is held, every twentieth brings a file.
"""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def main() -> None:
    """Replace this process by the test run that measures."""
    mails = sys.argv[1] if len(sys.argv) > 1 else "1000"
    os.chdir(ROOT)
    os.environ["INBOUND_MAILS"] = str(int(mails))
    test = "tests/benchmarks/test_inbound_mail.py"
    os.execv(sys.executable, [sys.executable, "-m", "pytest", "-q", "-s", test])


if __name__ == "__main__":
    main()
