"""Update the names of files that the template has moved.

git finds a renamed file by its similarity, but a moved file may also be rewritten. So the template's copier.yml lists
its moves. Before the merge, the new names replace the old ones in the old rendering and the service, including
imports. Then neither a move nor a changed import is a difference between the three sides.
"""

import re
import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from svcgen.service.merging.merge_imports import sort_imports

_SOURCE = re.compile(r"^([ \t]*from )([\w.]+)(?= import\b)", re.MULTILINE)
_MEMBERS = re.compile(r"^([ \t]*)from ([\w.]+) import (\([^()#]*\)|[^()#\n]*?)([ \t]*#[^\n]*)?$", re.MULTILINE)
_IMPORT = re.compile(r"^([ \t]*import )([\w.]+)(?=[ \t]*(#[^\n]*)?\r?$)", re.MULTILINE)
_IMPORT_AS = re.compile(r"^([ \t]*import )([\w.]+)(?= as )", re.MULTILINE)
# `app.middleware` can be a module or an attribute of a FastAPI application.
_IMPORTED = "(?:(?<=from )|(?<=import ))"


@dataclass(frozen=True)
class Mention:
    """A line that names a file or module that the template has moved.

    Attributes:
        path: The file with the line, relative to the service.
        line: The number of the line, from 1.
        old: The old name.
        new: The new name.
    """

    path: str
    line: int
    old: str
    new: str

    @property
    def is_prose(self) -> bool:
        """Whether the file is text for people."""
        return PurePosixPath(self.path).suffix in {".md", ".rst", ".txt"}


class Moves:
    """The new path of each file that the template has moved.

    Args:
        files: The new paths by old path.
    """

    def __init__(self, files: Mapping[str, str]) -> None:
        """Derive the names of the modules."""
        self.files = dict(files)
        self._old = {new: old for old, new in files.items()}
        self._modules = {_module(old): _module(new) for old, new in files.items() if old.endswith(".py")}
        self._names = {**self.files, **self._modules}
        # In text, the bare name of a top-level file can also be the name of another file.
        paths, bare = _either(path for path in files if "/" in path), _either(path for path in files if "/" not in path)
        modules = _either(self._modules)
        # Relative to a document or to the root, but not in a folder of another name.
        self._path = re.compile(rf"{_boundary('/')}(?:{paths})(?![\w-])")
        self._string = re.compile(rf"""(?<=["'])(?:{modules})(?=(?:\.\w+)*(?::[\w.]+)?["'])""")
        self._bare = re.compile(rf"{_boundary('')}(?:{bare})(?![\w-])")
        self._imported = re.compile(rf"{_IMPORTED}(?:{modules})(?!\w)")
        self._dotted = re.compile(rf"{_boundary('')}(?:{modules})(?![\w-])")

    @property
    def words(self) -> list[str]:
        """A word for each moved file that occurs in every text that names it."""
        return sorted({PurePosixPath(path).stem.lstrip(".") for path in self.files})

    def rewrite(self, path: str, text: str) -> str:
        """Return a text with the new names of moved files.

        Args:
            path: The file's path after the moves.
            text: Its content.
        """
        if not self.files:
            return text
        text = self._path.sub(lambda match: self.files[match[0]], text)
        return self._python(path, text) if path.endswith(".py") else text

    def mentions(self, path: str, text: str, known: Collection[str] = ()) -> list[Mention]:
        """Return the lines that name moved files and that `rewrite` leaves to a person.

        Args:
            path: The file.
            text: Its content.
            known: Lines to skip, because the template has them.
        """
        patterns = (self._path, self._bare, self._imported if path.endswith(".py") else self._dotted)
        return [
            Mention(path, number, match[0], self._names[match[0]])
            for number, line in enumerate(text.splitlines(), 1)
            if line not in known
            for pattern in patterns
            for match in pattern.finditer(line)
        ]

    def _python(self, path: str, text: str) -> str:
        where = PurePosixPath(self._old.get(path, path))
        used = {match[2] for match in _IMPORT.finditer(text)} & self._modules.keys()
        changed = _MEMBERS.sub(lambda match: self._members(match, where), text)
        changed = _SOURCE.sub(lambda match: match[1] + self._source(match[2], where), changed)
        for pattern in (_IMPORT, _IMPORT_AS):
            changed = pattern.sub(lambda match: match[1] + self._modules.get(match[2], match[2]), changed)
        for module in used:
            changed = re.sub(rf"(?<![\w.]){re.escape(module)}(?=\.\w)", self._modules[module], changed)
        changed = self._string.sub(lambda match: self._modules[match[0]], changed)
        return changed if changed == text else sort_imports(text, changed)

    def _source(self, package: str, where: PurePosixPath) -> str:
        absolute = _absolute(package, where)
        # From the new path of its file, a relative import means another package.
        unmoved = absolute if str(where) in self.files else package
        return self._modules.get(absolute, unmoved)

    def _members(self, match: re.Match[str], where: PurePosixPath) -> str:
        indent, package, listed, comment = match.groups()
        absolute = _absolute(package, where)
        items = [item.strip() for item in listed.strip("()").split(",") if item.strip()]
        elsewhere = [item for item in items if f"{absolute}.{item.split()[0]}" in self._modules]
        if not elsewhere:
            return match[0]
        sources: dict[str, list[str]] = {}
        for item in items:
            source, name = self._member(absolute, item) if item in elsewhere else (package, item)
            sources.setdefault(source, []).append(name)
        statements = [f"from {source} import {', '.join(names)}" for source, names in sources.items()]
        return "\n".join(f"{indent}{statement}{comment or ''}" for statement in statements)

    def _member(self, package: str, item: str) -> tuple[str, str]:
        name, _, alias = item.partition(" as ")
        parent, _, renamed = self._modules[f"{package}.{name}"].rpartition(".")
        alias = alias.strip() or name
        return parent, renamed if alias == renamed else f"{renamed} as {alias}"


def imports(text: str, path: str) -> bool:
    """Return whether a text imports a module, or has its name in a string.

    Args:
        text: Lines of Python.
        path: The file, relative to the service.
    """
    module = _module(path)
    package, _, name = module.rpartition(".")
    statement = rf"^[ \t]*(?:from|import) {re.escape(module)}(?!\w)"
    member = rf"^[ \t]*from {re.escape(package)} import (?:\([^()]*|[^()\n]*)(?<!\w){name}(?!\w)"
    string = rf"""["']{re.escape(module)}["'.:]"""
    return bool(re.search(f"{statement}|{member}|{string}", text, re.MULTILINE))


def _module(path: str) -> str:
    return path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def fix_command(mentions: Sequence[Mention]) -> str:
    """Return the shell command that updates the names in lines."""
    code = [mention for mention in mentions if mention.path.endswith(".py")]
    text = [mention for mention in mentions if mention not in code]
    return "; ".join(_perl(some, is_code=some is code) for some in (code, text) if some)


def _perl(mentions: Sequence[Mention], *, is_code: bool) -> str:
    names = sorted({(mention.old, mention.new) for mention in mentions})
    starts = {old: _IMPORTED if is_code and not old.endswith((".py", ".toml")) else _boundary(old) for old, _ in names}
    edits = "; ".join(f"s{{{starts[old]}{_pattern(old)}(?![\\w-])}}{{{_text(new)}}}g" for old, new in names)
    return shlex.join(["perl", "-pi", "-e", edits, "--", *sorted({mention.path for mention in mentions})])


def _pattern(name: str) -> str:
    return re.escape(name).replace("@", r"\@")  # which starts a variable of Perl, or code


def _text(name: str) -> str:
    return re.sub(r"([\\$@{}])", r"\\\1", name)


def _boundary(name: str) -> str:
    """Return a pattern for what can precede a name: not a folder, but in a path `.`, `..` or `/`."""
    return r"(?<![\w-])(?<![\w-]/)" if "/" in name else r"(?<![\w./-])"


def _absolute(package: str, path: PurePosixPath) -> str:
    """Return the absolute name of a package in an import, which can be relative to its file."""
    name = package.lstrip(".")
    level = len(package) - len(name)
    if not level:
        return package
    parents = path.parts[:-1]
    return ".".join([*parents[: len(parents) - level + 1], *([name] if name else [])])


def _either(names: Iterable[str]) -> str:
    """Return a pattern for any of the names; without names, it matches nothing."""
    return "|".join(map(re.escape, sorted(names, key=len, reverse=True))) or "(?!)"
