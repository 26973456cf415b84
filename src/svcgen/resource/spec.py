"""A resource and its fields, as read from the words of a command line."""

from dataclasses import dataclass

from svcgen.resource.kinds import Kind


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
    """

    name: str
    kind: Kind
    optional: bool = False
    unique: bool = False
    index: bool = False
    default: str = ""
    default_json: str = ""

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
    def arguments(self) -> tuple[str, ...]:
        """What `svcgen add resource` is to be given to add it."""
        return (*self.words, "--plural", self.plural) if self.plural_given else self.words

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
