"""Define what a field's type means in the model, the schemas and the tests.

Values for generated files are stored as Python source.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Literal

# Parses the value of `default=`. Returns it as Python source and as the JSON of a response.
ReadDefault = Callable[[str], tuple[str, str]]
# Turns a text, a number or a date into the nearest valid JSON value, as Python source.
Fit = Callable[[str], str]


@dataclass(frozen=True)
class Given:
    """The parts of a field on the command line that its type receives.

    Attributes:
        arguments: The parts after its name, such as the values of an enum.
        low: The value of `min=`.
        high: The value of `max=`.
        resource: The name of the resource.
        field: The name of the field.
    """

    arguments: tuple[str, ...] = ()
    low: str | None = None
    high: str | None = None
    resource: str = ""
    field: str = ""


@dataclass(frozen=True)
class Kind:
    """A type with its arguments and limits.

    Attributes:
        annotation: The Python type in the model.
        sample: A valid JSON value.
        other: Another valid JSON value.
        column: The SQLAlchemy type; empty if SQLAlchemy derives it from the annotation.
        optional_column: The SQLAlchemy type of an optional field, if it differs.
        element: The SQLAlchemy type inside an array; empty if it is `column`.
        schema: The type in requests; empty if it is the annotation.
        answer: The type in responses; empty if it is the annotation.
        limits: Arguments of Pydantic's Field.
        form: Further arguments of Annotated.
        check: An SQL check with `{}` for the column; empty if the column type is enough.
        limits_length: Whether the check is on a length, not on a range.
        unique: A valid JSON value for each `n` from 1; empty if there are too few different values.
        accepted: Further valid JSON values, each with its value in a response.
        refused: JSON values that return 422.
        nullable: Whether null is one of its own values.
        indexable: Whether a plain index can contain its values.
        index_hint: What to do if it can't.
        target: The resource that a reference points to.
        values: The values of an enum.
        read_default: Parses a default; None if the type does not accept one.
        example: The kind of examples that look like its values.
        fit: Fits an example to the limits; None if `sample` is the example.
    """

    annotation: str
    sample: str
    other: str
    column: str = ""
    optional_column: str = ""
    element: str = ""
    schema: str = ""
    answer: str = ""
    limits: tuple[str, ...] = ()
    form: str = ""
    check: str = ""
    limits_length: bool = False
    unique: str = ""
    accepted: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()
    nullable: bool = False
    indexable: bool = True
    index_hint: str = "write the index by hand"
    target: str = ""
    values: tuple[str, ...] = ()
    read_default: ReadDefault | None = None
    example: Literal["text", "number", "date"] = "number"
    fit: Fit | None = None

    @property
    def optional(self) -> "Kind":
        """The kind of an optional field."""
        return replace(self, column=self.optional_column or self.column)

    @property
    def read(self) -> str:
        """The type in a response."""
        return self.answer or self.annotation

    @property
    def sent(self) -> str:
        """The type in a request, with its limits."""
        base = f"Literal[{', '.join(self.values)}]" if self.values else self.schema or self.annotation
        form = f", {self.form}" if self.form else ""
        return f"Annotated[{base}, Field({', '.join(self.limits)}){form}]" if self.limits else base


def quoted(text: str) -> str:
    """Return the source of a Python string, in the quotes that formatters prefer."""
    return repr(text) if '"' in text else '"' + repr(text)[1:-1].replace("\\'", "'") + '"'


def same(*values: str) -> tuple[tuple[str, str], ...]:
    """Return values that a response returns as they were sent."""
    return tuple((value, value) for value in values)
