"""What an OpenAPI document can't tell Schemathesis: which rows there are. A reference to none is a 422."""

import os
from typing import Any

import requests
import schemathesis

REFERENCES = {"customer_id": "customers", "parent_id": "parcels"}


@schemathesis.hook
def before_call(_context: object, case: Any, _kwargs: object) -> None:
    """Let references that would be valid lead somewhere: to the row that they name, or else to the first one."""
    if not isinstance(case.body, dict):
        return
    for field, path in REFERENCES.items():
        key: Any = case.body.get(field)
        if type(key) in {int, float} and key % 1 == 0 and 0 < key < 2**63 and not exists(path, int(key)):
            case.body[field] = first(path)


def exists(path: str, key: int) -> bool:
    return get(f"{path}/{key}").status_code == requests.codes.ok


def first(path: str) -> int | None:
    """Return the id of the first row, if there is one."""
    rows = get(path).json()["items"]
    return int(rows[0]["id"]) if rows else None


def get(path: str) -> requests.Response:
    return requests.get(
        f"{os.environ['SERVICE_URL']}/{path}", headers={"X-API-Key": os.environ["SERVICE_KEY"]}, timeout=10
    )
