"""The skills are in the form that agents read, and where each of them looks."""

import re
from pathlib import Path

from tests.documents import ROOT, SKILLS, relative


def test_skills_have_the_form_that_agents_read() -> None:
    """https://agentskills.io/specification."""
    assert SKILLS
    for skill in SKILLS:
        name, description = front_matter(skill)
        assert name == skill.parent.name, f"{relative(skill)}: its name has to be that of its folder"
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", name), f"{relative(skill)}: lower case, digits and single dashes"
        assert ": " not in description, f"{relative(skill)}: a colon in the description is not valid YAML"
        assert len(description) <= 1024, f"{relative(skill)}: the description has more than 1024 characters"


def test_claude_finds_each_skill() -> None:
    """It reads .claude/skills only, which points to what the others read."""
    pointers = {pointer.parent.name: pointer for pointer in ROOT.glob(".claude/skills/*/SKILL.md")}
    for skill in SKILLS:
        pointer = pointers.pop(skill.parent.name, None)
        assert pointer, f".claude/skills has no pointer to {relative(skill)}"
        assert front_matter(pointer) == front_matter(skill), (
            f"{relative(pointer)}: begin it as {relative(skill)} begins"
        )
        assert f"`{relative(skill)}`" in pointer.read_text(encoding="utf-8"), f"{relative(pointer)}: name the skill"

    assert not pointers, f"These point to no skill any more: {', '.join(pointers)}"


def front_matter(skill: Path) -> tuple[str, str]:
    found = re.match(r"---\nname: (.+)\ndescription: (.+)\n---\n", skill.read_text(encoding="utf-8"))
    assert found, f"{relative(skill)}: begin it with a name and a description between lines of ---"
    return found[1], found[2]
