"""The result of `svcgen status`, as a table and as JSON."""

from collections.abc import Sequence
from typing import Any

from svcgen.commands.status import ServiceStatus
from svcgen.screen import Screen, printable

_COLUMNS = ("service", "version", "behind", "platform", "python", "owner", "edited")
_RULES = "failed rules"
# The JSON has all of them.
_SHOWN = 3
_UNKNOWN = "?"


def status_object(status: ServiceStatus) -> dict[str, Any]:
    """Return the JSON object of one service; null is what is not known."""
    return {
        "ok": not status.problem,
        "path": str(status.path),
        "name": status.name,
        "version": status.version,
        "newest": status.newest,
        "behind": status.behind,
        "answers": dict(status.answers),
        "edited": _listed(status.edited),
        "deleted": _listed(status.deleted),
        "failed_rules": None if status.failed_rules is None else dict(status.failed_rules),
        "remarks": list(status.remarks),
        "problem": status.problem,
    }


def show_statuses(screen: Screen, statuses: Sequence[ServiceStatus], *, rules: bool = False) -> None:
    """Show a row for each service and each path that is none, then why something is not known.

    Args:
        screen: Where.
        statuses: What was found.
        rules: Whether the hard rules were asked for.
    """
    columns = (*_COLUMNS, _RULES) if rules else _COLUMNS
    screen.table(columns, [_row(status)[: len(columns)] for status in statuses])
    reasons: dict[str, list[str]] = {}
    for status in statuses:
        for reason in filter(None, (status.problem, *status.remarks)):
            reasons.setdefault(reason, []).append(status.name)
    if reasons:
        screen.line()
    for reason, names in reasons.items():
        screen.line(printable(f"{_few(names)}: {' '.join(reason.split())}", but=""))


def _row(status: ServiceStatus) -> list[str]:
    if status.problem:
        return [status.name, "broken", *[_UNKNOWN] * (len(_COLUMNS) - 1)]
    return [
        status.name,
        status.version,
        _behind(status),
        *(status.answers.get(question, _UNKNOWN) for question in ("platform", "python", "owner")),
        _edits(status),
        _rules(status),
    ]


def _behind(status: ServiceStatus) -> str:
    if status.behind is None:
        return _UNKNOWN
    return f"{status.behind}, newest {status.newest}" if status.behind else "0"


def _edits(status: ServiceStatus) -> str:
    if status.edited is None or status.deleted is None:
        return _UNKNOWN
    return _few([*status.edited, *(f"{path} (deleted)" for path in status.deleted)])


def _rules(status: ServiceStatus) -> str:
    if status.failed_rules is None:
        return _UNKNOWN
    return _few([f"{rule} {count}" for rule, count in status.failed_rules.items()])


def _few(words: Sequence[str]) -> str:
    rest = len(words) - _SHOWN
    shown = ", ".join(words[:_SHOWN]) or "none"
    return f"{shown} and {rest} more" if rest > 0 else shown


def _listed(paths: Sequence[str] | None) -> list[str] | None:
    return None if paths is None else list(paths)
