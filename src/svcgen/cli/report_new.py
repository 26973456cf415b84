"""Report the result of `svcgen new` as text and as JSON."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from svcgen.cli.messages import error
from svcgen.cli.screen import Screen
from svcgen.commands.new import NewRequest, NewService
from svcgen.service.placement.first_commit import ADD
from svcgen.template.describe import is_dirty
from svcgen.template.find import Template
from svcgen.template.questions import NAME
from svcgen.text import change_directory, counted, enumerated


def service_object(request: NewRequest, service: NewService) -> dict[str, Any]:
    """Return the JSON object of a new service.

    Args:
        request: The request.
        service: The service.
    """
    steps = [step.as_json() for step in service.steps]
    return {
        "ok": service.complete,
        "exit_code": 0 if service.complete else 1,
        **_request_fields(request),
        "files": list(service.files),
        "left_out": list(service.left_out),
        "kept": [asdict(kept) for kept in service.kept],
        "notes": list(service.notes),
        "steps": steps,
    }


def show_service(screen: Screen, request: NewRequest, service: NewService) -> None:
    """Print a new service, and the next steps.

    Args:
        screen: The screen to print on.
        request: The request.
        service: The service.
    """
    name = request.answers[NAME]
    screen.headline(f"Created {service.path} from {request.template.version} of {request.template.source}")
    for remark in _remarks(request, service):
        screen.say(f"note: {remark}")
    if service.complete:
        screen.panel(f"{name} is ready", _next_steps(service.path))
        return
    for step in service.steps:
        if step.outcome == "failed":
            error(f"{step.name}: {step.reason}")
    commands = "\n".join(f"  {command}" for command in _remaining_commands(service))
    error(f"{name} is incomplete", f"run the remaining steps:\n{commands}")


def show_new_preview(screen: Screen, request: NewRequest, service: NewService) -> None:
    """Print the files and answers of a dry run, and a summary.

    Args:
        screen: The screen to print on.
        request: The request.
        service: The service.
    """
    screen.diff("".join(kept.diff or f"Not shown: {kept.yours}, in place of {kept.path}\n" for kept in service.kept))
    for line in tree(str(request.destination), service.files):
        screen.line(line)
    screen.block("Answers:", [f"{question}: {answer}" for question, answer in request.answers.items()])
    screen.line()
    for note in service.notes:
        screen.say(f"note: {note}")
    would = f"Dry run: would create {request.destination} with {counted(len(service.files), 'file')}"
    screen.say(f"{would}, {len(service.kept)} kept" if service.kept else would, "bold")


def _next_steps(path: Path) -> list[tuple[str, list[str]]]:
    """Return headings and commands to start a new service, ready to paste."""
    return [
        ("Run the tests; they start their own Postgres:", [*change_directory(path), "uv run pytest"]),
        (
            "Start a development database in a second terminal (or: docker compose up db):",
            ["uv run scripts/devdb.py"],
        ),
        (
            "Create the schema and start the service:",
            ["uv run alembic upgrade head", "uv run uvicorn app.main:app --reload --reload-dir app"],
        ),
    ]


def _remaining_commands(service: NewService) -> list[str]:
    """Return the remaining commands in order, ready to paste."""
    commands = [step.command for step in service.steps if step.is_left]
    return [*change_directory(service.path), *commands]


def _remarks(request: NewRequest, service: NewService) -> list[str]:
    """Return remarks about a service in which nothing failed."""
    said = [
        f"{step.name} skipped: {step.reason}"
        for step in service.steps
        if step.outcome == "skipped" and not step.reason.startswith("--")
    ]
    if service.left_out:
        said.append(f"git ignores {enumerated(service.left_out)} here; to commit them: {ADD}")
    return [*service.notes, *said, *_origin_remarks(request.template)]


def _origin_remarks(template: Template) -> list[str]:
    """Return what later updates require if the template is not a release."""
    version = template.version
    if template.is_release:
        return []
    if template.is_rebuildable:
        return [f"{version} is not a release; updates need its commit, from your checkout or from {template.source}"]
    if is_dirty(version):
        return [f"updates can't rebuild {version}; commit the changes to the template, then create the service again"]
    return [
        "the version of the template is unknown, so the service can't be updated; use a release or a clone of svcgen"
    ]


def tree(root: str, files: Sequence[str]) -> list[str]:
    """Draw relative paths as an indented tree.

    Args:
        root: The name of the root.
        files: The paths.
    """
    lines = [f"{root}/"]
    shown: list[str] = []
    for file in sorted(files, key=lambda path: path.split("/")):
        *folders, name = file.split("/")
        lines += [
            f"{'  ' * depth}{folder}/"
            for depth, folder in enumerate(folders, start=1)
            if folders[:depth] != shown[:depth]
        ]
        shown = folders
        lines.append(f"{'  ' * (len(folders) + 1)}{name}")
    return lines


def _request_fields(request: NewRequest) -> dict[str, Any]:
    return {
        "path": str(request.destination),
        "template_version": request.template.version,
        "updatable": request.template.is_rebuildable,
        "source": request.template.source,
        "answers": dict(request.answers),
    }
