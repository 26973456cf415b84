"""The linters of workflows."""

import subprocess
import sys
from pathlib import Path

BIN = Path(sys.executable).parent


def lint(program: str, *arguments: str | Path, text: str = "") -> str:
    """Return what a linter finds, or nothing if all is well."""
    command = [BIN / program, *arguments]
    result = subprocess.run(command, input=text, capture_output=True, text=True, check=False)
    return "" if result.returncode == 0 else result.stdout + result.stderr
