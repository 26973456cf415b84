"""Waivers that hold, and such that are no waivers."""
# ruff: noqa: E501  (a table is read line by line)

from dataclasses import dataclass

from service.hard_rules.edit import Change, Edit, Insert, Step
from service.hard_rules.mutations.migrations import applied, migration

ENVIRON = 'import os\n\nREGION = os.environ["REGION"]'
FACTORY = "from fastapi import Request\n\n\ndef factory(request: Request) -> object:\n"
NEW = "alembic/versions/202611020900_waived.py"
DROP = 'op.drop_column("edited", "id")'


@dataclass(frozen=True)
class Waiver:
    edit: Edit
    file: str


def waiver(name: str, file: str, text: str, *steps: Step) -> Waiver:
    return Waiver(Edit(name, steps, {file: text}), file)


HOLD = [
    waiver("noqa", "app/wa_noqa.py", f"{ENVIRON}  # noqa: TID251  # the platform sets it for each machine\n"),
    waiver(
        "ast-grep-ignore above",
        "app/wa_above.py",
        f"{FACTORY}    # ast-grep-ignore: session-factory  # outlives the request\n    return request.state.session_factory\n",
    ),
    waiver(
        "ast-grep-ignore on the line",
        "app/wa_line.py",
        f"{FACTORY}    return request.state.session_factory  # ast-grep-ignore: session-factory  # outlives the request\n",
    ),
    waiver(
        "squawk-ignore",
        NEW,
        migration("waived", f"# squawk-ignore: ban-drop-column  # no release reads it any more\n{DROP}"),
    ),
    Waiver(
        Edit(
            "applied-migration",
            (
                Change(applied("edited"), "What is done.", "What was done."),
                Insert(applied("edited"), "import op\n", "\n# applied-migration: 202611010900_edited.py  # could not run on Postgres 19\n"),
            ),
        ),
        applied("edited"),
    ),
    Waiver(
        Edit(
            "ignore_imports",
            (
                Insert(
                    "pyproject.toml",
                    'forbidden_modules = ["app.*"]\n',
                    "# The default of a column comes from there until all rows have one.\n"
                    'ignore_imports = ["app.models.wa_layer -> app.settings"]\n',
                ),
            ),
            {"app/models/wa_layer.py": "from app.settings import get_settings\n\nDEFAULT = get_settings\n"},
        ),
        "app.models.wa_layer",
    ),
]  # fmt: skip
DO_NOT_HOLD = [
    waiver("noqa without a reason", "app/wa_noqa.py", f"{ENVIRON}  # noqa: TID251\n"),
    waiver("noqa with an empty reason", "app/wa_empty.py", f"{ENVIRON}  # noqa: TID251  #\n"),
    waiver("noqa of many", "app/wa_many.py", f"{ENVIRON}  # noqa: E501, TID251\n"),
    waiver("a blanket noqa", "app/wa_blanket.py", f"{ENVIRON}  # noqa\n"),
    waiver("a blanket noqa with a reason", "app/wa_reason.py", f"{ENVIRON}  # noqa  # because\n"),
    waiver("the whole file", "app/wa_file.py", f"# ruff: noqa: TID251\n{ENVIRON}\n"),
    waiver("the whole file, of all", "app/wa_all.py", f"# ruff: noqa\n{ENVIRON}\n"),
    waiver(
        "ast-grep-ignore without a reason",
        "app/wa_ignore.py",
        f"{FACTORY}    # ast-grep-ignore: session-factory\n    return request.state.session_factory\n",
    ),
    waiver(
        "a blanket ast-grep-ignore",
        "app/wa_any.py",
        f"{FACTORY}    # ast-grep-ignore\n    return request.state.session_factory\n",
    ),
    waiver(
        "a blanket ast-grep-ignore with a reason",
        "app/wa_because.py",
        f"{FACTORY}    # ast-grep-ignore  # because\n    return request.state.session_factory\n",
    ),
    waiver(
        "squawk-ignore without a reason",
        NEW,
        migration("waived", f"# squawk-ignore: ban-drop-column\n{DROP}"),
    ),
    Waiver(
        Edit(
            "applied-migration without a reason",
            (
                Change(applied("edited"), "What is done.", "What was done."),
                Insert(applied("edited"), "import op\n", "\n# applied-migration: 202611010900_edited.py\n"),
            ),
        ),
        applied("edited"),
    ),
    Waiver(
        Edit(
            "ignore_imports without a reason",
            (
                Insert(
                    "pyproject.toml",
                    'forbidden_modules = ["app.*"]\n',
                    'ignore_imports = ["app.models.wa_layer -> app.settings"]\n',
                ),
            ),
            {"app/models/wa_layer.py": "from app.settings import get_settings\n\nDEFAULT = get_settings\n"},
        ),
        "pyproject.toml",
    ),
]
