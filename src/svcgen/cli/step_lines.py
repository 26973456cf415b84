"""Format the line of each step in a terminal."""

from typing import TYPE_CHECKING

from svcgen.cli.messages import styled
from svcgen.system.steps import Started, Step
from svcgen.text import printable, wrapped

if TYPE_CHECKING:
    from rich.text import Text

_LABELS = {
    "render": "Render the template",
    "merge": "Merge the changes",
    "lock": "Lock the dependencies",
    "export": "Export requirements.txt",
    "git": "Commit to git",
    "switch": "Update the work tree",
    "sync": "Install into .venv",
    "files": "Write the files",
    "format": "Format the code",
    "migration": "Generate the migration",
    "resources": "Add the resources",
    "publish": "Copy into the service",
    "check": "Check the hard rules",
    "test": "Run the tests",
}
_WIDEST = max(map(len, _LABELS.values()))
_MARKS = {"done": ("✓", "green"), "failed": ("✗", "red"), "skipped": ("-", "dim"), "pending": ("…", "yellow")}


def label_of(event: Started | Step) -> str:
    """Return the label of a step, padded so that the times are aligned."""
    return f"{_LABELS.get(event.name, event.name):<{_WIDEST}}"


def step_line(step: Step, width: int) -> "Text":
    """Return the line of a step that has ended.

    Args:
        step: The step.
        width: The width of the terminal.
    """
    label = label_of(step)
    timed = step.outcome in {"done", "failed"}
    detail = f"{step.seconds:6.1f} s" if timed else f"  {step.reason}"
    mark, style = _MARKS[step.outcome]
    shown = styled(wrapped(printable(f"{mark} {label}{detail}"), width))
    shown.stylize(style, 0, 1)
    shown.stylize("dim", len(label) + 2)
    return shown
