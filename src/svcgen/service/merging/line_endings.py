"""Apply the line endings, rows and imports of a service to renderings of the template."""

from collections.abc import Sequence

from svcgen.service.merging.merge_imports import with_own_imports
from svcgen.service.merging.own_rows import with_own_rows


def adapt(path: str, renderings: Sequence[bytes], service: bytes) -> list[bytes]:
    """Return renderings of a file with the service's own rows, imports and line endings.

    Args:
        path: The file.
        renderings: Its renderings.
        service: The service's own version.
    """
    try:
        ours = service.decode().replace("\r\n", "\n")
        texts = with_own_rows(path, [text.decode() for text in renderings], ours)
    except UnicodeDecodeError:
        return list(renderings)
    if path.endswith(".py") and len(texts) == 2:  # noqa: PLR2004  # of a merge
        texts = [*with_own_imports(texts[0], texts[1], ours)]
    return [with_line_endings(text.encode(), service) for text in texts]


def with_line_endings(text: bytes, like: bytes) -> bytes:
    """Return a text with CRLF line endings, if all line endings of another text are CRLF.

    Args:
        text: The text.
        like: The other text.
    """
    if b"\r" in text or not like.count(b"\n") or like.count(b"\r\n") != like.count(b"\n"):
        return text
    return text.replace(b"\n", b"\r\n")
