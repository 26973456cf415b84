"""The documents of svcgen and of a service are written in short sentences and in the field's usual terms."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from support.svcgen import ROOT

DOCUMENTS = [
    *(path for path in (ROOT / "template").rglob("*.md*") if path.suffix != ".mako"),
    *(ROOT / "docs").glob("*.md"),
    *(ROOT / name for name in ("AGENTS.md", "CONTRIBUTING.md", "SECURITY.md", "tests/README.md")),
]
MOST_WORDS = 30
# Translated rather than written: each has a plain term.
UNIDIOMATIC = re.compile(
    r"\b(?:anew|mends?|[Nn]obody|put right|so many|tells? (?:of|that|whether)|under way|who waits|what is to)\b"
)


def sentences(document: Path) -> Iterator[str]:
    """Yield each sentence, item and cell, without code."""
    text = re.sub(
        r"^( *)```.*?^\1```|\{%.*?%\}", "", document.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL
    )
    for block in re.split(r"\n\n|\n(?=\W*[-\d|#])", text):
        for part in block.split("|") if block.startswith("|") else [block]:
            yield from re.split(r"(?<=[.!?:;])\s+", " ".join(part.split()))


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_document(document: Path) -> None:
    found = list(sentences(document))

    assert found
    assert [sentence for sentence in found if len(sentence.split()) > MOST_WORDS] == []
    assert [sentence for sentence in found if UNIDIOMATIC.search(sentence)] == []
