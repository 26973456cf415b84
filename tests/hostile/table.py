"""Prints attack, outcome, seen: PYTHONPATH=tests uv run python -m hostile.table.

It runs the tests of this folder; everything else on the command line goes to pytest: `-n0`, say, or `-k links`.
"""

import sys
from pathlib import Path

from support.marked import main

if __name__ == "__main__":
    sys.exit(main(Path(__file__).parent, "attack", "Attack", "Outcome"))
