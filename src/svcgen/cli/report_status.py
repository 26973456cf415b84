"""Report the result of `svcgen status`: a table, the details of each service, or JSON."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from svcgen.cli.screen import Screen
from svcgen.cli.tables import Cell
from svcgen.commands.status import ServiceStatus
from svcgen.text import counted, enumerated, from_here, printable

_UNKNOWN = Cell("?", "dim")
_COLUMNS = ("service", "version", "behind", "edited", "owner", "path")
_RULES = "failed rules"
_GAP = 2
_Row = Mapping[str, Cell]


def status_object(status: ServiceStatus) -> dict[str, Any]:
    """Return the JSON object of a service; unknown values are null."""
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
        "unfinished": status.unfinished,
    }


def show_statuses(
    screen: Screen, statuses: Sequence[ServiceStatus], *, rules: bool = False, long: bool = False
) -> None:
    """Print each service, in a terminal the worst first, then why something is unknown, and a summary.

    Args:
        screen: The screen to print on.
        statuses: The services, and the paths that are not services.
        rules: Whether the hard rules were checked.
        long: Whether to print every file and answer.
    """
    # A script gets the rows in the order of its paths.
    ordered = sorted(statuses, key=_rank) if screen.width else statuses
    if long:
        _show_details(screen, ordered, rules=rules)
    else:
        _show_table(screen, ordered, rules=rules)
    reasons: dict[str, list[str]] = {}
    for status in ordered:
        for reason in filter(None, (status.problem, *status.remarks)):
            reasons.setdefault(reason, []).append(status.name)
    if reasons:
        screen.line()
    for reason, names in reasons.items():
        screen.say(printable(f"{enumerated(names, 3)}: {' '.join(reason.split())}", but=""))
    screen.line()
    screen.say(_summary(statuses), "bold")


def _rank(status: ServiceStatus) -> tuple[bool, bool, int, int, int, str]:
    """Return a sort key that puts the worst service first."""
    broken = sum((status.failed_rules or {}).values())
    unknown = status.behind is None or status.edited is None
    return (not status.problem, not unknown, -(status.behind or 0), -broken, -_edits(status), status.name)


def _show_table(screen: Screen, statuses: Sequence[ServiceStatus], *, rules: bool) -> None:
    columns = [*_COLUMNS, *([_RULES] if rules else [])]
    rows = [_row(status) for status in statuses]
    if screen.width:
        rows = [{**row, "path": _path(status)} for row, status in zip(rows, statuses, strict=True)]
        columns, rows = _fitted(columns, rows, screen.width)
    screen.table(columns, [[row[column] for column in columns] for row in rows])


def _fitted(columns: list[str], rows: list[_Row], width: int) -> tuple[list[str], list[_Row]]:
    """Drop columns that do not fit. Paths move below the names, because two services can have the same name."""
    if not any(row["path"].text for row in rows):
        columns = [column for column in columns if column != "path"]
    if _width(columns, rows) > width:
        columns = [column for column in columns if column != "owner"]
    if _width(columns, rows) > width and "path" in columns:
        columns = [column for column in columns if column != "path"]
        rows = [{**row, "service": row["service"]._replace(below=row["path"].text)} for row in rows]
    return columns, rows


def _width(columns: Sequence[str], rows: Sequence[_Row]) -> int:
    widths = (max([len(column), *(len(row[column].text) for row in rows)]) for column in columns)
    return sum(width + _GAP for width in widths) - _GAP


def _row(status: ServiceStatus) -> _Row:
    return {
        "service": Cell(status.name, "red" if status.problem else ""),
        "version": Cell(status.version) if status.version else Cell(*_state(status)),
        "behind": _UNKNOWN
        if status.behind is None
        else Cell(str(status.behind), "yellow" if status.behind else "green"),
        "edited": _UNKNOWN if status.edited is None else Cell(str(_edits(status))),
        "owner": Cell(status.answers.get("owner", "")),
        "path": Cell(str(status.path)),
        _RULES: _failed(status),
    }


def _path(status: ServiceStatus) -> Cell:
    """Return the path, unless it is the service's name."""
    path = from_here(status.path)
    return Cell("" if path in {status.name, "."} else path, "dim")


def _state(status: ServiceStatus) -> tuple[str, str]:
    return ("unfinished", "yellow") if status.unfinished else ("broken", "red")


def _failed(status: ServiceStatus) -> Cell:
    if status.failed_rules is None:
        return _UNKNOWN
    count = sum(status.failed_rules.values())
    return Cell(str(count), "red" if count else "green")


def _show_details(screen: Screen, statuses: Sequence[ServiceStatus], *, rules: bool) -> None:
    for number, status in enumerate(statuses):
        if number:
            screen.line()
        screen.say(printable(status.name, but=""), "bold red" if status.problem else "bold")
        for name, values in _details(status, rules=rules):
            for line, value in enumerate(values or ["none"]):
                screen.line(printable(f"  {'' if line else name:<8}  {value}", but=""))


def _details(status: ServiceStatus, *, rules: bool) -> Iterator[tuple[str, Sequence[str]]]:
    unknown = [_UNKNOWN.text]
    yield "path", [str(status.path)]
    if status.problem:
        yield "state", [_state(status)[0]]
        return
    behind = "?" if status.behind is None else f"{counted(status.behind, 'release')} behind"
    yield "version", [f"{status.version}, {behind}" + (f" {status.newest}" if status.behind else "")]
    yield from ((name, [value]) for name, value in status.answers.items() if name in {"platform", "python", "owner"})
    yield "edited", unknown if status.edited is None else status.edited
    yield "deleted", unknown if status.deleted is None else status.deleted
    if rules:
        failed = status.failed_rules
        yield "rules", unknown if failed is None else [f"{rule} {count}" for rule, count in failed.items()]


def _summary(statuses: Sequence[ServiceStatus]) -> str:
    counts = Counter(part for status in statuses for part in _parts(status))
    order = ("broken", "unfinished", "behind", "unknown", "edited", "up to date")
    newest = {status.newest for status in statuses if status.behind}
    parts = [f"{counts[part]} {part}{_of(part, newest)}" for part in order if counts[part]]
    return f"{counted(len(statuses), 'service')}: {', '.join(parts)}" if parts else "no services"


def _of(part: str, newest: set[str]) -> str:
    return f" {next(iter(newest))}" if part == "behind" and len(newest) == 1 else ""


def _parts(status: ServiceStatus) -> Iterator[str]:
    if status.problem:
        yield _state(status)[0]
        return
    yield "unknown" if status.behind is None else "behind" if status.behind else "up to date"
    if _edits(status):
        yield "edited"


def _edits(status: ServiceStatus) -> int:
    return len(status.edited or ()) + len(status.deleted or ())


def _listed(paths: Sequence[str] | None) -> list[str] | None:
    return None if paths is None else list(paths)
