"""Sorts the imports of a Python file again after modules got other names, in the order of ruff and isort."""

import re

# A block is a run of statements at the start of a line, each perhaps over several lines in brackets.
_STATEMENT = re.compile(r"(?:from|import) [^\n(]*(?:\([^()]*\)[^\n]*)?\n")
_BLOCK = re.compile(rf"^(?:{_STATEMENT.pattern})+", re.MULTILINE)


def sort_imports(before: str, after: str) -> str:
    """Return a text with the blocks sorted that were sorted before.

    Args:
        before: The text with the old names.
        after: The text with the new ones.
    """
    blocks = list(_BLOCK.finditer(before))
    if len(blocks) != len(list(_BLOCK.finditer(after))):
        return after
    was_sorted = iter([_is_sorted(block[0]) for block in blocks])
    return _BLOCK.sub(lambda block: _sorted(block[0]) if next(was_sorted) else block[0], after)


def _statements(block: str) -> list[str]:
    return _STATEMENT.findall(block)


def _is_sorted(block: str) -> bool:
    return _sorted(block) == block


def _sorted(block: str) -> str:
    return "".join(sorted(_statements(block), key=_key))


def _key(statement: str) -> tuple[bool, str, str]:
    keyword, module = statement.split()[:2]
    return keyword == "from", module.lower(), module
