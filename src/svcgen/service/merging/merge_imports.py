"""Sort and merge the imports of a Python file, in the order of ruff and isort.

git reports a conflict if both sides change neighbouring lines, which is common for imports. The order of imports has no
meaning, so they are merged one by one.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

# A section is a sequence of unindented import statements; each can span several lines in brackets.
_STATEMENT = re.compile(r"(?:from [\w.]+ import|import [\w.]+)[^\n(]*(?:\([^()]*\)[^\n]*)?\n")
_SECTION = re.compile(rf"^(?:{_STATEMENT.pattern})+", re.MULTILINE)
_HEAD = re.compile(rf"^(?:{_STATEMENT.pattern})+(?:\n+(?:{_STATEMENT.pattern})+)*", re.MULTILINE)


def sort_imports(before: str, after: str) -> str:
    """Sort the sections of a text that were sorted before its modules were renamed.

    Args:
        before: The text with the old module names.
        after: The text with the new module names.
    """
    sections = _SECTION.findall(before)
    if len(sections) != len(_SECTION.findall(after)):
        return after
    was_sorted = iter([_is_sorted(section) for section in sections])
    return _SECTION.sub(lambda match: _sorted(match[0]) if next(was_sorted) else match[0], after)


def with_own_imports(base: str, theirs: str, ours: str) -> tuple[str, str]:
    """Return both renderings of a file with merged imports at its head.

    If both sides changed the same import, both are returned unchanged.

    Args:
        base: The old rendering.
        theirs: The new one.
        ours: The file in the service.
    """
    heads = [_Head.of(text) for text in (base, theirs, ours)]
    old, new, own = heads
    if old is None or new is None or own is None or old.text == own.text:
        return base, theirs
    merged = _merged(old, new, own)
    if merged is None:
        return base, theirs
    return base.replace(old.text, own.text, 1), theirs.replace(new.text, merged, 1)


@dataclass(frozen=True)
class _Head:
    """The imports at the head of a file: their text, and the statements of each section by keyword and module."""

    text: str
    sections: list[dict[str, str]]

    @classmethod
    def of(cls, text: str) -> "_Head | None":
        match = _HEAD.search(text)
        # An import below other lines, such as a comment, belongs to those lines.
        if match is None or re.search(rf"^{_STATEMENT.pattern}", text[match.end() :], re.MULTILINE):
            return None
        listed = [_STATEMENT.findall(section[0]) for section in _SECTION.finditer(match[0])]
        sections = [{_name(statement): statement for statement in section} for section in listed]
        head = cls(match[0], sections)
        return head if len(head.statements) == sum(map(len, listed)) else None

    @property
    def statements(self) -> dict[str, str]:
        return {name: statement for section in self.sections for name, statement in section.items()}


def _merged(old: _Head, new: _Head, own: _Head) -> str | None:
    base, theirs, ours = old.statements, new.statements, own.statements
    chosen = {}
    for name in {**theirs, **ours}:
        sides = base.get(name), theirs.get(name), ours.get(name)
        if sides[2] == sides[0]:
            chosen[name] = sides[1]
        elif sides[1] in {sides[0], sides[2]}:
            chosen[name] = sides[2]
        else:
            return None
    sections = [[name for name in section if chosen.get(name)] for section in new.sections]
    for section in own.sections:
        missing = [name for name in section if chosen.get(name) and name not in theirs]
        place = next((place for place in sections if not section.keys().isdisjoint(place)), None)
        if missing and place is None:
            return None
        if place is not None:
            place.extend(missing)
    return _written(sections, {name: statement for name, statement in chosen.items() if statement}, new)


def _written(sections: Iterable[list[str]], statements: Mapping[str, str], like: _Head) -> str:
    texts = []
    for names, before in zip(sections, like.sections, strict=True):
        text = "".join(statements[name] for name in names)
        texts.append(_sorted(text) if _is_sorted("".join(before.values())) else text)
    return "\n".join(text for text in texts if text)


def _is_sorted(section: str) -> bool:
    return _sorted(section) == section


def _sorted(section: str) -> str:
    return "".join(sorted(_STATEMENT.findall(section), key=_key))


def _name(statement: str) -> str:
    return " ".join(statement.split()[:2])


def _key(statement: str) -> tuple[bool, str, str]:
    keyword, module = statement.split()[:2]
    return keyword == "from", module.lower(), module
