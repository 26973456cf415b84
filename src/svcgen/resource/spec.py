"""Define a resource and its fields, as parsed from a command line."""

from collections.abc import Sequence
from dataclasses import dataclass

from svcgen.resource.fields.kind import Kind

# Separates two resources. It is a reserved word in Python, so no resource can have this name.
AND = "and"


@dataclass(frozen=True)
class Field:
    """A field.

    Attributes:
        name: The name as given.
        kind: The meaning of its type.
        optional: Whether null is allowed.
        unique: Whether no two rows may share a value.
        index: Whether the column has a plain index.
        default: Python source of the value when a request omits the field; empty if there is none.
        default_json: The default in a response.
        closes_cycle: Whether it is a reference that closes a cycle, so that its constraint is created after all tables.
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
        """The name of the column, the attribute and the JSON key."""
        return f"{self.name}_id" if self.kind.target else self.name

    @property
    def required(self) -> bool:
        """Whether a request must contain it."""
        return not self.optional and not self.default


@dataclass(frozen=True)
class Resource:
    """A resource.

    Attributes:
        name: Singular, in snake_case.
        plural: The name of its table, router and path.
        fields: The fields, in the order given.
        words: The words that it was parsed from.
        plural_given: Whether the plural was given on the command line.
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
        """The fields that refer to a resource, including this one."""
        return tuple(field for field in self.fields if field.kind.target)


def class_name(name: str) -> str:
    """Return the class name for a snake_case name."""
    return "".join(part.capitalize() for part in name.split("_"))


def arguments(resources: Sequence[Resource]) -> tuple[str, ...]:
    """Return the arguments of `svcgen add resource` that add resources."""
    words = [word for resource in resources for word in (AND, *resource.words)][1:]
    plurals = [f"--plural={resource.name}={resource.plural}" for resource in resources if resource.plural_given]
    return (*words, *plurals)


def listed(names: Sequence[str]) -> str:
    """Return names as a list in a sentence: car parts, invoices and people."""
    *others, last = (name.replace("_", " ") for name in names)
    return f"{', '.join(others)} and {last}" if others else last
