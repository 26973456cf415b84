"""The shapes of docs/json.md, and whether a value has one of them."""

import json
import re
from functools import cache
from pathlib import Path
from typing import Any

PAGE = Path(__file__).parents[2] / "docs" / "json.md"
COMMANDS = ("new", "add resource", "update", "status")
_PLAIN: dict[str, type | tuple[type, ...]] = {
    "string": str,
    "integer": int,
    "number": (int, float),
    "boolean": bool,
    "null": type(None),
}


@cache
def shapes() -> dict[str, dict[str, str]]:
    """Each shape by its name, as its fields and their types."""
    sections = re.split(r"^## (.+)$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    return {
        name: dict(re.findall(r"^\| `(\w+)` \| (.+?) \| ", text, flags=re.MULTILINE))
        for name, text in zip(sections[::2], sections[1::2], strict=True)
    }


def check_output(arguments: tuple[str, ...], output: str) -> None:
    """Compare what a command printed to standard output with the shape of that command."""
    (line,) = output.splitlines()
    value = json.loads(line)
    command = next((name for name in COMMANDS if " ".join(arguments).startswith(name)), "")
    problem = mismatch(value, "error" if "error" in value else command)
    assert problem is None, f"{problem} in the output of {' '.join(arguments)}"
    assert value["schema_version"] == 1
    assert value["ok"] is (value["exit_code"] == 0)


def mismatch(value: Any, shape: str) -> str | None:
    """Return where an object differs from a shape, or None."""
    fields = shapes()[shape]
    if not isinstance(value, dict) or value.keys() != fields.keys():
        found = set(value) ^ set(fields) if isinstance(value, dict) else value
        return f"{shape}: {found}"
    wrong = (
        f"{shape}.{name}: {value[name]!r} is not: {kind}" for name, kind in fields.items() if not _is(value[name], kind)
    )
    return next(wrong, None)


def _is(value: Any, kind: str) -> bool:
    if match := re.fullmatch(r"(list|map) of (.+?)( or null)?", kind):
        container, of, null = match.groups()
        if value is None:
            return null is not None
        if container == "list":
            return isinstance(value, list | tuple) and all(_is(item, of) for item in value)
        return isinstance(value, dict) and all(_is(item, of) for item in value.values())
    if " or " in kind:
        return any(_is(value, one) for one in kind.split(" or "))
    if link := re.fullmatch(r"\[(.+)\]\(#(.+)\)", kind):
        name, anchor = link.groups()
        return anchor == name.replace(" ", "-") and mismatch(value, name) is None
    return isinstance(value, _PLAIN[kind]) and (kind == "boolean" or not isinstance(value, bool))
