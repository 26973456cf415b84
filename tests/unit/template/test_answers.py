import pytest

from support.svcgen import ROOT
from svcgen.errors import AnswerError
from svcgen.template.answers import complete
from svcgen.template.questions import read_config

QUESTIONS = read_config(ROOT).questions


@pytest.mark.parametrize("name", ["ab", "billing", "zz-top", "a1", "a-1-b", "x" * 40])
def test_names_that_are_allowed(name: str) -> None:
    assert complete(QUESTIONS, {"service_name": name})["service_name"] == name


@pytest.mark.parametrize(
    ("name", "what", "hint"),
    [
        ("", "service name is missing", 'try "billing"'),
        ("../x", "must be a name, not a path", 'try "billing"'),
        ("/srv/orders", "must be a name, not a path", 'try "orders"'),
        ("Billing", "must be lower case", 'try "billing"'),
        ("my service", "must not contain spaces", 'try "my-service"'),
        ("café", "must contain only ASCII letters", 'try "caf"'),
        ("billing\n", "must not contain spaces", 'try "billing"'),
        ("1st", "must start with a letter", 'try "st"'),
        ("-x", "must start with a letter", 'try "billing"'),
        ("billing-", "must not end with a dash", 'try "billing"'),
        ("a--b", "must not contain two dashes in a row", 'try "a-b"'),
        ("a_b", "must contain only letters, digits and dashes", 'try "a-b"'),
        ("a.b", "must contain only letters, digits and dashes", 'try "a-b"'),
        ("{{x}}", "must start with a letter", 'try "billing"'),
        ("a", "must have at least 2 characters", 'try "a-service"'),
        ("x" * 41, "must have at most 40 characters, not 41", f'try "{"x" * 40}"'),
        ("JSON", "must be lower case", 'try "json-service"'),
        ("class", "is a Python keyword", 'try "class-service"'),
        ("json", "is a standard library module", 'try "json-service"'),
        ("fastapi", "is a dependency of the service", 'try "fastapi-service"'),
        ("app", "is a name that the service itself uses", 'try "app-service"'),
        ("tests", "is a name that the service itself uses", 'try "tests-service"'),
    ],
)
def test_names_that_are_refused(name: str, what: str, hint: str) -> None:
    with pytest.raises(AnswerError) as caught:
        complete(QUESTIONS, {"service_name": name})
    assert what in caught.value.message
    assert caught.value.message.startswith(f"service name {name!r}" if name else "service name is")
    assert caught.value.hint == hint
    if hint.startswith("try"):
        suggestion = hint.split('"')[1]
        assert complete(QUESTIONS, {"service_name": suggestion})["service_name"] == suggestion


@pytest.mark.parametrize(
    ("question", "value", "what"),
    [
        ("description", "two\nlines", "must be one line"),
        ("description", "\x1b[31m", "must be one line without control characters"),
        ("description", "\udcff", "must be one line without control characters"),
        ("description", " ", "is empty"),
        ("description", "x" * 501, "must have at most 500 characters, not 501"),
        ("owner", "", "owner is empty"),
        ("owner", "x" * 61, "must have at most 60 characters"),
        ("platform", "heroku", "platform 'heroku' is not one of: fly, railway"),
        ("python", "3.12", "python '3.12' is not one of: 3.13, 3.14"),
    ],
)
def test_other_answers_that_are_refused(question: str, value: str, what: str) -> None:
    with pytest.raises(AnswerError) as caught:
        complete(QUESTIONS, {"service_name": "billing", question: value})
    assert what in caught.value.message
    assert caught.value.message.startswith(question)
    assert caught.value.message.isprintable()


def test_a_choice_nearly_right_is_suggested() -> None:
    with pytest.raises(AnswerError) as caught:
        complete(QUESTIONS, {"service_name": "billing", "platform": "Fly"})
    assert caught.value.hint == "did you mean fly?"


def test_defaults() -> None:
    assert complete(QUESTIONS, {"service_name": "billing"}) == {
        "service_name": "billing",
        "description": "The billing service",
        "platform": "fly",
        "owner": "platform",
        "python": "3.13",
    }
