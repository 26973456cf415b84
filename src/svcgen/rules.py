"""The hard rules of a service, as far as they can be looked at in a tenth of a second and without writing anything.

That is what ruff and ast-grep see. `scripts/check.py` of the service also looks at layers and migrations.
"""

import json
import subprocess
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from svcgen.errors import ToolError

_TIMEOUT = 60.0


def failed_rules(service: Path) -> Mapping[str, int]:
    """Count the breaches of each rule, with the tools and the rules of the service itself.

    Raises:
        ToolError: The service has no virtual environment, or a tool fails.
    """
    found = _run(service, "ruff", "check", "--no-cache", "--quiet", "--output-format=json")
    rules = [finding["code"] or "syntax" for finding in found]
    if (service / "sgconfig.yml").exists():
        rules += [finding["ruleId"] for finding in _run(service, "ast-grep", "scan", "--json=compact")]
    return Counter(sorted(rules))


def _run(service: Path, tool: str, *arguments: str) -> list[dict[str, str]]:
    program = service / ".venv" / "bin" / tool
    if not program.exists():
        raise ToolError(f"no {tool} in .venv", hint="uv sync")
    try:
        # Not `process.run`: each tool exits with 1 when it finds something.
        done = subprocess.run(
            [program, *arguments],
            cwd=service,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=False,
        )
        found: list[dict[str, str]] = json.loads(done.stdout)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ToolError(f"{tool} can't be run: {error}") from error
    except ValueError as error:
        raise ToolError(f"{tool}: {done.stderr.decode(errors='replace').strip() or 'no result'}") from error
    return found
