"""Count the broken hard rules of a service that its own ruff and ast-grep find.

The service's `scripts/check.py` also checks layers and migrations.
"""

import json
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

from svcgen.errors import ToolError
from svcgen.system.process import execute

_PRINTED = 16 << 20
# The amount of a failed tool's output that an error message quotes.
_SAID = 500
# Services created before 0.4.0 have the second.
_AST_GREP_CONFIGS = ("hard-rules/sgconfig", "sgconfig.yml")
_RUFF = ("check", "--no-cache", "--no-fix", "--no-fix-only", "--quiet", "--output-format=json")


def failed_rules(service: Path) -> Mapping[str, int]:
    """Count the violations of each rule. This runs programs of the service, and writes nothing itself.

    Raises:
        ToolError: The service has no virtual environment, or a tool fails.
    """
    rules = [code or "syntax" for code in _run(service, "code", "ruff", *_RUFF)]
    for config in _AST_GREP_CONFIGS:
        if (service / config).exists():
            rules += _run(service, "ruleId", "ast-grep", "scan", "--config", config, "--json=compact")
            break
    return Counter(sorted(rules))


def _run(service: Path, key: str, tool: str, *arguments: str) -> list[str]:
    """Return the value of a key in each finding of a tool."""
    program = service / ".venv" / "bin" / tool
    if not program.exists():
        raise ToolError(f"no {tool} in .venv", hint="uv sync")
    # Each tool exits with 1 if it has findings.
    done = execute(program, *arguments, cwd=service, accept=range(256), limit=_PRINTED)
    try:
        found = json.loads(done.output)
        # A tool of the service can print anything.
        return [str(finding[key] or "") for finding in found[:]]
    except (ValueError, TypeError, KeyError, RecursionError) as error:
        said = done.errors.decode("utf-8", "backslashreplace").strip()
        raise ToolError(f"{tool}: {said[:_SAID] or 'no result'}") from error
