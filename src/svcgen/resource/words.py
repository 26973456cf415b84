"""Takes a field apart: `due:date:optional` is a type, its arguments, flags and settings."""

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from svcgen.errors import SpecError

TYPES = (
    *("str", "text", "int", "bigint", "float", "decimal", "bool", "date", "datetime", "time", "uuid", "json"),
    *("enum", "ref", "list"),
)
FLAGS = ("optional", "unique", "index")
SETTINGS = ("default", "min", "max")
MODIFIERS = (*FLAGS, *(f"{setting}=" for setting in SETTINGS))


@dataclass
class Words:
    """The parts of one field after its name."""

    type: str
    arguments: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def low(self) -> str | None:
        """What `min=` says."""
        return self.settings.get("min")

    @property
    def high(self) -> str | None:
        """What `max=` says."""
        return self.settings.get("max")


def take_apart(parts: Sequence[str]) -> Words:
    """Sort the parts of a field that stand after its name.

    Raises:
        SpecError: One is no modifier, or is there twice.
    """
    words = Words(parts[0])
    last = ""
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        is_setting = bool(equals) and key in SETTINGS
        if part in FLAGS or is_setting:
            if part in words.flags or key in words.settings:
                raise SpecError(f"{key} is there twice", hint="say it once")
            if is_setting:
                words.settings[key] = value
            else:
                words.flags.append(part)
            last = key
        elif last in SETTINGS:
            # A value may hold colons, as 12:30 does.
            words.settings[last] += f":{part}"
        elif last:
            raise unknown(part, "modifier", MODIFIERS)
        else:
            words.arguments.append(part)
    return words


def rejoin(words: Sequence[str]) -> list[str]:
    """Put together again what PowerShell splits at commas: there `decimal:12,2` arrives as two words."""
    fields: list[str] = []
    for word in words:
        _name, *rest = word.split(":")
        splits = bool(fields) and any(kind in fields[-1].split(":")[1:3] for kind in ("enum", "decimal"))
        if splits and not (rest and rest[0] in TYPES):
            fields[-1] += f",{word}"
        else:
            fields.append(word)
    return fields


def unknown(word: str, what: str, known: Collection[str]) -> SpecError:
    """Return the error for a word that is not known, with the nearest one that is."""
    near = difflib.get_close_matches(word, known, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are: {', '.join(known)}"
    return SpecError(f"{word or 'nothing'} is no {what}", hint=hint)
