"""Merge the answers file of a service in an update, and keep the team's own keys and comments."""

import re

import yaml

from svcgen.system.bounded import load_yaml

_KEY = re.compile(r"(?P<quote>['\"]?)([\w-]+)(?P=quote):")
_ALIASES = 10
_REMARK = re.compile(r"\s+#[^'\"\n]*$")


def merge_answers(base: str, service: str, rendered: str) -> str:
    """Return a new answers file with the comments, the order and the extra keys of the service's file.

    Args:
        base: The file that the old version of the template renders.
        service: The file in the service.
        rendered: The file that the new version of the template renders.
    """
    merged = _merge_lines(base, service, rendered)
    if _has(merged, load_yaml(rendered.encode())):
        return merged
    # The file does not have one line per key, such as in flow style: its keys are kept, but not its formatting.
    found, *known = (load_yaml(text.encode(), aliases=_ALIASES) for text in (service, base, rendered))
    extra = {key: value for key, value in found.items() if all(key not in answers for answers in known)}
    return rendered + (yaml.safe_dump(extra, allow_unicode=True, sort_keys=False) if extra else "")


def _has(text: str, answers: dict[str, object]) -> bool:
    try:
        found = load_yaml(text.encode(), aliases=_ALIASES)
    except ValueError:
        return False
    return isinstance(found, dict) and answers.items() <= found.items()


def _merge_lines(base: str, service: str, rendered: str) -> str:
    template, old = _blocks(rendered), _blocks(base)
    comments = [block for key, block in template.items() if not _is_key(key)]
    answers = {key: block for key, block in template.items() if _is_key(key)}
    lines = []
    for key, block in _blocks(service).items():
        if key in answers:
            lines.append(_with_remark(answers.pop(key), block))
        elif key not in old and key not in template:
            lines.append(block)
    return "".join((*comments, *lines, *answers.values()))


def _blocks(text: str) -> dict[str, str]:
    """Return the lines of each key by its name, and every other line by itself. Indented lines belong to their key."""
    blocks: dict[str, str] = {}
    last = ""
    for line in text.splitlines(keepends=True):
        whole = line if line.endswith("\n") else f"{line}\n"
        if last and whole[0] in " \t-" and _is_key(last):
            blocks[last] += whole
            continue
        match = _KEY.match(whole)
        last = match[2] if match else whole
        blocks[last] = blocks.get(last, "") + whole
    return blocks


def _is_key(name: str) -> bool:
    return not name.endswith("\n")


def _with_remark(block: str, before: str) -> str:
    remark = _REMARK.search(before.rstrip("\n")) if before.count("\n") == 1 else None
    return f"{block.rstrip()}{remark[0]}\n" if remark and block.count("\n") == 1 else block
