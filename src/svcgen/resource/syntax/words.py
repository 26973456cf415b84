"""Split a field into words: `due:date:optional` is a type, its arguments, flags and settings."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from svcgen.errors import SpecError
from svcgen.resource.fields.registry import FIELD_TYPES
from svcgen.resource.vocabulary import FLAGS, MODIFIERS, SETTINGS, unknown

# May be a misspelled modifier, so it is never the rest of a default that contains a colon, such as 08:30.
_WORD = re.compile(r"\s*[A-Za-z_][\w-]*(=.*)?", flags=re.DOTALL)


@dataclass
class Words:
    """The parts of a field after its name."""

    type: str
    arguments: list[str] = field(default_factory=list)
    flags: list[str] = field(default_factory=list)
    settings: dict[str, str] = field(default_factory=dict)

    @property
    def low(self) -> str | None:
        """The value of `min=`."""
        return self.settings.get("min")

    @property
    def high(self) -> str | None:
        """The value of `max=`."""
        return self.settings.get("max")


def take_apart(parts: Sequence[str]) -> Words:
    """Sort the parts of a field after its name.

    Raises:
        SpecError: A part is not a modifier, or is given twice.
    """
    words = Words(parts[0])
    last = ""
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        if part in FLAGS or (equals and key in SETTINGS):
            if part in words.flags or key in words.settings:
                raise SpecError(f"{key} is given twice", hint="remove one of them")
            if equals and not value and key != "default":
                raise SpecError(f"{part} needs a value", hint=f"for example {key}=10; or remove it")
            if equals:
                words.settings[key] = value
            else:
                words.flags.append(part)
            last = key
        elif last == "default" and parts[-1] and not _WORD.fullmatch(part):
            words.settings[last] += f":{part}"
        elif last or len(words.arguments) == _arguments_of(words):
            raise unknown(part, "modifier", MODIFIERS)
        else:
            words.arguments.append(part)
    return words


def _arguments_of(words: Words) -> int:
    """Return how many arguments a type takes before its modifiers."""
    element = words.arguments[:1] if words.type == "list" else []
    return sum(FIELD_TYPES[name].arguments for name in (words.type, *element) if name in FIELD_TYPES)


def rejoin(words: Sequence[str]) -> list[str]:
    """Rejoin words that PowerShell splits at commas: it passes `decimal:12,2` as two words.

    A word that contains a comma was not split, so the word after it is a field.
    """
    fields: list[str] = []
    splits = False
    for word in words:
        _name, *rest = word.split(":")
        if splits and (not rest or rest[0].partition("=")[0] in {*FLAGS, *SETTINGS}):
            fields[-1] += f",{word}"
        else:
            fields.append(word)
            splits = "," not in word and any(FIELD_TYPES[name].commas for name in rest[:2] if name in FIELD_TYPES)
    return fields
