"""The links and file names in AGENTS.md, README.md, docs/ and the skills lead somewhere; agents find each skill."""

import re
from pathlib import Path

from tests.core.documents import LIVING, ROOT, SKILLS, prose, relative


def test_files_named_in_prose_exist() -> None:
    wrong = [
        f"{relative(path)} names {file}, which does not exist"
        for path in LIVING
        for file in re.findall(r"`([\w.-]+/[\w./-]*\w)`", prose(path))
        if (ROOT / file.split("/")[0]).is_dir() and not (ROOT / file).exists()
    ]

    assert not wrong, "\n".join(wrong)


def test_links_lead_somewhere() -> None:
    links = [
        (path, target, anchor)
        for path in LIVING
        for target, anchor in re.findall(r"\]\((?!\w+:)([^)#\s]*)(?:#([^)\s]+))?\)", prose(path))
    ]
    assert links
    broken = [
        f"{relative(path)}: {target}#{anchor}" for path, target, anchor in links if not exists(path, target, anchor)
    ]

    assert not broken, f"These links lead to no file or heading: {', '.join(broken)}"


def exists(path: Path, target: str, anchor: str) -> bool:
    file = path.parent / target if target else path
    if not file.exists() or not anchor:
        return file.exists()
    headings = re.findall(r"^#+ (.+)$", file.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return anchor in {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_agents_find_each_skill() -> None:
    """Agents read .agents/skills (https://agentskills.io/specification), Claude reads only .claude/skills."""
    skills = {path.parent.name: path for path in SKILLS}
    pointers = {path.parent.name: path for path in ROOT.glob(".claude/skills/*/SKILL.md")}
    wrong = [f"{relative(skills[name])} has no pointer in .claude/skills" for name in skills.keys() - pointers.keys()]
    wrong += [f"{relative(pointers[name])} points to no skill" for name in pointers.keys() - skills.keys()]
    for name in skills.keys() & pointers.keys():
        skill, pointer = (files[name].read_text(encoding="utf-8") for files in (skills, pointers))
        head = re.match(rf"---\nname: {re.escape(name)}\ndescription: .+\n---\n", skill)
        if not head:
            wrong.append(f"{relative(skills[name])}: begin it with ---, `name: {name}`, `description: ...`, ---")
        elif not pointer.startswith(head[0]) or f"`{relative(skills[name])}`" not in pointer:
            wrong.append(f"{relative(pointers[name])}: begin it as {relative(skills[name])} begins, and name that file")

    assert not wrong, "\n".join(wrong)
