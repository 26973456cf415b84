"""The skills are in the form that agents read, and where each of them looks."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.core.documents import ROOT, SKILLS, relative


def test_skills_have_the_form_that_agents_read() -> None:
    """https://agentskills.io/specification."""
    assert SKILLS
    wrong = [f"{relative(skill)}: {fault}" for skill in SKILLS for fault in faults(skill)]

    assert not wrong, "\n".join(wrong)


def faults(skill: Path) -> Iterator[str]:
    name, description = front_matter(skill)
    if name != skill.parent.name:
        yield "its name has to be that of its folder"
    if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name) or len(name) > 64:
        yield "its name may have lower case, digits and single dashes, 64 at most"
    if not 0 < len(description) <= 1024:
        yield "its description has to have between 1 and 1024 characters"
    if ": " in description and description[0] not in "\"'":
        yield "a description with a colon needs quotes to be valid YAML"


def test_claude_finds_each_skill() -> None:
    """It reads .claude/skills only, which points to what the others read."""
    pointers = {path.parent.name: path for path in ROOT.glob(".claude/skills/*/SKILL.md")}
    skills = {path.parent.name: path for path in SKILLS}
    wrong = [f"{relative(skills[name])} has no pointer in .claude/skills" for name in skills.keys() - pointers.keys()]
    wrong += [f"{relative(pointers[name])} points to no skill" for name in pointers.keys() - skills.keys()]
    wrong += [
        f"{relative(pointers[name])}: begin it as {relative(skill)} begins, and name that in backticks"
        for name, skill in skills.items()
        if name in pointers and not points_to(pointers[name], skill)
    ]

    assert not wrong, "\n".join(wrong)


def points_to(pointer: Path, skill: Path) -> bool:
    return front_matter(pointer) == front_matter(skill) and f"`{relative(skill)}`" in pointer.read_text(
        encoding="utf-8"
    )


def front_matter(skill: Path) -> tuple[str, str]:
    found = re.match(r"---\nname: (.*)\ndescription: (.*)\n", skill.read_text(encoding="utf-8"))
    assert found, f"{relative(skill)}: begin it with ---, a line with its name and one with its description"
    return found[1], found[2]
