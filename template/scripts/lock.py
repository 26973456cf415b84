"""Lock the dependencies and export them to requirements.txt: uv run scripts/lock.py.

With --check, change nothing: exit with 1 if uv.lock does not fit pyproject.toml or requirements.txt does not fit uv.lock.
"""

import argparse
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
REQUIREMENTS = ROOT / "requirements.txt"
EXPORT = "export --frozen --quiet --format requirements-txt --no-dev --no-emit-project --no-header --no-annotate"


def uv(*arguments: str) -> str:
    """Return what uv prints; exit with its exit code if it fails."""
    result = subprocess.run(["uv", *arguments], cwd=ROOT, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if result.returncode:
        sys.exit(result.returncode)
    return result.stdout


def main(*, check: bool) -> None:
    uv("lock", *(["--check"] if check else []))
    exported = uv(*EXPORT.split())
    if not check:
        REQUIREMENTS.write_text(exported, encoding="utf-8")
    elif not REQUIREMENTS.exists() or REQUIREMENTS.read_text(encoding="utf-8") != exported:
        sys.exit("requirements.txt does not fit uv.lock; run: uv run scripts/lock.py")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", help="change nothing, and exit with 1 if a file is out of date")
    main(**vars(parser.parse_args()))
