"""A wrong edit, the rule that it breaks, and what has to notice it."""

from dataclasses import dataclass
from textwrap import indent

from service.hard_rules.edit import Edit, Step

CHECK = "scripts/check.py"


@dataclass(frozen=True)
class Mutation:
    """An edit that must turn ``by`` red, with a message that says ``rule`` and names ``file``.

    The command of all static checks has to name the line as well: one that the pattern ``at`` fits.
    """

    rule: str
    edit: Edit
    file: str
    at: str
    by: str = CHECK
    alone: bool = False  # what it leaves behind would hide what others do

    @property
    def name(self) -> str:
        return self.edit.name


def added(
    rule: str, name: str, file: str, text: str, *, at: str, steps: tuple[Step, ...] = (), by: str = CHECK
) -> Mutation:
    """A wrong file that somebody adds to a service."""
    return Mutation(rule, Edit(name, steps, {file: text}), file, at, by)


def changed(rule: str, name: str, *steps: Step, file: str, at: str = "", by: str = CHECK) -> Mutation:
    """A file of the service that somebody gets wrong."""
    return Mutation(rule, Edit(name, steps), file, at, by)


def handler(body: str, *, imports: str = "", parameters: str = "", before: str = "") -> str:
    """Return the module of a resource that is right but for ``body``."""
    return f"""\
from fastapi import APIRouter, Request
{imports}
from app.deps import SessionDep
from app.schemas.problem import Problem

router = APIRouter(prefix="/wrong")
{before}

@router.get("", response_model=Problem)
async def wrong({parameters}) -> Problem:
{indent(body, "    ")}
    return Problem(title="wrong", status=200)
"""
