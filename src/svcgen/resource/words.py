"""Takes a field apart: `due:date:optional` is a type, its arguments, flags and settings."""

import difflib
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field

from svcgen.errors import SpecError
from svcgen.resource.vocabulary import FLAGS, MODIFIERS, SETTINGS, TYPES

# What may be meant as a modifier, and so is not the rest of a default with a colon in it, such as 08:30.
_WORD = re.compile(r"\s*[A-Za-z_][\w-]*(=.*)?", flags=re.DOTALL)


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
        SpecError: One is not a modifier, or is there twice.
    """
    words = Words(parts[0])
    last = ""
    for part in parts[1:]:
        key, equals, value = part.partition("=")
        if part in FLAGS or (equals and key in SETTINGS):
            if part in words.flags or key in words.settings:
                raise SpecError(f"{key} is there twice", hint=f"write {key} once")
            if equals and not value and key != "default":
                raise SpecError(f"{part} has no value", hint=f"such as {key}=10, or leave it out")
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
    """Return how many parts a type takes before its modifiers."""
    element = words.arguments[:1] if words.type == "list" else []
    return sum(TYPES[name].arguments for name in (words.type, *element) if name in TYPES)


def rejoin(words: Sequence[str]) -> list[str]:
    """Put together again what PowerShell splits at commas: there `decimal:12,2` arrives as two words.

    A word that has a comma was not split, and whatever follows it is a field.
    """
    fields: list[str] = []
    splits = False
    for word in words:
        _name, *rest = word.split(":")
        if splits and (not rest or rest[0].partition("=")[0] in {*FLAGS, *SETTINGS}):
            fields[-1] += f",{word}"
        else:
            fields.append(word)
            splits = "," not in word and any(name in rest[:2] for name in ("enum", "decimal"))
    return fields


def unknown(word: str, what: str, known: Collection[str]) -> SpecError:
    """Return the error for a word that is not known, with the nearest one that is."""
    key, equals, _value = word.lower().partition("=")
    near = difflib.get_close_matches(key + equals, known, n=1)
    allowed = f"known are: {', '.join(known)}"
    article = "an" if what[0] in "aeiou" else "a"
    return SpecError(
        f"{word or 'nothing'} is not {article} {what}", hint=f"did you mean {near[0]}? {allowed}" if near else allowed
    )
