"""Holds what a service has answered against its OpenAPI document."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

# What no document can declare, as it is about what the document does not name.
UNKNOWN_PATH, UNKNOWN_METHOD = 404, 405
DOCUMENTATION = {"/docs", "/openapi.json"}


def undeclared(document: Mapping[str, Any], lines: Iterable[Mapping[str, Any]]) -> set[str]:
    """Return the answers of an access log that the document does not declare."""
    paths = {re.compile(re.sub(r"{\w+}", "[^/]+", path), re.DOTALL): path for path in document["paths"]}
    answers = {(line["method"], line["path"], line["status"]) for line in lines if line["event"] == "request"}
    found = set()
    for method, path, status in answers:
        operations = next((document["paths"][name] for form, name in paths.items() if form.fullmatch(path)), None)
        if path in DOCUMENTATION or (operations is None and status == UNKNOWN_PATH):
            continue
        if operations is None or method.lower() not in operations:
            found |= {f"{method} {path} {status}"} if status != UNKNOWN_METHOD else set()
        elif str(status) not in operations[method.lower()]["responses"]:
            found.add(f"{method} {path} {status}")
    return found
