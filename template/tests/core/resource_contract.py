"""The contract of a resource: the tests that all resources share, one class for each operation.

The test file of a resource declares what is particular to it and inherits the tests:

    class TestInvoices(ResourceContract):
        resource = Resource(path="/invoices", make_body=invoice_body, make_row=make_invoice, ...)

Where a resource differs, define that test again in its class. Where it lacks an operation, inherit from the classes of
the others in place of ResourceContract.
"""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import batched
from typing import Any, ClassVar, Protocol

import pytest
from fastapi import FastAPI
from httpx import AsyncClient, Response
from pydantic import JsonValue
from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession
from sqlalchemy.orm.attributes import flag_modified

type Body = dict[str, JsonValue]

LARGEST_ID = 2**63 - 1
UNKNOWN_IDS = {LARGEST_ID: 404, LARGEST_ID + 1: 422}
# Pydantic reads all of them as integers.
OTHER_NUMERALS = ("1_0", "+1", "1.0", "01")
BAD_PAGES = [(0, 0), (101, LARGEST_ID + 1), *zip(OTHER_NUMERALS, OTHER_NUMERALS, strict=True)]
# The problem of a 422 names at most 50 fields.
FIELDS_AT_ONCE = 40
DOCUMENTED_STATUSES = {
    ("", "post"): {"201", "409", "422"},
    ("", "get"): {"200", "422"},
    ("/{id}", "get"): {"200", "404", "422"},
    ("/{id}", "patch"): {"200", "404", "409", "412", "422"},
    ("/{id}", "put"): {"200", "404", "409", "412", "422"},
    ("/{id}", "delete"): {"204", "404", "409", "412", "422"},
}


class Row(Protocol):
    id: int


@dataclass(frozen=True)
class Reference:
    """A field that holds the id of another row.

    Attributes:
        make_row: Stores a row to refer to.
        path: Where such rows are listed, if their resource serves DELETE.
    """

    make_row: Callable[[AsyncSession], Awaitable[Row]]
    path: str | None = None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """What is particular to a resource.

    Attributes:
        path: Where its rows are listed.
        make_body: Returns a valid body for POST; no two of them share the value of a unique field.
        make_row: Stores a row.
        change: A body for PATCH that changes every row; see also Contract.change.
        defaults: The values of omitted fields. Fields without a default are required.
        unique: Fields whose value no two rows share.
        references: Fields that hold the id of another row.
        accepted: Valid values of a field.
        normalized: Valid values that are not read as they were sent: the field, what is sent, what is read.
        refused: Invalid values of a field.
    """

    path: str
    make_body: Callable[..., Awaitable[Body]]
    make_row: Callable[..., Awaitable[Row]]
    change: Body = field(default_factory=dict)
    defaults: Body = field(default_factory=dict)
    unique: Sequence[str] = ()
    references: Mapping[str, Reference] = field(default_factory=dict)
    accepted: Mapping[str, Sequence[JsonValue]] = field(default_factory=dict)
    normalized: Sequence[tuple[str, JsonValue, JsonValue]] = ()
    refused: Mapping[str, Sequence[JsonValue]] = field(default_factory=dict)


def side_by_side(values: Mapping[str, Sequence[JsonValue]]) -> Iterator[Body]:
    """Yield bodies with the first values of all fields, with the second ones..., which saves requests."""
    for names in batched(values, FIELDS_AT_ONCE, strict=False):
        for number in range(max(len(values[name]) for name in names)):
            yield {name: values[name][number] for name in names if number < len(values[name])}


def invalid_fields(response: Response) -> set[str]:
    """Return the fields that the problem of a 422 names."""
    assert response.status_code == 422, response.text
    return {error["location"][1] for error in response.json()["errors"]}


def examples(document: dict[str, Any], part: dict[str, Any]) -> list[Body]:
    """Return the examples of the schema of a request body or a response."""
    schema = part["content"]["application/json"]["schema"]["$ref"].rpartition("/")[2]
    found: list[Body] = document["components"]["schemas"][schema].get("examples", [])
    return found


class Contract:
    """What the tests of all operations use."""

    resource: ClassVar[Resource]

    client: AsyncClient
    session: AsyncSession
    subtests: pytest.Subtests

    @pytest.fixture(autouse=True)
    def prepare(self, client: AsyncClient, session: AsyncSession, subtests: pytest.Subtests) -> None:
        self.client, self.session, self.subtests = client, session, subtests

    async def change(self) -> Body:
        """Return a body for PATCH that changes every row. Override it where the value has to differ each time."""
        return self.resource.change

    async def body(self, **changes: JsonValue) -> Body:
        return await self.resource.make_body(self.session, **changes)

    async def required(self) -> Body:
        """Return a valid body without optional fields."""
        return {name: value for name, value in (await self.body()).items() if name not in self.resource.defaults}

    async def stored(self) -> str:
        """Store a row and return its path."""
        return f"{self.resource.path}/{(await self.resource.make_row(self.session)).id}"

    async def create(self, **changes: JsonValue) -> Response:
        created = await self.client.post(self.resource.path, json=await self.body(**changes))
        assert created.status_code == 201, created.text
        return created

    def refused(self) -> dict[str, Sequence[JsonValue]]:
        """Return the invalid values of each field."""
        ids: Sequence[JsonValue] = (0, LARGEST_ID + 1, "first")
        references = {name: (*ids, *self.resource.refused.get(name, ())) for name in self.resource.references}
        return {"not_a_field": [1], **self.resource.refused, **references}

    async def referred(self, name: str) -> int:
        """Store a row that a field can refer to, and return its id."""
        return (await self.resource.references[name].make_row(self.session)).id

    async def taken(self, name: str) -> Body:
        """Store a row and return its value of a unique field."""
        value: Body = {name: await self.referred(name)} if name in self.resource.references else {}
        return {name: (await self.create(**value)).json()[name]}

    async def assert_unknown(self, method: str, body: Body) -> None:
        for key, status in UNKNOWN_IDS.items():
            with self.subtests.test(id=key):
                response = await self.client.request(method, f"{self.resource.path}/{key}", json=body)
                assert response.status_code == status, response.text

    async def assert_conditions(self, method: str, body: Body, *unmet: tuple[str, str]) -> None:
        """Assert that a row in version 1 is changed where the headers allow it, and nowhere else."""
        path = await self.stored()
        for header, tags in unmet:
            with self.subtests.test(header=header, tags=tags):
                refused = await self.client.request(method, path, json=body, headers={header: tags})
                assert refused.status_code == 412, refused.text
        headers = {"If-Match": '"7", "1"', "If-None-Match": '"2"'}
        response = await self.client.request(method, path, json=body, headers=headers)
        assert response.is_success, response.text

    def test_documented_statuses(self, app: FastAPI) -> None:
        paths = {re.sub(r"{\w+}", "{id}", path): methods for path, methods in app.openapi()["paths"].items()}
        for (suffix, method), statuses in DOCUMENTED_STATUSES.items():
            with self.subtests.test(method=method, path=suffix):
                responses = paths[self.resource.path + suffix][method]["responses"]
                assert set(responses) >= statuses
                problems = [responses[status]["content"] for status in statuses if status >= "400"]
                assert all("application/problem+json" in problem for problem in problems)


class CreateContract(Contract):
    """POST of a body."""

    async def test_create(self) -> None:
        body = await self.body()
        created = await self.create(**body)

        assert created.json() == created.json() | body
        assert created.json()["created_at"] == created.json()["updated_at"]
        assert created.headers["location"] == f"{self.resource.path}/{created.json()['id']}"
        assert created.headers["etag"] == '"1"'
        assert (await self.client.get(created.headers["location"])).json() == created.json()

    async def test_create_with_defaults(self) -> None:
        created = await self.client.post(self.resource.path, json=await self.required())

        assert created.status_code == 201, created.text
        assert created.json() == created.json() | self.resource.defaults

    async def test_create_accepts(self) -> None:
        for values in side_by_side(self.resource.accepted):
            created = await self.create(**values)
            assert created.json() == created.json() | values
        for name, sent, read in self.resource.normalized:
            assert (await self.create(**{name: sent})).json()[name] == read

    async def test_create_refuses(self) -> None:
        body = await self.body()
        for values in side_by_side(self.refused()):
            with self.subtests.test(values=values):
                refused = await self.client.post(self.resource.path, json=body | values)
                assert invalid_fields(refused) == values.keys()

        assert (await self.client.get(self.resource.path)).json()["items"] == []

    async def test_create_requires(self) -> None:
        body = await self.required()
        for names in batched(body, FIELDS_AT_ONCE, strict=False):
            others = {name: value for name, value in body.items() if name not in names}
            assert invalid_fields(await self.client.post(self.resource.path, json=others)) == set(names)

    async def test_create_unique(self) -> None:
        for name in self.resource.unique:
            with self.subtests.test(field=name):
                body = await self.body(**await self.taken(name))
                refused = await self.client.post(self.resource.path, json=body)
                assert refused.status_code == 409, refused.text

    async def test_create_with_unknown_reference(self) -> None:
        for name in self.resource.references:
            with self.subtests.test(field=name):
                body = await self.body(**{name: LARGEST_ID})
                assert invalid_fields(await self.client.post(self.resource.path, json=body)) == {name}

    async def test_referenced_rows_are_not_deleted(self) -> None:
        for name, reference in self.resource.references.items():
            if reference.path is None:
                continue
            with self.subtests.test(field=name):
                created = await self.create(**{name: await self.referred(name)})
                refused = await self.client.delete(f"{reference.path}/{created.json()[name]}")
                assert refused.status_code == 409, refused.text

    async def test_documented_example(self, app: FastAPI) -> None:
        document = app.openapi()
        post = document["paths"][self.resource.path]["post"]
        # A new database has none of the rows that the example refers to.
        references = {
            name: await self.referred(name) for name in self.resource.references.keys() - self.resource.defaults
        }
        for example in examples(document, post["requestBody"]):
            body = example | references
            created = await self.client.post(self.resource.path, json=body)
            assert created.status_code == 201, created.text
            assert created.json() == created.json() | body
            for response in examples(document, post["responses"]["201"]):
                assert response.keys() <= created.json().keys()


class ListContract(Contract):
    """GET of the rows, a page at a time."""

    async def pages(self, limit: int) -> list[list[dict[str, Any]]]:
        params: dict[str, int] = {"limit": limit}
        pages = []
        for _ in range(9):
            page = (await self.client.get(self.resource.path, params=params)).json()
            pages.append(page["items"])
            if page["next_after"] is None:
                break
            params["after"] = page["next_after"]
        return pages

    async def test_list(self) -> None:
        rows: list[Row] = []
        for more in (0, 4, 1):
            rows += [await self.resource.make_row(self.session) for _ in range(more)]
            for row in rows[:1]:
                flag_modified(row, "created_at")  # Postgres puts the new version of a row behind the others
            await self.session.commit()
            with self.subtests.test(rows=len(rows)):
                pages = await self.pages(limit=2)
                assert [item["id"] for page in pages for item in page] == [row.id for row in rows]
                assert all(len(page) == 2 for page in pages[:-1])

    async def test_list_refuses(self) -> None:
        for limit, after in BAD_PAGES:
            with self.subtests.test(limit=limit, after=after):
                refused = await self.client.get(self.resource.path, params={"limit": str(limit), "after": str(after)})
                assert invalid_fields(refused) == {"limit", "after"}

    async def test_list_of_more_rows_takes_no_more_queries(self, connection: AsyncConnection) -> None:
        queries: list[str] = []
        event.listen(connection.sync_connection, "before_cursor_execute", lambda *args: queries.append(args[2]))
        counts = []
        for more in (1, 3):
            for _ in range(more):
                await self.resource.make_row(self.session)
            queries.clear()
            await self.client.get(self.resource.path, params={"limit": 100})
            counts.append(len(queries))

        assert counts[0] == counts[1], queries


class ReadContract(Contract):
    """GET of a row."""

    async def test_read(self) -> None:
        path = await self.stored()
        read = await self.client.get(path)

        assert read.status_code == 200, read.text
        assert read.headers["etag"] == '"1"'
        assert path.endswith(f"/{read.json()['id']}")

    async def test_read_if_none_match(self) -> None:
        path = await self.stored()
        for tags in ('W/"1"', '"7", "1"', "*"):
            with self.subtests.test(tags=tags):
                read = await self.client.get(path, headers={"If-None-Match": tags})
                assert (read.status_code, read.content, read.headers["etag"]) == (304, b"", '"1"')

        assert (await self.client.get(path, headers={"If-None-Match": '"2"'})).status_code == 200

    async def test_read_unknown(self) -> None:
        await self.assert_unknown("GET", {})
        for key in (0, "x", *OTHER_NUMERALS):
            with self.subtests.test(id=key):
                assert (await self.client.get(f"{self.resource.path}/{key}")).status_code == 422


class UpdateContract(Contract):
    """PATCH of a row."""

    async def test_update(self) -> None:
        path, change = await self.stored(), await self.change()
        before = (await self.client.get(path)).json()
        updated = await self.client.patch(path, json=change)

        assert updated.status_code == 200, updated.text
        assert updated.json() == before | change | {"version": 2, "updated_at": updated.json()["updated_at"]}
        assert updated.headers["etag"] == '"2"'
        assert (await self.client.get(path)).json() == updated.json()

    async def test_update_of_nothing(self) -> None:
        path = await self.stored()
        before = (await self.client.get(path)).json()
        updated = await self.client.patch(path, json={})

        assert (updated.status_code, updated.json(), updated.headers["etag"]) == (200, before, '"1"')

    async def test_update_accepts(self) -> None:
        path = await self.stored()
        for values in side_by_side(self.resource.accepted):
            updated = await self.client.patch(path, json=values)
            assert updated.status_code == 200, updated.text
            assert updated.json() == updated.json() | values

    async def test_update_refuses(self) -> None:
        path = await self.stored()
        for values in side_by_side(self.refused()):
            with self.subtests.test(values=values):
                assert invalid_fields(await self.client.patch(path, json=values)) == values.keys()

    async def test_update_unique(self) -> None:
        path = await self.stored()
        for name in self.resource.unique:
            with self.subtests.test(field=name):
                refused = await self.client.patch(path, json=await self.taken(name))
                assert refused.status_code == 409, refused.text

    async def test_update_with_unknown_reference(self) -> None:
        path = await self.stored()
        for name in self.resource.references:
            with self.subtests.test(field=name):
                assert invalid_fields(await self.client.patch(path, json={name: LARGEST_ID})) == {name}

    async def test_update_unknown(self) -> None:
        await self.assert_unknown("PATCH", {})

    async def test_update_conditions(self) -> None:
        await self.assert_conditions(
            "PATCH",
            await self.change(),
            *(("If-Match", tags) for tags in ('"2"', 'W/"1"', "")),
            *(("If-None-Match", tags) for tags in ('W/"1"', '"7", "1"', "*")),
        )

    async def test_one_of_concurrent_updates_wins(self, committing_client: AsyncClient, engine: AsyncEngine) -> None:
        async with AsyncSession(engine, expire_on_commit=False) as self.session:
            path = await self.stored()
            changes = [await self.change() for _ in range(3)]
        headers = {"If-Match": '"1"'}
        responses = await asyncio.gather(
            *(committing_client.patch(path, json=change, headers=headers) for change in changes)
        )

        won, *lost = sorted(response.status_code for response in responses)
        assert won == 200
        assert set(lost) <= {409, 412}
        assert (await committing_client.get(path)).headers["etag"] == '"2"'


class ReplaceContract(Contract):
    """PUT of a body in place of a row."""

    async def test_replace(self) -> None:
        body = await self.body(**await self.change())
        replaced = await self.client.put(await self.stored(), json=body)

        assert replaced.status_code == 200, replaced.text
        assert replaced.json() == replaced.json() | body
        assert replaced.headers["etag"] == '"2"'

    async def test_replace_with_defaults(self) -> None:
        replaced = await self.client.put(await self.stored(), json=await self.required())

        assert replaced.status_code == 200, replaced.text
        assert replaced.json() == replaced.json() | self.resource.defaults

    async def test_replace_requires(self) -> None:
        path, body = await self.stored(), await self.required()
        for names in batched(body, FIELDS_AT_ONCE, strict=False):
            others = {name: value for name, value in body.items() if name not in names}
            assert invalid_fields(await self.client.put(path, json=others)) == set(names)

    async def test_replace_unknown(self) -> None:
        await self.assert_unknown("PUT", await self.body())

    async def test_replace_conditions(self) -> None:
        await self.assert_conditions("PUT", await self.body(), ("If-Match", '"2"'), ("If-None-Match", "*"))


class DeleteContract(Contract):
    """DELETE of a row."""

    async def test_delete(self) -> None:
        path = await self.stored()
        deleted = await self.client.delete(path)

        assert (deleted.status_code, deleted.content) == (204, b"")
        assert (await self.client.get(path)).status_code == 404

    async def test_delete_unknown(self) -> None:
        await self.assert_unknown("DELETE", {})

    async def test_delete_conditions(self) -> None:
        await self.assert_conditions("DELETE", {}, ("If-Match", '"2"'), ("If-None-Match", "*"))


class ResourceContract(CreateContract, ListContract, ReadContract, UpdateContract, ReplaceContract, DeleteContract):
    """All operations of a resource."""
