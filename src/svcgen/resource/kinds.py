"""What each type of field means: in the model, in the schemas and in the tests.

Whatever goes into a generated file stands here as Python source.
"""

from collections.abc import Callable
from dataclasses import dataclass

# Reads what stands after `default=`; returns it as Python source and as the JSON that is read back.
ReadDefault = Callable[[str], tuple[str, str]]
# Turns a text, a number or a date into the nearest valid JSON value, as Python source.
Fit = Callable[[str], str]


@dataclass(frozen=True)
class Kind:
    """One type with its arguments and limits.

    Attributes:
        annotation: The Python type in the model.
        sample: A valid JSON value.
        other: Another one.
        column: The SQLAlchemy type; empty where the annotation says it.
        schema: The type in what is sent; the annotation where empty.
        answer: The type in what is read, likewise.
        limits: Arguments of Pydantic's Field.
        form: What else stands in the Annotated.
        check: SQL that holds for every value, with `{}` for the column; empty where the type says it all.
        unique: A valid JSON value for each `n` from 1 on; empty where rows can't differ enough.
        accepted: Further valid JSON values, and what is read afterwards.
        refused: JSON values that are a 422.
        indexable: Whether a plain index can hold it.
        target: The resource that it refers to.
        values: Those of an enum.
        read_default: How a default is read; None where there can be none.
        fit: How an example is fitted to the limits; None where `sample` is one.
    """

    annotation: str
    sample: str
    other: str
    column: str = ""
    schema: str = ""
    answer: str = ""
    limits: tuple[str, ...] = ()
    form: str = ""
    check: str = ""
    unique: str = ""
    accepted: tuple[tuple[str, str], ...] = ()
    refused: tuple[str, ...] = ()
    indexable: bool = True
    target: str = ""
    values: tuple[str, ...] = ()
    read_default: ReadDefault | None = None
    fit: Fit | None = None

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
    """Return text as the source of a Python string, in the quotes that formatters prefer."""
    return repr(text) if '"' in text else '"' + repr(text)[1:-1].replace("\\'", "'") + '"'


def same(*values: str) -> tuple[tuple[str, str], ...]:
    """Return values that are read as they were sent."""
    return tuple((value, value) for value in values)
