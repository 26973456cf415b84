"""Prints fault, outcome, seen: PYTHONPATH=tests uv run python -m faults.table.

It runs the tests of this folder; what else is given goes to pytest: `-n0`, say, or `-k postgres`.
"""

import sys
from pathlib import Path

from support.marked import main

if __name__ == "__main__":
    sys.exit(main(Path(__file__).parent, "fault", "Fault", "Outcome"))
