"""A resource and its fields, as read from the words of a command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from svcgen.resource.kinds import Kind

# Stands between two resources; a reserved word of Python, so the name of none.
AND = "and"


@dataclass(frozen=True)
class Field:
    """One field.

    Attributes:
        name: As given.
        kind: What its type means.
        optional: Whether it may be null.
        unique: Whether no two rows may share a value.
        index: Whether there is a plain index on it.
        default: Python source of what a request that leaves it out means; empty where there is none.
        default_json: What is read back then.
        closes_cycle: Whether it is a reference that leads back to where it starts: its constraint can be made only
            once all tables are there.
    """

    name: str
    kind: Kind
    optional: bool = False
    unique: bool = False
    index: bool = False
    default: str = ""
    default_json: str = ""
    closes_cycle: bool = False

    @property
    def column(self) -> str:
        """The name of the column, of the attribute and in JSON."""
        return f"{self.name}_id" if self.kind.target else self.name

    @property
    def required(self) -> bool:
        """Whether a request must have it."""
        return not self.optional and not self.default


@dataclass(frozen=True)
class Resource:
    """A resource.

    Attributes:
        name: Singular, snake_case.
        plural: What its table, its router and its path are called.
        fields: In the order given.
        words: What it was read from.
        plural_given: Whether its plural was said.
    """

    name: str
    plural: str
    fields: tuple[Field, ...]
    words: tuple[str, ...] = ()
    plural_given: bool = False

    @property
    def model(self) -> str:
        """The name of the class of the model."""
        return class_name(self.name)

    @property
    def references(self) -> tuple[Field, ...]:
        """The fields that refer to other resources, or to its own."""
        return tuple(field for field in self.fields if field.kind.target)


def class_name(name: str) -> str:
    """Return the name of a class for a snake_case name."""
    return "".join(part.capitalize() for part in name.split("_"))


def arguments(resources: Sequence[Resource]) -> tuple[str, ...]:
    """Return what `svcgen add resource` is to be given to add them."""
    words = [word for resource in resources for word in (AND, *resource.words)][1:]
    plurals = [f"--plural={resource.name}={resource.plural}" for resource in resources if resource.plural_given]
    return (*words, *plurals)


def listed(names: Sequence[str]) -> str:
    """Return names as people list them: car parts, invoices and people."""
    *others, last = (name.replace("_", " ") for name in names)
    return f"{', '.join(others)} and {last}" if others else last
