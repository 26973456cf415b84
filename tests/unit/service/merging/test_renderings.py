"""Renderings are brought into the form of the service's files before git compares them."""

import pytest

from svcgen.service.merging.line_endings import adapt, with_line_endings


@pytest.mark.parametrize(
    ("text", "like", "result"),
    [
        (b"a\nb\n", b"x\r\ny\r\n", b"a\r\nb\r\n"),
        (b"a\nb\n", b"x\r\ny\n", b"a\nb\n"),
        (b"a\nb\n", b"x\ny\n", b"a\nb\n"),
        (b"a\nb\n", b"", b"a\nb\n"),
        (b"a\nb\n", b"x", b"a\nb\n"),
        (b"a\r\nb\n", b"x\r\n", b"a\r\nb\n"),
    ],
)
def test_line_endings(text: bytes, like: bytes, result: bytes) -> None:
    assert with_line_endings(text, like) == result


def test_what_is_no_text_stays_as_it_is() -> None:
    assert adapt("logo.png", [b"\xff\n", b"\xfe\n"], b"\xff\r\n") == [b"\xff\n", b"\xfe\n"]


def test_every_rendering_is_adapted() -> None:
    assert adapt("app.py", [b"a\n", b"b\n"], b"c\r\n") == [b"a\r\n", b"b\r\n"]
