import keyword
import re
import sys
from pathlib import Path

import pytest

from support.svcgen import ROOT, Svcgen
from svcgen.template.questions import Question, read_config

QUESTIONS = read_config(ROOT).questions
RESERVED = next(question.default for question in QUESTIONS if question.name == "reserved_names")
CONSTRAINTS = sorted((ROOT / "src" / "svcgen" / "service" / "constraints").glob("*.txt"))


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_flag_for_each_question_that_is_asked(svcgen: Svcgen, question: Question) -> None:
    options = svcgen("new", "--help").stdout
    has_flag = re.search(rf"{question.flag}\b", options) is not None
    assert has_flag == (not question.computed and question.name != "service_name")
    for choice in question.choices:
        assert choice in options


def test_choices_are_those_that_svcgen_locks() -> None:
    (python,) = [question for question in QUESTIONS if question.name == "python"]
    assert list(python.choices) == [path.stem for path in CONSTRAINTS]


def test_keywords_are_reserved() -> None:
    assert set(RESERVED["Python keyword"]) >= {word for word in keyword.kwlist if word.islower()}


def test_the_standard_library_is_reserved() -> None:
    # With an underscore or in upper case it can be no service's name anyway.
    modules = {name for name in sys.stdlib_module_names if name.islower() and "_" not in name}
    assert modules <= {*RESERVED["standard library module"], *RESERVED_BEFORE_3_13}


# They left the standard library before the first Python that a service runs on.
RESERVED_BEFORE_3_13 = {
    "aifc", "asynchat", "asyncore", "audioop", "cgi", "cgitb", "chunk", "crypt", "distutils", "imghdr", "imp",
    "lib2to3", "mailcap", "msilib", "nis", "nntplib", "ossaudiodev", "pipes", "smtpd", "sndhdr", "spwd", "sunau",
    "telnetlib", "uu", "xdrlib",
}  # fmt: skip


@pytest.mark.parametrize("constraints", CONSTRAINTS, ids=lambda path: path.stem)
def test_dependencies_are_reserved(constraints: Path) -> None:
    packages = {line.split("==")[0] for line in constraints.read_text().splitlines() if line[:1].isalpha()}
    assert len(packages) > 30
    assert packages <= set(RESERVED["dependency of the service"])


def test_no_reserved_name_is_read_as_something_else() -> None:
    assert all(isinstance(name, str) for names in RESERVED.values() for name in names)
